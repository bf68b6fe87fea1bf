"""Microsoft's ids of tenants and applications, as people and browsers write them. Pure."""

import re
from uuid import UUID

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def read_guid(text: str) -> UUID | None:
    """Stricter than UUID(), which takes braces, prefixes and hyphens anywhere."""
    return UUID(text) if _GUID.fullmatch(text) else None
