"""Forms of second factors: codes that are typed, and what a browser answers for a passkey."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.http import HttpRequest

from organizations.models import User
from organizations.sign_in.attempts import begin_attempt, begin_passkey_attempt, counting
from organizations.sign_in.factors import take_code

WRONG = "wrong"
NOT_THIS_CODE = "This code is wrong, too old, or was used before. Wait for the next one and try again."
NOT_THIS_PASSKEY = "This passkey was not accepted. Try again, or use another way."


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(max_length=40)

    def __init__(self, request: HttpRequest, user: User, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user, self.now = request, user, now
        self.factor: Authenticator | None = None

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        with counting():
            attempt = begin_attempt(self.request, self.user)
        self.factor = take_code(self.user, code, now=self.now)
        if self.factor is None:
            raise forms.ValidationError(NOT_THIS_CODE, code=WRONG)
        with counting():
            attempt.rollback()
        post_authentication(self.request, self.factor)
        return code


class AppForm(forms.Form):
    """The first code of an authenticator app that is being added."""

    code = forms.CharField(max_length=40)


class _Believing:
    """A browser's answer is JSON of a stranger: what can't even be read is refused like what does not fit."""

    def full_clean(self) -> None:
        with _refusing_nonsense(cast(forms.Form, self)):
            super().full_clean()  # type: ignore[misc]  # of the form it is mixed into


@contextmanager
def _refusing_nonsense(form: forms.Form) -> Iterator[None]:
    try:
        yield
    # All that allauth's and fido2's parsers raise over JSON of the wrong shape.
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        form.add_error(None, NOT_THIS_PASSKEY)


class NewPasskeyForm(_Believing, AddWebAuthnForm):  # type: ignore[misc]  # allauth's are untyped
    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip()[:100] or "Passkey"


class PasskeyForm(_Believing, AuthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """As a second factor, or as proof of who is signed in already."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)

    def clean_credential(self) -> Authenticator:
        # Not counted: nobody guesses a signature.
        credential = self.cleaned_data["credential"]
        auth.parse_authentication_response(credential)
        return auth.complete_authentication(self.user, credential)


class PasskeySignInForm(_Believing, LoginWebAuthnForm):  # type: ignore[misc]  # as above
    """In the place of a password: the browser says who it is as well."""

    def __init__(self, request: HttpRequest, account_id: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.account_id = request, account_id

    def clean_credential(self) -> Authenticator:
        with counting():
            begin_passkey_attempt(self.request)
        factor: Authenticator = super().clean_credential()
        answer = auth.parse_authentication_response(self.cleaned_data["credential"])
        # The question may be the one of a second factor, which does not ask for finger or PIN.
        if not answer.response.authenticator_data.is_user_verified():
            raise forms.ValidationError(NOT_THIS_PASSKEY)
        if factor.user.account_id != self.account_id or not factor.user.is_active:
            raise forms.ValidationError(NOT_THIS_PASSKEY)
        return factor


class RenamePasskeyForm(forms.Form):
    name = forms.CharField(max_length=100)
