"""Between the first proof and being signed in: the second factor, for those who have one."""

from typing import Protocol

from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from organizations.models import User
from organizations.sign_in.factors import has_second_factor
from organizations.sign_in.policy import VOUCHED

#: The password it began with: changed meanwhile, what was proved by it counts no more.
_PROVED = "proved"


class SecondFactorStage(LoginStage):  # type: ignore[misc]  # allauth is untyped
    key = "second-factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if not isinstance(user, User) or self._is_settled(user):
            return None, True
        self.state[_PROVED] = user.get_session_auth_hash()
        return redirect("organizations:second-factor", user.account.slug), True

    def _is_settled(self, user: User) -> bool:
        # A passkey that stood for the password is held and unlocked by its owner: two factors already.
        return (
            bool(self.login.state.get(VOUCHED))
            or did_use_passwordless_login(self.request, user)
            or not has_second_factor(user)
        )


class Pending(Protocol):
    """A stage that waits; allauth's is untyped."""

    def exit(self) -> HttpResponse: ...


def pending_user(request: HttpRequest, account_id: int) -> tuple[Pending, User] | None:
    """The stage that waits for the second factor, and whose; of this account, since a session is not bound to one."""
    stage = LoginStageController.enter(request, SecondFactorStage.key)
    user = stage.login.user if stage is not None else None
    if not isinstance(user, User) or user.account_id != account_id or not user.is_active:
        return None
    is_current = constant_time_compare(stage.state.get(_PROVED, ""), user.get_session_auth_hash())
    return (stage, user) if is_current else None
