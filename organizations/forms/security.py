"""Forms of one's own security page."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from organizations.models import User


class ConfirmPasswordForm(forms.Form):
    password = forms.CharField(strip=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError("This is not your password.")
        return password


class ChangePasswordForm(forms.Form):
    """Who has no password yet, since the company's sign-in service let them in, chooses their first."""

    current = forms.CharField(strip=False, label="Current password")
    password = forms.CharField(strip=False, label="New password")
    again = forms.CharField(strip=False, label="New password, once more")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():
            del self.fields["current"]

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise forms.ValidationError("This is not your password.", code="wrong")
        return current

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "The two are not the same.")
        return cleaned
