"""What is to be done with the tenants ticked on the matching page, or with all that it lists."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django import forms


class Bulk(StrEnum):
    ACCEPT = "accept"
    CREATE = "create"
    IGNORE = "ignore"
    STOP_IGNORING = "stop-ignoring"


class Scope(StrEnum):
    TICKED = "ticked"
    ALL = "all"


#: PostgreSQL's own bound; what is longer is no id.
_LONGEST_ID = 18


class IdsField(forms.Field):
    """Ids of ticked rows. What isn't one is left out: whether a row exists is asked where it is read."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[int]:
        return [int(each) for each in value or () if each.isdecimal() and len(each) <= _LONGEST_ID]


class BulkForm(forms.Form):
    bulk = forms.ChoiceField(choices=[(each.value, each.value) for each in Bulk], required=False)
    scope = forms.ChoiceField(choices=[(each.value, each.value) for each in Scope])
    tenant = IdsField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("scope") == Scope.TICKED and not cleaned.get("tenant"):
            raise forms.ValidationError("Tick at least one tenant, or choose all of them.")
        if not cleaned.get("bulk"):
            # The Enter key in a tick box, which must not decide anything.
            raise forms.ValidationError("Choose what to do with these tenants.")
        return cleaned

    @property
    def action(self) -> Bulk:
        return Bulk(self.cleaned_data["bulk"])

    @property
    def ids(self) -> Sequence[int] | None:
        """None stands for all that are listed."""
        ids: Sequence[int] = self.cleaned_data["tenant"]
        return None if self.cleaned_data["scope"] == Scope.ALL else ids

    @property
    def ticked(self) -> Sequence[int]:
        """What a refused form had ticked, to tick it again."""
        ids: Sequence[int] = self.cleaned_data.get("tenant", ()) if self.is_bound else ()
        return ids

    @property
    def is_about_all(self) -> bool:
        return bool(self["scope"].value() == Scope.ALL)


class OrganizationForm(forms.Form):
    """Which organization a tenant is to be matched to."""

    organization = forms.IntegerField(min_value=1, max_value=2**63 - 1)
