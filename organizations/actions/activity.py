"""The activity log: one line for each thing a person decides."""

from datetime import datetime
from typing import Any

from organizations.models import AccountOwned, Activity, Organization, User


def record_activity(  # noqa: PLR0913 - one line of the log has this many parts
    account_id: int,
    *,
    at: datetime,
    action: str,
    subject: str,
    user: User | None = None,
    organization: Organization | None = None,
    about: AccountOwned | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """`about` is the row that decides who may read the line: those who may see it."""
    Activity.objects.create(
        account_id=account_id,
        at=at,
        user=user,
        action=action,
        subject=subject[:255],
        organization=organization,
        subject_kind=(about._meta.model_name or "") if about is not None else "",
        subject_id=about.pk if about is not None else None,
        details=details or {},
    )
