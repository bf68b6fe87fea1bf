"""When an integration syncs by itself. Pure."""

from datetime import datetime, timedelta

from integrations.states import Schedule


def next_due(schedule: Schedule, *, daily_at: int, now: datetime) -> datetime | None:
    """The time after `now`; hours are UTC. None when only people start syncs."""
    match schedule:
        case Schedule.HOURLY:
            return now + timedelta(hours=1)
        case Schedule.DAILY:
            today = now.replace(hour=daily_at, minute=0, second=0, microsecond=0)
            return today if today > now else today + timedelta(days=1)
        case Schedule.MANUAL:
            return None
