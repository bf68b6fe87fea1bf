"""What allauth asks of a project: how people enter, how attempts are counted, how secrets are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.account import signals
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from organizations.models import User
from organizations.recent_sign_in import note_sign_in
from organizations.scope import current_account_id
from organizations.sealing import seal, unseal
from organizations.sign_in.log import SIGNED_IN, record_visit
from organizations.sign_in.sessions import begin_session

PRODUCT = "Documentation Portal"
BACKEND = "organizations.authentication.AccountBackend"

_owner: ContextVar[User] = ContextVar("owner")


@contextmanager
def secrets_of(user: User) -> Iterator[None]:
    """Inside, second factors are sealed and opened for this user; moved to another user's row they do not open."""
    token = _owner.set(user)
    try:
        yield
    finally:
        _owner.reset(token)


def _place() -> str:
    owner = _owner.get()
    return f"second factor of user {owner.pk} in account {owner.account_id}"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": "Too many attempts. Wait a few minutes, then try again.",
    }

    def get_login_stages(self) -> list[str]:
        return ["organizations.sign_in.stages.SecondFactorStage"]

    def login(self, request: HttpRequest, user: User) -> None:
        now = timezone.now()
        login(request, user, backend=BACKEND)
        note_sign_in(request, now=now)
        begin_session(request, now=now)
        record_visit(user, SIGNED_IN, now=now, request=request)

    def post_login(
        self,
        request: HttpRequest,
        user: User,
        *,
        redirect_url: str | None,
        **_: Any,
    ) -> HttpResponse:
        response = HttpResponseRedirect(redirect_url or "/")
        # The list of sessions listens.
        signals.user_logged_in.send(sender=user.__class__, request=request, response=response, user=user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts are counted for each address apart: a stranger must not lock people out of the portal. Of IPv6 it is
        the network, since a single line has more addresses than anyone could count."""
        email = credentials.get("email", "").strip().lower()
        return f"{current_account_id()}:{email}:{get_ip(request)}"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This passkey was not accepted. Try again, or use another way.",
    }

    def encrypt(self, text: str) -> str:
        return seal(text, place=_place()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode(), place=_place())

    def _get_site_name(self) -> str:
        return PRODUCT
