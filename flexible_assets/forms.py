"""The asset's edit page as forms: one input for each field a person may write, notes, and who sees the asset."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from flexible_assets.models import FlexibleAsset
from flexible_assets.policies import grantable_users
from flexible_assets.schema import Schema

EVERYONE, CHOSEN = "everyone", "users"
#: Apart from the form's own names, such as notes, which a field may bear as well.
_PREFIX = "field-"


@dataclass(frozen=True)
class Input:
    """One field of the form as the template draws it."""

    name: str
    id: str
    label: str
    help: str
    value: str
    errors: list[str]
    options: tuple[str, ...]
    is_number: bool
    required: bool


@dataclass(frozen=True)
class Person:
    """One user who may be chosen, as the template draws them."""

    value: int
    id: str
    name: str
    email: str
    checked: bool


class AssetForm(forms.Form):
    """Shape only: whether a value fits its field is the field kind's to say, when the asset is edited."""

    notes = forms.CharField(required=False, max_length=20_000)

    def __init__(self, data: QueryDict | None, *, asset: FlexibleAsset, schema: Schema) -> None:
        super().__init__(data, initial={"notes": asset.notes})
        self.asset_fields = {f"{_PREFIX}{field.key}": field for field in schema.editable_fields(asset)}
        for name, field in self.asset_fields.items():
            self.fields[name] = forms.CharField(
                label=field.name,
                help_text=field.hint,
                required=False,
                max_length=5_000,
                initial=asset.traits.get(field.key, ""),
            )

    @property
    def inputs(self) -> list[Input]:
        return [
            Input(
                name=name,
                id=self[name].auto_id,
                label=field.name,
                help=field.hint,
                value=str(self[name].value() or ""),
                errors=[str(error) for error in self[name].errors],
                options=field.behavior.options,
                is_number=field.behavior.is_number,
                required=field.required,
            )
            for name, field in self.asset_fields.items()
        ]

    @property
    def changes(self) -> dict[str, str]:
        """What stands in the form, by field key."""
        return {field.key: self.cleaned_data[name] for name, field in self.asset_fields.items()}

    def tell(self, errors: Mapping[str, str]) -> None:
        for key, message in errors.items():
            self.add_error(f"{_PREFIX}{key}", message)


class SecurityForm(forms.Form):
    audience = forms.ChoiceField(
        choices=[(EVERYONE, "Everyone with access to the organization"), (CHOSEN, "Specific users")]
    )

    def __init__(self, data: QueryDict | None, *, asset: FlexibleAsset) -> None:
        granted = [grant.user_id for grant in asset.grants.all()]
        audience = CHOSEN if asset.is_restricted else EVERYONE
        super().__init__(data, initial={"audience": audience, "users": granted})
        self.grantable = grantable_users(asset)
        self.fields["users"] = forms.ModelMultipleChoiceField(self.grantable, required=False)

    @property
    def people(self) -> list[Person]:
        chosen = {str(pk) for pk in self["users"].value() or ()}
        return [
            Person(user.pk, f"id_user_{user.pk}", user.name, user.email, str(user.pk) in chosen)
            for user in self.grantable
        ]

    @property
    def is_restricting(self) -> bool:
        return bool(self["audience"].value() == CHOSEN)
