"""One's own security: password, second factors, recovery codes, and the company's sign-in service."""

from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.access import AccountRequest
from organizations.actions.signing_in import (
    add_app,
    add_passkey,
    change_password,
    release_identity,
    remove_app,
    remove_passkey,
    renew_recovery_codes,
)
from organizations.forms.second_factors import AppForm, NewPasskeyForm, RenamePasskeyForm
from organizations.forms.security import ChangePasswordForm
from organizations.recent_sign_in import is_signed_out, note_failure, note_sign_in
from organizations.sign_in.factors import (
    Factors,
    app_picture,
    factors_of,
    new_app_secret,
    open_draft,
    rename_passkey,
    seal_draft,
)
from organizations.sign_in.gate import open_without_second_factor
from organizations.sign_in.passkeys import options_as_text
from organizations.sign_in.policy import lacks_second_factor, must_have_second_factor
from organizations.sign_in.provider import configured_provider
from organizations.sign_in.sessions import keep_session
from organizations.views.proving import after_recent_sign_in

_DRAFT = "app_being_added"
_NOT_THE_APPS_CODE = (
    "This is not the code the app shows for this key now. Wait for the next one and try again."
)


@require_safe
def security(request: AccountRequest, account: str) -> HttpResponse:
    context = {
        "factors": factors_of(request.user),
        "must_have": must_have_second_factor(request.user, request.account),
        "has_password": request.user.has_usable_password(),
        "identities": list(request.user.identities.order_by("pk")),
        "provider": configured_provider(account),
    }
    return render(request, "organizations/security.html", context)


@open_without_second_factor
@require_safe
def second_factor_required(request: AccountRequest, account: str) -> HttpResponse:
    if not lacks_second_factor(request):
        return redirect("organizations:security", account)
    return render(request, "organizations/security_required.html")


@after_recent_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: AccountRequest, account: str) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        now = timezone.now()
        change_password(
            request.user,
            form.cleaned_data["password"],
            this_session=request.session.session_key,
            now=now,
        )
        keep_session(request, request.user)
        note_sign_in(request, now=now)
        messages.success(request, "Your password is changed. You are signed out everywhere else.")
        return redirect("organizations:security", account)
    if form.has_error("current", "wrong"):
        note_failure(request)
    if is_signed_out(request):
        return redirect("organizations:sign-in", account)
    status = 422 if form.errors else 200
    return render(request, "organizations/security_password.html", {"form": form}, status=status)


@open_without_second_factor
@after_recent_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def app_add(request: AccountRequest, account: str) -> HttpResponse:
    """The key stays the same until it is proved, else the second try would be with another than the app has."""
    secret = open_draft(request.session.get(_DRAFT, ""), user=request.user) or new_app_secret()
    form = AppForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        had = factors_of(request.user)
        if add_app(request.user, secret, form.cleaned_data["code"], now=timezone.now()):
            request.session.pop(_DRAFT, None)
            return _added(request, "Your authenticator app is added.", had)
        form.add_error("code", _NOT_THE_APPS_CODE)
    request.session[_DRAFT] = seal_draft(secret, user=request.user)
    context = {"form": form, "secret": secret, "picture": app_picture(request.user, secret)}
    return render(request, "organizations/security_app.html", context, status=422 if form.errors else 200)


@after_recent_sign_in
@require_POST
def app_remove(request: AccountRequest, account: str) -> HttpResponse:
    if remove_app(request.user, now=timezone.now()):
        messages.success(request, "Your authenticator app is removed. Delete its entry in the app as well.")
    return redirect("organizations:security", account)


@open_without_second_factor
@after_recent_sign_in
@require_http_methods(["GET", "POST"])
def passkey_add(request: AccountRequest, account: str) -> HttpResponse:
    sent = request.POST.dict() | {"passwordless": "on"} if request.method == "POST" else None
    form = NewPasskeyForm(request.user, sent)
    if form.is_bound and form.is_valid():
        had, cleaned = factors_of(request.user), form.cleaned_data
        add_passkey(request.user, cleaned["name"], credential=cleaned["credential"], now=timezone.now())
        return _added(request, f"The passkey {cleaned['name']} is added.", had)
    # A new question each time: an answer to an earlier one is refused.
    options = options_as_text(begin_registration(request.user, passwordless=True))
    context = {"form": form, "passkey_options": options}
    return render(request, "organizations/security_passkey.html", context, status=422 if form.errors else 200)


@after_recent_sign_in
@require_POST
def passkey_rename(request: AccountRequest, account: str) -> HttpResponse:
    form = RenamePasskeyForm(request.POST)
    if form.is_valid() and not rename_passkey(request.user, _passkey_id(request), form.cleaned_data["name"]):
        raise Http404("No such passkey.")
    return redirect("organizations:security", account)


@after_recent_sign_in
@require_POST
def passkey_remove(request: AccountRequest, account: str) -> HttpResponse:
    if not remove_passkey(request.user, _passkey_id(request), now=timezone.now()):
        raise Http404("No such passkey.")
    messages.success(request, "The passkey is removed. Delete it on your device as well.")
    return redirect("organizations:security", account)


@after_recent_sign_in
@require_POST
def recovery_codes(request: AccountRequest, account: str) -> HttpResponse:
    """Shown in this answer and never again."""
    if not factors_of(request.user).any:
        return redirect("organizations:security", account)
    return _show_codes(request)


@after_recent_sign_in
@require_POST
def identity_release(request: AccountRequest, account: str) -> HttpResponse:
    release_identity(request.user, now=timezone.now(), actor=request.user)
    return redirect("organizations:security", account)


def _added(request: AccountRequest, words: str, had: Factors) -> HttpResponse:
    """With the first factor come recovery codes: without them a lost phone is a lost user."""
    if had.recovery_codes_left is None:
        return _show_codes(request)
    messages.success(request, words)
    return redirect("organizations:security", request.account.slug)


def _show_codes(request: AccountRequest) -> HttpResponse:
    codes = renew_recovery_codes(request.user, now=timezone.now())
    return render(request, "organizations/security_codes.html", {"codes": codes})


def _passkey_id(request: AccountRequest) -> int:
    given = request.POST.get("passkey", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
