"""The one way in: whoever has shown who they are goes through here, and through the second factor if they have one."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from organizations.models import User
from organizations.scope import current_account_id
from organizations.sign_in.attempts import counting
from organizations.sign_in.log import FAILED, record_visit
from organizations.sign_in.policy import VOUCHED


def check_password(request: HttpRequest, *, email: str, password: str) -> User | None:
    """The active user of this account whose e-mail address and password these are. Raises ValidationError when too
    many attempts were made."""
    with counting():
        found = get_adapter(request).authenticate(request, email=email, password=password)
    if isinstance(found, User):
        return found
    _note_failure(request, email)
    return None


def _note_failure(request: HttpRequest, email: str) -> None:
    """In the log of the one whose e-mail address it is; addresses of nobody are not kept."""
    user = User.objects.filter(account_id=current_account_id() or 0, email=email.strip().lower()).first()
    if user is not None:
        record_visit(user, FAILED, now=timezone.now(), request=request)


def enter(
    request: HttpRequest, user: User, *, target: str, method: str, second_factor_vouched: bool = False
) -> HttpResponse:
    """Signs in and leads to `target`, or to the second factor first."""
    record_authentication(request, user, method)
    state: dict[str, Any] = {VOUCHED: True} if second_factor_vouched else {}
    login = Login(
        user=user, redirect_url=target, email_verification=EmailVerificationMethod.NONE, state=state
    )
    response: HttpResponse = perform_login(request, login)
    if second_factor_vouched:
        request.session[VOUCHED] = True
    return response
