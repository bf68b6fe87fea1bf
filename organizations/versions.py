"""Versions of what a form shows, so that a page left open does not undo what others saved in the meantime."""

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
