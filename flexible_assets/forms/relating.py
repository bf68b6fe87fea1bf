"""What to put beside a record as related items, and why."""

from typing import Any

from django import forms
from django.http import QueryDict

from flexible_assets.forms.pickers import Picker, PickerField
from flexible_assets.picking import RelatedPicking
from flexible_assets.targets import TargetKind


class NoteForm(forms.Form):
    notes = forms.CharField(required=False, max_length=500)


class RelateForm(NoteForm):
    def __init__(self, data: QueryDict | None, *, picking: RelatedPicking, search_url: str) -> None:
        super().__init__(data)
        self.picking = picking
        self.fields["items"] = PickerField(picking, search_url=search_url, required=True)

    @property
    def picker(self) -> Picker:
        field = self.fields["items"]
        assert isinstance(field, PickerField)  # noqa: S101 - set above
        return field.picker(self["items"])

    @property
    def rows(self) -> list[tuple[TargetKind, Any]]:
        """The records picked, once the form is valid."""
        return self.picking.rows([choice.value for choice in self.cleaned_data["items"]])
