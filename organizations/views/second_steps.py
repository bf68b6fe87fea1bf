"""Signing in beyond the password: the second factor, and a passkey in the password's place."""

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from organizations.access import VisitRequest
from organizations.forms.second_factors import WRONG, CodeForm, PasskeyForm, PasskeySignInForm
from organizations.models import User
from organizations.sign_in.entering import enter
from organizations.sign_in.factors import factors_of
from organizations.sign_in.log import SECOND_FACTOR_FAILED, record_visit
from organizations.sign_in.passkeys import options_as_text
from organizations.sign_in.stages import pending_user
from organizations.views.signing_in import safe_target, sign_in_page


@login_not_required
@require_http_methods(["GET", "POST"])
def second_factor(request: VisitRequest, account: str) -> HttpResponse:
    pending = pending_user(request, request.account.pk)
    if pending is None:
        return redirect("organizations:sign-in", account)
    stage, user = pending
    form, passkey_form = _forms(request, user)
    if passkey_form.is_bound and passkey_form.is_valid():
        passkey_form.save()
        return stage.exit()
    if form.is_bound and form.is_valid():
        return stage.exit()
    if form.has_error("code", WRONG):
        record_visit(user, SECOND_FACTOR_FAILED, now=timezone.now(), request=request)
    return _ask(request, user, form, passkey_form)


def _forms(request: HttpRequest, user: User) -> tuple[CodeForm, PasskeyForm]:
    sent = request.POST if request.method == "POST" else None
    has_passkey = sent is not None and "credential" in sent
    return (
        CodeForm(request, user, None if has_passkey else sent, now=timezone.now()),
        PasskeyForm(user, sent if has_passkey else None),
    )


def _ask(request: HttpRequest, user: User, form: CodeForm, passkey_form: PasskeyForm) -> HttpResponse:
    factors = factors_of(user)
    context = {
        "form": form,
        "passkey_form": passkey_form,
        "factors": factors,
        "asked_user": user,
        "passkey_options": options_as_text(begin_authentication(user)) if factors.passkeys else "",
    }
    status = 422 if form.errors or passkey_form.errors else 200
    return render(request, "organizations/sign_in_second_factor.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
def passkey_sign_in(request: VisitRequest, account: str) -> HttpResponse:
    """GET: what the browser is to ask a passkey. POST: what the passkey answered."""
    target = safe_target(request, account)
    if isinstance(request.user, User):
        return redirect(target)
    if request.method == "GET":
        return JsonResponse(begin_authentication())
    form = PasskeySignInForm(request, request.account.pk, request.POST)
    if not form.is_valid():
        [refusal, *_] = [text for texts in form.errors.values() for text in texts]
        return sign_in_page(request, target, refusal=refusal)
    factor = form.cleaned_data["credential"]
    post_authentication(request, factor, passwordless=True)
    return enter(request, factor.user, target=target, method="passkey")
