"""Showing once more who one is, before what a session left open must not do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from organizations.access import AccountRequest
from organizations.forms.second_factors import CodeForm, PasskeyForm
from organizations.forms.security import ConfirmPasswordForm
from organizations.recent_sign_in import is_signed_out, note_failure, note_sign_in, recent_sign_in
from organizations.sign_in.factors import factors_of
from organizations.sign_in.gate import open_without_second_factor
from organizations.sign_in.log import PROOF_FAILED, record_visit
from organizations.sign_in.passkeys import options_as_text
from organizations.views.signing_in import safe_target
from organizations.whence import came_from

_View = TypeVar("_View", bound=Callable[..., HttpResponse])


def after_recent_sign_in(view: _View) -> _View:
    """Leads to the page that asks again, and from there to where they were; what was sent is not kept, since it is not
    sure who sent it."""

    @wraps(view)
    def asking(request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if recent_sign_in(request, now=timezone.now()):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else came_from(request, _security(request))
        confirm = reverse("organizations:confirm", args=[request.account.slug])
        return HttpResponseRedirect(f"{confirm}?{urlencode({'next': back})}")

    return cast(_View, asking)


@open_without_second_factor
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: AccountRequest, account: str) -> HttpResponse:
    forms = _forms(request)
    bound = next((form for form in forms.values() if form.is_bound), None)
    if bound is not None and bound.is_valid():
        return _confirmed(request, account, bound)
    if bound is not None:
        record_visit(request.user, PROOF_FAILED, now=timezone.now(), request=request)
        note_failure(request)
    if is_signed_out(request):
        return redirect("organizations:sign-in", account)
    return _ask(request, account, forms)


def _forms(request: AccountRequest) -> dict[str, Any]:
    """One for each way; the one that was sent is bound."""
    sent = request.POST if request.method == "POST" else {}
    way = next((name for name in ("credential", "code") if name in sent), "password")
    given = {way: sent or None}
    return {
        "password": ConfirmPasswordForm(request.user, given.get("password")),
        "code": CodeForm(request, request.user, given.get("code"), now=timezone.now()),
        "credential": PasskeyForm(request.user, given.get("credential")),
    }


def _confirmed(request: AccountRequest, account: str, form: Any) -> HttpResponse:
    if isinstance(form, PasskeyForm):
        post_authentication(request, form.cleaned_data["credential"], reauthenticated=True)
    note_sign_in(request, now=timezone.now())
    return HttpResponseRedirect(safe_target(request, account, otherwise=_security(request)))


def _ask(request: AccountRequest, account: str, forms: dict[str, Any]) -> HttpResponse:
    factors = factors_of(request.user)
    errors = [text for form in forms.values() for texts in form.errors.values() for text in texts]
    context = {
        "errors": errors,
        "factors": factors,
        "has_password": request.user.has_usable_password(),
        "next": safe_target(request, account, otherwise=_security(request)),
        "passkey_options": options_as_text(begin_authentication(request.user)) if factors.passkeys else "",
    }
    return render(request, "organizations/security_confirm.html", context, status=422 if errors else 200)


def _security(request: AccountRequest) -> str:
    return reverse("organizations:security", args=[request.account.slug])
