"""The first step of connecting Microsoft, as a form."""

from datetime import datetime
from typing import Any

from django import forms

from integrations.actions.connecting import NewIntegration
from integrations.forms.credentials import TENANT_ID_WANTED, CredentialForm, guid_field
from integrations.microsoft.clouds import CLOUDS
from integrations.states import IntegrationKind


class MicrosoftForm(CredentialForm):
    kind = forms.ChoiceField(
        label="How clients are reached",
        choices=[
            (IntegrationKind.MULTI_TENANT.value, "One application for all clients"),
            (IntegrationKind.SINGLE_TENANT.value, "Credentials of a single tenant"),
        ],
        initial=IntegrationKind.MULTI_TENANT.value,
        error_messages={"required": "Choose how clients are reached."},
    )
    name = forms.CharField(
        label="Name",
        max_length=100,
        initial="Microsoft",
        help_text="What this integration is called in Active Integrations.",
        error_messages={"required": "Give the integration a name."},
    )
    home_tenant_id = guid_field(
        "Tenant ID",
        wanted=TENANT_ID_WANTED,
        required=False,
        help_text="Of a single tenant the one to read. Otherwise your own, to test the connection in and to find your "
        "customers; it may stay empty.",
    )
    cloud = forms.ChoiceField(
        label="Cloud", choices=[(cloud.key, cloud.name) for cloud in CLOUDS.values()], initial="global"
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_single = cleaned.get("kind") == IntegrationKind.SINGLE_TENANT
        if "home_tenant_id" in cleaned and cleaned["home_tenant_id"] is None and is_single:
            self.add_error("home_tenant_id", f"Enter the tenant's ID. {TENANT_ID_WANTED}")
        if cleaned.get("application_id") and cleaned["application_id"] == cleaned.get("home_tenant_id"):
            self.add_error(
                "home_tenant_id",
                "This is the application ID once more. The overview shows the tenant's below it, as Directory (tenant) ID.",
            )
        return cleaned

    def integration(self, *, now: datetime) -> NewIntegration:
        chosen = self.cleaned_data
        return NewIntegration(
            name=chosen["name"],
            credential=self.make_credential(chosen["name"], now=now),
            cloud=chosen["cloud"],
            kind=IntegrationKind(chosen["kind"]),
            home_tenant_id=chosen["home_tenant_id"],
            expires_at=self.expires_at,
        )
