"""When someone last proved who they are, for what a session left open must not do: the page asks for it again."""

from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.http import HttpRequest

from organizations.models import User

#: How long a password given counts as given just now.
RECENT = timedelta(minutes=10)
#: Wrong passwords after which the session ends: whoever found it open may not try on and on.
MOST_FAILURES = 5
_PROVED_AT, _FAILURES = "proved_at", "failed_proofs"


def note_sign_in(request: HttpRequest, *, now: datetime) -> None:
    request.session[_PROVED_AT] = now.timestamp()
    request.session.pop(_FAILURES, None)


def recent_sign_in(request: HttpRequest, *, now: datetime) -> bool:
    proved_at: float = request.session.get(_PROVED_AT, 0.0)
    return now.timestamp() - proved_at <= RECENT.total_seconds()


def is_signed_out(request: HttpRequest) -> bool:
    """As `confirm_password` may have left it."""
    return not request.user.is_authenticated


def confirm_password(request: HttpRequest, password: str, *, now: datetime) -> bool:
    """Whether this is the password of whoever is signed in. After too many wrong ones nobody is."""
    if isinstance(request.user, User) and request.user.check_password(password):
        note_sign_in(request, now=now)
        return True
    note_failure(request)
    return False


def note_failure(request: HttpRequest) -> None:
    """Too many end the session."""
    request.session[_FAILURES] = request.session.get(_FAILURES, 0) + 1
    if request.session[_FAILURES] >= MOST_FAILURES:
        logout(request)
