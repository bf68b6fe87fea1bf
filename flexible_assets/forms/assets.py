"""The page on which an asset is written, as forms: one input for each field a person may write, notes, and who sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from flexible_assets.forms.pickers import MOST_PICKED, Picker, PickerField, TagsField
from flexible_assets.forms.uploads import KeptFile, UploadField
from flexible_assets.models import FlexibleAsset, FlexibleAssetField
from flexible_assets.picking import tag_picking
from flexible_assets.schema import Schema
from flexible_assets.staging import StoredFile
from organizations.models import User

#: Apart from the form's own names, such as notes, which a field may bear as well.
_PREFIX = "field-"
_CLEAR = "-clear"
_CROWD = "flexible_assets/inputs/crowd.html"


@dataclass(frozen=True)
class Draft:
    """What a form starts from: a stored asset or a new one, and of each field what stands in it at first."""

    asset: FlexibleAsset
    schema: Schema
    user: User
    slug: str
    values: Mapping[str, Any]
    version: str = ""
    is_new: bool = False


@dataclass(frozen=True)
class Input:
    """One field of the form as templates/flexible_assets/inputs draw it."""

    name: str
    id: str
    template: str
    label: str
    help: str
    required: bool = False
    value: str = ""
    errors: Sequence[str] = ()
    options: tuple[str, ...] = ()
    picker: Picker | None = None
    #: Of a Password field: whether there is one, which a page never holds, and whether it is ticked to be cleared.
    is_set: bool = False
    is_cleared: bool = False
    #: Of an Upload field: files that came with the form, and names of those that the asset has.
    kept: Sequence[KeptFile] = ()
    present: Sequence[str] = ()


class AssetForm(forms.Form):
    """Shape only: whether a value fits its field is the field kind's to say, when the asset is written."""

    notes = forms.CharField(required=False, max_length=20_000)
    version = forms.CharField(required=False, max_length=64)

    def __init__(
        self,
        data: QueryDict | None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None" = None,
        *,
        draft: Draft,
    ) -> None:
        super().__init__(data, files, initial={"notes": draft.asset.notes, "version": draft.version})
        self.draft = draft
        writable = draft.schema.writable_fields(draft.asset)
        self.asset_fields = {
            f"{_PREFIX}{field.key}": field for field in writable if not self._crowd_of(field)
        }
        for name, field in self.asset_fields.items():
            self.fields[name] = self._form_field(field)
            if field.behavior.is_secret:
                self.fields[f"{name}{_CLEAR}"] = forms.BooleanField(required=False)

    @property
    def inputs(self) -> list[Input]:
        """In the type's order, with the headings above what may be written."""
        named = {field.pk: name for name, field in self.asset_fields.items()}
        inputs: list[Input] = []
        heading: list[Input] = []
        for field in self.draft.schema.fields:
            if not field.behavior.has_value:
                heading = [Input("", "", field.behavior.input_template, field.name, field.hint)]
            elif field.pk in named:
                inputs += [*heading, self._input(named[field.pk], field)]
                heading = []
            elif crowd := self._crowd_of(field):
                inputs += [*heading, Input("", "", _CROWD, field.name, field.hint, value=f"{crowd:,}")]
                heading = []
        return inputs

    @property
    def values(self) -> dict[str, Any]:
        """What stands in the form, by field key; without files, and without the passwords that stay as they are."""
        return {
            field.key: self._value(name)
            for name, field in self.asset_fields.items()
            if not field.behavior.is_file and not (field.behavior.is_secret and self._keeps_password(name))
        }

    @property
    def uploads(self) -> dict[str, list[StoredFile]]:
        """The files that came with the form, by field key."""
        return {
            field.key: self.cleaned_data[name]
            for name, field in self.asset_fields.items()
            if field.behavior.is_file
        }

    def tell(self, errors: Mapping[str, str]) -> None:
        for key, message in errors.items():
            self.add_error(f"{_PREFIX}{key}" if f"{_PREFIX}{key}" in self.fields else None, message)

    def _crowd_of(self, field: FlexibleAssetField) -> int:
        """How many records it names, where that are more than a form takes: such a field is left as it is."""
        named = len(self.draft.values.get(field.key) or ()) if field.behavior.is_tag else 0
        return named if named > MOST_PICKED else 0

    def _form_field(self, field: FlexibleAssetField) -> forms.Field:
        initial = self.draft.values.get(field.key, "")
        if field.behavior.is_tag:
            return self._tags_field(field, initial or ())
        if field.behavior.is_file:
            return UploadField(user=self.draft.user)
        if field.behavior.is_secret:
            # Blank at the ends may well belong to a password.
            return forms.CharField(required=False, strip=False)
        return forms.CharField(required=False, initial=initial)

    def _tags_field(self, field: FlexibleAssetField, initial: Sequence[int]) -> TagsField:
        asset = self.draft.asset
        # What may stay in an asset that has it can still be nothing that a new one may begin with.
        kept = () if self.draft.is_new else initial
        picking = tag_picking(field, self.draft.user, asset.organization, kept=kept)
        url = reverse("flexible_assets:tag-choices", args=[self.draft.slug, asset.organization_id, field.pk])
        return TagsField(picking, search_url=url, initial=initial)

    def _input(self, name: str, field: FlexibleAssetField) -> Input:
        bound, form_field = self[name], self.fields[name]
        picker = form_field.picker(bound) if isinstance(form_field, PickerField) else None
        shows_value = picker is None and not field.behavior.is_secret and not field.behavior.is_file
        return Input(
            name=name,
            id=bound.auto_id,
            template=field.behavior.input_template,
            label=field.name,
            help=field.hint,
            required=field.required,
            value=_shown(bound.value()) if shows_value else "",
            errors=self._messages(name, field),
            options=field.behavior.options,
            picker=picker,
            is_set=field.behavior.is_secret and bool(self.draft.asset.traits.get(field.key)),
            is_cleared=field.behavior.is_secret and bool(self[f"{name}{_CLEAR}"].value()),
            kept=form_field.kept if isinstance(form_field, UploadField) else (),
            present=self.draft.values.get(field.key, ()) if field.behavior.is_file else (),
        )

    def _messages(self, name: str, field: FlexibleAssetField) -> list[str]:
        errors = [str(error) for error in self[name].errors]
        if self.is_bound and field.behavior.is_secret and self[name].value() and not errors:
            errors.append("Type it again, since no page is ever sent a password.")
        return errors

    def _value(self, name: str) -> Any:
        is_cleared = self.cleaned_data.get(f"{name}{_CLEAR}") and not self.cleaned_data[name]
        return None if is_cleared else self.cleaned_data[name]

    def _keeps_password(self, name: str) -> bool:
        return not self.cleaned_data[name] and not self.cleaned_data[f"{name}{_CLEAR}"]


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
