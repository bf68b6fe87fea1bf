"""Where a user is signed in, and ending that."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest

from organizations.models import User

#: How exact "last used" is: one write in so much time, not one with every page.
NOTED_EVERY = timedelta(minutes=5)
_NOTED_AT = "noted_at"

# In this order, since most browsers say they were another one as well.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


@dataclass(frozen=True)
class SignedIn:
    """One device that is signed in."""

    id: int
    device: str
    address: str
    since: datetime
    last_used: datetime
    is_this: bool


def sessions_of(user: User, *, this: str | None, now: datetime) -> list[SignedIn]:
    """This one first, then the latest used."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = _rows(user).filter(session_key__in=alive).order_by("-last_seen_at", "-pk")
    found = [
        SignedIn(
            row.pk,
            describe_device(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == this,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: not each.is_this)


def end_session(user: User, session_id: int) -> bool:
    return _end(_rows(user).filter(pk=session_id)) > 0


def end_sessions(user: User, *, but: str | None = None) -> int:
    """All of a user's sessions, or all but the one that asks; they end with their next request."""
    return _end(_rows(user).exclude(session_key=but or ""))


def forget_session(request: HttpRequest) -> None:
    """Signing out ends the session itself; this takes it off the list."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()


def note_use(request: HttpRequest, *, now: datetime) -> None:
    noted_at: float = request.session.get(_NOTED_AT, 0.0)
    if now.timestamp() - noted_at < NOTED_EVERY.total_seconds():
        return
    request.session[_NOTED_AT] = now.timestamp()
    UserSession.objects.create_from_request(request)


def begin_session(request: HttpRequest, *, now: datetime) -> None:
    """It ends at a fixed time: counted from its last use, a stolen one could be kept alive for good."""
    request.session.set_expiry(now + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    request.session[_NOTED_AT] = now.timestamp()


def keep_session(request: HttpRequest, user: User) -> None:
    """Past a change of the password. The session gets another key by that, under which the list must know it: what is
    not listed can't be ended."""
    earlier = request.session.session_key
    update_session_auth_hash(request, user)
    _rows(user).filter(session_key=earlier).update(session_key=request.session.session_key)


def describe_device(user_agent: str) -> str:
    """Such as "Firefox on Windows": what a person can tell apart, and no more."""
    browser = _first(_BROWSERS, user_agent) or "Unknown browser"
    system = _first(_SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), "")


def _rows(user: User) -> QuerySet[UserSession]:
    rows: QuerySet[UserSession] = UserSession.objects.filter(user_id=user.pk)
    return rows


def _end(rows: QuerySet[UserSession]) -> int:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.filter(session_key__in=keys).delete()
    return len(keys)
