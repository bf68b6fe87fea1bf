"""Typed access to the members of a Graph object: null where null is fine, an error where a fact is missing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from integrations.microsoft.errors import MalformedAnswerError

Document = Mapping[str, Any]

# Graph counts in 32 bits, and so do the columns that keep the numbers.
_LARGEST_NUMBER = 2**31 - 1


def text(document: Document, name: str, *, default: str = "") -> str:
    value = document.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise _unusable(name)
    return _storable(value)


def required_text(document: Document, name: str) -> str:
    value = text(document, name)
    if not value:
        raise _unusable(name)
    return value


def texts(document: Document, name: str) -> tuple[str, ...]:
    values = document.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _unusable(name)
    return tuple(_storable(value) for value in values)


def number(document: Document, name: str, *, default: int | None = None) -> int:
    value = document.get(name)
    if value is None:
        value = default
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        raise _unusable(name)
    return value


def flag(document: Document, name: str, *, default: bool = False) -> bool:
    value = document.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _unusable(name)
    return value


def uuid(document: Document, name: str) -> UUID:
    return parsed_uuid(required_text(document, name), name=name)


def parsed_uuid(value: str, *, name: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        pass
    raise _unusable(name)


def uuid_or_none(document: Document, name: str) -> UUID | None:
    return None if document.get(name) is None else uuid(document, name)


def moment(document: Document, name: str) -> datetime | None:
    """Year 1 is how Microsoft says "never"."""
    value = text(document, name)
    if not value:
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        parsed = None
    if parsed is None:
        raise _unusable(name)
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return None if aware.year == 1 else aware


def mapping(document: Document, name: str) -> Document:
    value = document.get(name)
    if not isinstance(value, dict):
        raise _unusable(name)
    return value


def items(document: Document, name: str) -> list[dict[str, Any]]:
    values = document.get(name)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise _unusable(name)
    return values


def _storable(value: str) -> str:
    # PostgreSQL takes neither NUL nor half a surrogate pair, and JSON can spell both.
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def _unusable(name: str) -> MalformedAnswerError:
    return MalformedAnswerError(f"{name} is missing or not of its documented type")
