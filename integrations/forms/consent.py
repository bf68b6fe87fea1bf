"""Making a consent link, and deciding about a tenant that has consented."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from integrations.guids import read_guid
from organizations.models import Organization, User
from organizations.policies import visible_organizations


class ConsentLinkForm(forms.Form):
    """Both may stay empty: then whoever opens the link answers for their own tenant."""

    organization = forms.CharField(label="Organization", required=False, max_length=255)
    tenant_id = forms.CharField(label="Tenant ID", required=False, max_length=100)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_organization(self) -> Organization | None:
        name = self.cleaned_data["organization"].strip()
        if not name:
            return None
        found = list(visible_organizations(self._user).active().called(name)[:2])
        if not found:
            raise ValidationError(
                "There is no organization of this name. Pick one from the list, or leave it empty and choose it later."
            )
        if len(found) > 1:
            raise ValidationError(
                "Several organizations have this name. Leave it empty, and choose the right one when the client has consented."
            )
        return found[0]

    def clean_tenant_id(self) -> UUID | None:
        text = self.cleaned_data["tenant_id"].strip()
        if not text:
            return None
        tenant_id = read_guid(text)
        if tenant_id is None:
            raise ValidationError(
                "A tenant ID looks like 11111111-2222-3333-4444-555555555555. The Microsoft Entra admin center shows it "
                "on its overview. If you don't know it, leave it empty."
            )
        return tenant_id


class ConsentDecisionForm(forms.Form):
    """`destination` is an organization's id, or one of the two words."""

    NEW, LATER = "new", "later"

    destination = forms.CharField(
        max_length=20, error_messages={"required": "Choose what becomes of this tenant."}
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_destination(self) -> Organization | str:
        chosen: str = self.cleaned_data["destination"]
        if chosen in (self.NEW, self.LATER):
            return chosen
        organization = (
            visible_organizations(self._user).active().filter(pk=int(chosen)).first()
            if chosen.isdecimal()
            else None
        )
        if organization is None:
            raise ValidationError("This organization is archived or gone. Choose another one.")
        return organization
