"""The activity log: one line for each thing a person decides."""

from datetime import datetime
from typing import Any

from organizations.models import Activity, Organization, User


def record_activity(  # noqa: PLR0913 - one line of the log has this many parts
    account_id: int,
    *,
    at: datetime,
    action: str,
    subject: str,
    user: User | None = None,
    organization: Organization | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    Activity.objects.create(
        account_id=account_id,
        at=at,
        user=user,
        action=action,
        subject=subject[:255],
        organization=organization,
        details=details or {},
    )
