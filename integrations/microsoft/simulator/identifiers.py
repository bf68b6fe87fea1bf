"""Numbers and identifiers that follow from the seed alone, so that every run of a world is the same."""

import random
import uuid
from hashlib import sha256


def dice(*parts: object) -> random.Random:
    return random.Random(_text(parts))  # noqa: S311 - a reproducible world is the point; nothing secret is drawn


def guid(*parts: object) -> str:
    return str(uuid.UUID(bytes=sha256(_text(parts).encode()).digest()[:16], version=4))


def is_guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _text(parts: tuple[object, ...]) -> str:
    return "\x1f".join(map(str, parts))
