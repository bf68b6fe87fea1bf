"""What an integration signs in with, as forms: a certificate made here, or a secret somebody made at Microsoft."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django import forms

from integrations.actions.credentials import IntegrationDetails
from integrations.guids import read_guid
from integrations.microsoft.certificates import new_certificate
from integrations.microsoft.credentials import ClientCertificate, ClientSecret, Credential
from integrations.models import CredentialKind

APPLICATION_ID_WANTED = (
    "An application ID is a GUID, such as 11111111-2222-3333-4444-555555555555. "
    "The app registration's overview shows it as Application (client) ID."
)
TENANT_ID_WANTED = (
    "A tenant ID is a GUID, such as 66666666-7777-8888-9999-aaaaaaaaaaaa, and no domain. "
    "The app registration's overview shows it as Directory (tenant) ID."
)


def guid_field(label: str, *, wanted: str, **options: Any) -> forms.UUIDField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})
    return forms.UUIDField(
        label=label, widget=widget, error_messages={"invalid": wanted, "required": wanted}, **options
    )


class CredentialForm(forms.Form):
    """The secret is never sent back to the page, also when something else has to be corrected."""

    application_id = guid_field(
        "Application ID",
        wanted=APPLICATION_ID_WANTED,
        help_text="Application (client) ID on the app registration's overview.",
    )
    credential = forms.ChoiceField(
        label="Signs in with",
        choices=[
            (CredentialKind.CERTIFICATE.value, "Certificate made for you"),
            (CredentialKind.SECRET.value, "Client secret"),
        ],
        initial=CredentialKind.CERTIFICATE.value,
        error_messages={"required": "Choose what the application signs in with."},
    )
    secret = forms.CharField(
        label="Secret value",
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Microsoft shows the value once, right after the secret was made. It is kept encrypted and never shown again.",
    )
    secret_ends_on = forms.DateField(
        label="Secret expires on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Write the day as year, month and day, such as 2027-03-31."},
        help_text="As Microsoft shows it beside the secret. You are warned by e-mail from 60 days before.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    @property
    def is_secret_lost(self) -> bool:
        """It was typed and now has to be typed again."""
        return bool(self.is_bound and self.errors and self.data.get("secret"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("credential") == CredentialKind.SECRET:
            self._clean_secret(cleaned)
        return cleaned

    def make_credential(self, name: str, *, now: datetime) -> Credential:
        application_id = str(self.cleaned_data["application_id"])
        if self.cleaned_data["credential"] == CredentialKind.SECRET:
            return ClientSecret(application_id, self.cleaned_data["secret"])
        made = new_certificate(f"Documentation Portal {name}", now=now)
        return ClientCertificate(application_id, made.private_key, made.certificate)

    @property
    def expires_at(self) -> datetime | None:
        """Microsoft tells the day only, so that its beginning is the safe side."""
        day = self.cleaned_data.get("secret_ends_on")
        if self.cleaned_data["credential"] != CredentialKind.SECRET or day is None:
            return None
        return datetime.combine(day, time(), tzinfo=UTC)

    def _clean_secret(self, cleaned: dict[str, Any]) -> None:
        if "secret" in cleaned:
            self._judge_secret(cleaned["secret"])
        if "secret_ends_on" in cleaned:
            self._judge_end(cleaned["secret_ends_on"])

    def _judge_secret(self, secret: str) -> None:
        if not secret:
            self.add_error("secret", "Enter the secret's value.")
        elif read_guid(secret.strip()) is not None:
            self.add_error(
                "secret",
                "That looks like the secret's ID, not its value. Microsoft shows the value only right after the "
                "secret was made; if it is gone, make another secret.",
            )

    def _judge_end(self, day: date | None) -> None:
        if day is None:
            self.add_error("secret_ends_on", "Enter the day on which the secret expires.")
        elif day <= self.today:
            self.add_error(
                "secret_ends_on", "This secret has expired already. Make another one at Microsoft."
            )


class TestForm(forms.Form):
    """In which tenant to try the credential."""

    def __init__(self, *args: Any, tenants: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"] = forms.ChoiceField(
            label="Tenant to test in",
            choices=tenants,
            error_messages={
                "required": "Choose a tenant to test in.",
                "invalid_choice": "That tenant is none of this integration's.",
            },
        )

    @property
    def tenant_id(self) -> UUID:
        return UUID(self.cleaned_data["tenant"])


class DetailsForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=100, error_messages={"required": "Give the integration a name."}
    )
    home_tenant_id = guid_field(
        "Tenant ID",
        wanted=TENANT_ID_WANTED,
        required=False,
        help_text="Of a single tenant the one that is read; otherwise your own, to test in and to find your customers.",
    )

    @property
    def details(self) -> IntegrationDetails:
        return IntegrationDetails(self.cleaned_data["name"], self.cleaned_data["home_tenant_id"])
