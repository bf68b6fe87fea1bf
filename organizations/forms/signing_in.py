"""Forms of signing in and choosing an account."""

from typing import Any

from django import forms
from django.http import HttpRequest

from organizations.models import User
from organizations.sign_in.entering import check_password


class SignInForm(forms.Form):
    email = forms.EmailField()
    password = forms.CharField(strip=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "email" in cleaned and "password" in cleaned:
            self.user = check_password(self.request, email=cleaned["email"], password=cleaned["password"])
            if self.user is None:
                raise forms.ValidationError(
                    "E-mail address and password do not match an active user of this account."
                )
        return cleaned


class AccountForm(forms.Form):
    slug = forms.SlugField(label="Account", help_text="As in the address your administrator gave you.")
