"""The form of a server's first account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import validate_slug

from organizations.first_run import is_first_run_token
from organizations.models import User


class FirstRunForm(forms.Form):
    token = forms.CharField(max_length=100)
    account = forms.CharField(max_length=200, label="Name of your company")
    slug = forms.CharField(max_length=60, label="Its name in addresses", validators=[validate_slug])
    name = forms.CharField(max_length=200, label="Your name")
    email = forms.EmailField(label="Your e-mail address", max_length=254)
    password = forms.CharField(strip=False, label="A password")
    again = forms.CharField(strip=False, label="The password, once more")

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not is_first_run_token(token):
            raise forms.ValidationError("This is not this server's token.")
        return token

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        person = User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))
        validate_password(password, person)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "The two are not the same.")
        return cleaned
