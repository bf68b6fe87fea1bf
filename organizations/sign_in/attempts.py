"""How often someone may try. Counted in Redis, for all processes together."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core.internal import ratelimit
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from redis.exceptions import RedisError

from organizations.models import User

TOO_MANY = "Too many attempts. Wait a few minutes, then try again."
UNCOUNTED = "Signing in is not possible at the moment, since the portal does not reach its Redis. Try again in a minute."


@contextmanager
def counting() -> Iterator[None]:
    """Without a count there is no attempt: else stopping Redis would open the door to guessing."""
    try:
        yield
    except RedisError:
        raise ValidationError(UNCOUNTED) from None


def begin_attempt(request: HttpRequest, user: User) -> Any:
    """Counts an attempt at this user's second factor; `rollback()` of what is returned takes it back."""
    return _consume(request, action="second_factor", key=f"second-factor:{user.pk}")


def begin_passkey_attempt(request: HttpRequest) -> None:
    """At signing in without a password nobody is known yet."""
    _consume(request, action="passkey", key="")


def begin_journey(request: HttpRequest) -> None:
    """To the company's sign-in service, and back."""
    _consume(request, action="provider", key="")


def _consume(request: HttpRequest, *, action: str, key: str) -> Any:
    usage = ratelimit.consume(request, app="allauth.account", action=action, key=key, limit_get=True)
    if usage is None:
        raise ValidationError(TOO_MANY)
    return usage
