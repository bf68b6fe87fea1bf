"""Forms of signing in and choosing an account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from organizations.models import User


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
            user = authenticate(self.request, email=cleaned["email"], password=cleaned["password"])
            if not isinstance(user, User):
                raise forms.ValidationError(
                    "E-mail address and password do not match an active user of this account."
                )
            self.user = user
        return cleaned


class AccountForm(forms.Form):
    slug = forms.SlugField(label="Account", help_text="As in the address your administrator gave you.")
