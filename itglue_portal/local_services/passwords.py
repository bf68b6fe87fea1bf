"""The database passwords of a checkout: drawn once, readable by their owner only."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from itglue_portal.local_services.errors import ServicesError


def _drawn() -> str:
    return secrets.token_hex(24)


@dataclass(frozen=True)
class Passwords:
    superuser: str = field(default_factory=_drawn, repr=False)
    owner: str = field(default_factory=_drawn, repr=False)
    runtime: str = field(default_factory=_drawn, repr=False)
    scheduler: str = field(default_factory=_drawn, repr=False)


def passwords_in(path: Path) -> Passwords:
    """The caller holds the checkout's lock: two processes must not draw at once."""
    if not path.exists():
        _write(path, Passwords())
    try:
        return Passwords(**json.loads(path.read_text("utf-8")))
    except (PermissionError, TypeError, ValueError) as error:
        raise ServicesError(
            f"{path} can't be read ({error}): remove {path.parent} to begin afresh, or run as its owner."
        ) from error


def _write(path: Path, passwords: Passwords) -> None:
    # Renamed into place when whole, so that a killed process leaves nothing half-written.
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(passwords), file)
    draft.rename(path)
