"""The activity log: one line for each thing a person decides."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack

from organizations.models import AccountOwned, Activity, Organization, User


class Told(TypedDict):
    """What a line tells. `about` is the row that decides who may read it: those who may see it."""

    at: datetime
    action: str
    subject: str
    user: NotRequired[User | None]
    organization: NotRequired[Organization | None]
    about: NotRequired[AccountOwned | None]
    details: NotRequired[dict[str, Any] | None]


def record_activity(account_id: int, **told: Unpack[Told]) -> None:
    activity_line(account_id, **told).save()


def record_activities(lines: Iterable[Activity]) -> None:
    """Of what was done to thousands of rows at once, in a statement for hundreds of them."""
    Activity.objects.bulk_create(lines, batch_size=500)


def activity_line(account_id: int, **told: Unpack[Told]) -> Activity:
    """One that is not stored yet."""
    about = told.get("about")
    return Activity(
        account_id=account_id,
        at=told["at"],
        user=told.get("user"),
        action=told["action"],
        subject=told["subject"][:255],
        organization=told.get("organization"),
        subject_kind=(about._meta.model_name or "") if about is not None else "",
        subject_id=about.pk if about is not None else None,
        details=told.get("details") or {},
    )
