"""What a browser is asked for passkeys, as text for its attribute in the page."""

import json
from collections.abc import Mapping
from typing import Any


def options_as_text(options: Mapping[str, Any]) -> str:
    return json.dumps(options["publicKey"], default=dict)
