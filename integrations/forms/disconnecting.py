"""The choice of what disconnecting does to the data, with the proofs that its finality asks for."""

from collections.abc import Callable
from typing import Any

from django import forms

from integrations.models import Integration
from integrations.receipts import Choice


class DisconnectForm(forms.Form):
    """`confirm` tells whether a password is the user's; None when they have proved themselves just now."""

    choice = forms.ChoiceField(
        choices=[(choice.value, choice.label) for choice in Choice],
        error_messages={
            "required": "Choose what happens to the data.",
            "invalid_choice": "Choose one of these three.",
        },
        initial=Choice.PAUSE,
    )
    name = forms.CharField(required=False)
    password = forms.CharField(required=False, strip=False)

    def __init__(
        self, *args: Any, integration: Integration, confirm: Callable[[str], bool] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._integration = integration
        self._confirm = confirm

    @property
    def chosen(self) -> Choice:
        return Choice(self.cleaned_data["choice"])

    @property
    def asks_password(self) -> bool:
        return self._confirm is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        choice = Choice(cleaned["choice"]) if "choice" in cleaned else None
        if choice == Choice.DELETE and cleaned["name"] != self._integration.name:
            self.add_error("name", f"Type the integration's name exactly as it is: {self._integration.name}")
        # Last, so that nobody can try passwords here without the right one carrying everything out.
        if choice is not None and choice.is_permanent and not self.errors:
            self._check_password(cleaned["password"])
        return cleaned

    def _check_password(self, password: str) -> None:
        if self._confirm is not None and not (password and self._confirm(password)):
            self.add_error("password", "Enter the password that you sign in with; this one is not yours.")
