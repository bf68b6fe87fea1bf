"""Versions of what a form shows, so that a page left open does not undo what others saved in the meantime.

For forms whose fields mean something together only: a role and the organizations it reaches, a field and its options.
Where each field stands for itself, two people's changes are merged instead (`stale_forms`).
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any


class OutdatedFormError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"Somebody else changed {name} meanwhile, so nothing was saved. Below is what you entered; "
            "look at the page anew to see theirs, or save again to have yours."
        )


def version_of(state: Mapping[str, Any]) -> str:
    """Another one means that somebody saved something else."""
    return blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=12).hexdigest()
