"""When a credential's end is near: whom to warn when, and what its pages say. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

#: Days before the end at which a warning is sent, each once; the last says that it has come.
WARNING_DAYS = (60, 30, 14, 7, 1, 0)
FIRST_WARNING = timedelta(days=WARNING_DAYS[0])


class Expiring(Protocol):
    """A stored credential."""

    @property
    def expires_at(self) -> datetime | None: ...
    def get_kind_display(self) -> str: ...


@dataclass(frozen=True)
class Notice:
    tone: str
    title: str
    text: str


def due_warning(expires_at: datetime | None, *, warned_days: int | None, now: datetime) -> int | None:
    """The warning that should have been sent by now and was not; of several missed ones only the latest."""
    if expires_at is None:
        return None
    reached = [days for days in WARNING_DAYS if expires_at - now <= timedelta(days=days)]
    if not reached:
        return None
    latest = reached[-1]
    return latest if warned_days is None or latest < warned_days else None


def expiry_notice(credential: Expiring, *, now: datetime) -> Notice | None:
    """From the first warning's time on."""
    expires_at = credential.expires_at
    if expires_at is None or expires_at - now > FIRST_WARNING:
        return None
    what = credential.get_kind_display().lower()
    day = f"{expires_at:%-d %b %Y}"
    if expires_at <= now:
        text = "Microsoft no longer accepts it, so nothing is synced until there is a new one."
        return Notice("danger", f"The {what} expired on {day}", text)
    is_urgent = expires_at - now <= timedelta(days=14)
    text = f"It ends on {day}. Prepare the next one in time; syncs go on meanwhile."
    return Notice(
        "danger" if is_urgent else "warning", f"The {what} expires {_in_days(expires_at - now)}", text
    )


def _in_days(left: timedelta) -> str:
    """Whole days that are still left."""
    match left.days:
        case 0:
            return "within a day"
        case 1:
            return "in 1 day"
        case days:
            return f"in {days} days"
