"""Lines of the activity log about coming and going."""

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from organizations.actions.activity import record_activity
from organizations.models import User
from organizations.sign_in.sessions import describe_device

SIGNED_IN, SIGNED_OUT, FAILED = "user.signed_in", "user.signed_out", "user.sign_in_failed"
SECOND_FACTOR_FAILED, PROOF_FAILED = "user.second_factor_failed", "user.proof_failed"


def record_visit(user: User, action: str, *, now: datetime, request: HttpRequest) -> None:
    """With where it was done from: of a failure that is all that is known."""
    details = {
        "address": get_adapter(request).get_client_ip(request),
        "device": describe_device(request.headers.get("User-Agent", "")),
    }
    record_activity(
        user.account_id, at=now, action=action, subject=user.email, user=user, about=user, details=details
    )
