"""Forms of an organization: what it is, its quick notes, and the proof that one means to delete it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict

from organizations.labels import STATUSES, TYPES
from organizations.models import Organization, OrganizationStatus, OrganizationType, User
from organizations.organization_details import ORGANIZATION_FIELDS
from organizations.policies import visible_labels, visible_organizations

LONGEST_TEXT = 20_000


class Lines(forms.CharField):
    """Browsers send the ends of lines as two characters."""

    def __init__(self, *, rows: int, **options: Any) -> None:
        super().__init__(
            required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": rows}), **options
        )

    def clean(self, value: Any) -> str:
        return str(super().clean(value.replace("\r\n", "\n") if isinstance(value, str) else value))


class OrganizationForm(forms.Form):
    name = forms.CharField(max_length=255)
    short_name = forms.CharField(
        required=False, max_length=60, help_text="What technicians call it, such as initials."
    )
    organization_type = forms.ModelChoiceField(OrganizationType.objects.none(), required=False)
    organization_status = forms.ModelChoiceField(OrganizationStatus.objects.none(), required=False)
    parent = forms.ModelChoiceField(Organization.objects.none(), required=False)
    alert = forms.CharField(
        required=False,
        max_length=500,
        help_text="Stands above each of its pages, for everyone who sees them.",
    )
    quick_notes = Lines(rows=5, help_text="On its overview; Lite users don't see them.")
    description = Lines(rows=3)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        user: User,
        values: Mapping[str, Any] | None = None,
        organization: Organization | None = None,
    ) -> None:
        super().__init__(data, initial=dict(values or {}))
        for name, field in self.fields.items():
            field.label = ORGANIZATION_FIELDS[name]
            field.widget.attrs["autocomplete"] = "off"
        self._offer("organization_type", visible_labels(user, TYPES), none="No type")
        self._offer("organization_status", visible_labels(user, STATUSES), none="No status")
        self._offer_parents(user, organization)

    def _offer_parents(self, user: User, organization: Organization | None) -> None:
        """A parent that this user may not see stays what it is, and unnamed."""
        known = visible_organizations(user).by_name()
        parent_id = organization.parent_id if organization else None
        if parent_id is not None and not known.filter(pk=parent_id).exists():
            del self.fields["parent"]
            return
        offered = known.filter(Q(archived=False) | Q(pk=parent_id))
        if organization is not None:
            offered = offered.exclude(pk=organization.pk)
        self._offer("parent", offered, none="None")

    def _offer(self, name: str, rows: Any, *, none: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as declared above
        field.queryset, field.empty_label = rows, none


class QuickNotesForm(forms.Form):
    quick_notes = Lines(rows=8, label="Quick notes", help_text="Lite users don't see them.")
    quick_notes.widget.attrs["autofocus"] = True


class DeletionForm(forms.Form):
    """Typing the name is the proof."""

    name = forms.CharField(
        max_length=255,
        error_messages={"required": "Type its name to delete it."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: QueryDict | None, *, organization: Organization) -> None:
        super().__init__(data)
        self._wanted = organization.name
        self.fields["name"].label = f"Type “{organization.name}” to confirm"

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != self._wanted.strip():
            raise forms.ValidationError(f"This is not its name. Type “{self._wanted}”, or go back.")
        return name
