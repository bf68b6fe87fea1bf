"""Lines of the activity log about coming and going."""

from datetime import datetime

from organizations.actions.activity import record_activity
from organizations.models import User

SIGNED_IN, SIGNED_OUT, FAILED = "user.signed_in", "user.signed_out", "user.sign_in_failed"


def record_visit(user: User, action: str, *, now: datetime) -> None:
    record_activity(user.account_id, at=now, action=action, subject=user.email, user=user, about=user)
