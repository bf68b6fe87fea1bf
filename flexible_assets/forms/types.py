"""Forms of the type builder: a type, one of its fields, and what a new type starts from."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from flexible_assets.actions.building import StaleTypeError, TypeDetails, TypeRefusedError
from flexible_assets.actions.field_rules import MOST_DECIMALS, FieldRefusedError, StaleFieldError
from flexible_assets.actions.field_specs import FieldSpec, spec_of
from flexible_assets.field_kinds import FIELD_KINDS, FieldKind, InvalidValueError
from flexible_assets.icons import icon_names
from flexible_assets.models import FlexibleAssetField, FlexibleAssetType, SidebarSection
from flexible_assets.targets import TAG_TARGETS
from flexible_assets.type_templates import TEMPLATES, TypeTemplate

BLANK = ""


class TypeForm(forms.Form):
    name = forms.CharField(max_length=100, error_messages={"required": "Give the type a name."})
    description = forms.CharField(
        required=False, max_length=500, help_text="One sentence above its lists: what belongs here."
    )
    section = forms.ChoiceField(label="Sidebar section", choices=SidebarSection.choices)
    show_in_menu = forms.BooleanField(label="Show in the sidebar", required=False)
    icon = forms.CharField(max_length=50)

    def __init__(self, data: QueryDict | None, *, asset_type: FlexibleAssetType) -> None:
        stored = TypeDetails.of(asset_type)
        super().__init__(data, initial=asdict(stored))
        self.version = stored.version if data is None else data.get("version", "")

    def clean_icon(self) -> str:
        icon: str = self.cleaned_data["icon"]
        if icon not in icon_names():
            raise ValidationError("There is no such icon. Choose one below.")
        return icon

    @property
    def details(self) -> TypeDetails:
        return TypeDetails(**{name: self.cleaned_data[name] for name in self.base_fields})

    def tell(self, refused: TypeRefusedError) -> None:
        self.add_error(refused.about if refused.about in self.fields else None, str(refused))
        # Sent again, the form writes over what it has just told of.
        self.version = refused.version if isinstance(refused, StaleTypeError) else self.version


class LockedTypeForm(TypeForm):
    """Of a type that an app manages: where it stands in the sidebar, and its icon."""

    def __init__(self, data: QueryDict | None, *, asset_type: FlexibleAssetType) -> None:
        super().__init__(data, asset_type=asset_type)
        self.kept = {"name": asset_type.name, "description": asset_type.description}
        for name in self.kept:
            del self.fields[name]

    @property
    def details(self) -> TypeDetails:
        return TypeDetails(**self.kept | self.cleaned_data)


class NewTypeForm(forms.Form):
    """A name, and what to start from; a template brings a name of its own."""

    start = forms.ChoiceField(
        label="Start from",
        required=False,
        choices=[(BLANK, "Blank"), *((key, each.details.name) for key, each in TEMPLATES.items())],
    )
    name = forms.CharField(required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        if self.template is None and not self.cleaned_data.get("name") and "name" not in self.errors:
            self.add_error("name", "Give the type a name.")
        return self.cleaned_data

    @property
    def template(self) -> TypeTemplate | None:
        return TEMPLATES.get(self.cleaned_data.get("start", BLANK))


class FieldForm(forms.Form):
    kind = forms.ChoiceField(
        choices=[(name, name) for name in FIELD_KINDS],
        error_messages={"required": "Choose a kind.", "invalid_choice": "Choose a kind."},
    )
    name = forms.CharField(max_length=100, error_messages={"required": "Give the field a name."})
    hint = forms.CharField(required=False, max_length=500, help_text="Shown below the input.")
    required = forms.BooleanField(required=False)
    use_for_title = forms.BooleanField(
        label="Use for the title",
        required=False,
        help_text="All title fields, in their order, name an asset.",
    )
    show_in_list = forms.BooleanField(
        label="Show in lists", required=False, help_text="As a column that sorts and filters."
    )
    is_expiration = forms.BooleanField(
        label="Expiration", required=False, help_text="Its dates stand in Expirations."
    )
    decimals = forms.IntegerField(required=False, min_value=0, max_value=MOST_DECIMALS)
    options = forms.CharField(required=False, max_length=20_000, help_text="One on each line, in this order.")
    tag_type = forms.ChoiceField(label="Links to", required=False)
    default = forms.CharField(required=False, max_length=5_000, help_text="What a new asset starts with.")

    def __init__(
        self,
        data: QueryDict | None,
        *,
        types: list[FlexibleAssetType],
        field: FlexibleAssetField | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(field))
        self.field = field
        self.version = data.get("version", "") if data else spec_of(field).version if field else ""
        self.fields["tag_type"] = forms.ChoiceField(
            label="Links to",
            required=False,
            choices=_linkable(types, field),
            error_messages={"invalid_choice": "Choose what the field links to."},
        )

    @property
    def kinds(self) -> list[tuple[type[FieldKind], bool]]:
        """Each with whether it is chosen."""
        return [(kind, name == self["kind"].value()) for name, kind in FIELD_KINDS.items()]

    def clean_options(self) -> tuple[tuple[str, str], ...]:
        """Those that stay keep the tone of their badge."""
        tones = self.field.tones if self.field else {}
        lines = (line.strip() for line in self.cleaned_data["options"].splitlines())
        return tuple((line, tones.get(line, "")) for line in lines if line)

    def clean(self) -> dict[str, Any]:
        kind = FIELD_KINDS.get(self.cleaned_data.get("kind", ""))
        text = self.cleaned_data.get("default", "")
        if kind is None or not text.strip():
            return self.cleaned_data | {"default": None}
        if kind.is_beside or not kind.has_value:
            return self.cleaned_data | {"default": None}
        options = tuple(value for value, _ in self.cleaned_data.get("options", ()))
        behavior = kind(decimals=self.cleaned_data.get("decimals") or 0, options=options)
        try:
            return self.cleaned_data | {"default": behavior.from_text(text)}
        except InvalidValueError as invalid:
            self.add_error("default", str(invalid))
            return self.cleaned_data

    @property
    def spec(self) -> FieldSpec:
        """What another kind left ticked in the form is no wish of anybody."""
        sent = self.cleaned_data
        kind = FIELD_KINDS[sent["kind"]]
        return FieldSpec(
            **sent
            | {
                "decimals": sent["decimals"] or 0,
                "use_for_title": sent["use_for_title"] and kind.may_be_title,
                "show_in_list": sent["show_in_list"] and kind.may_be_listed,
            }
        )

    def tell(self, refused: FieldRefusedError) -> None:
        self.add_error(refused.about if refused.about in self.fields else None, str(refused))
        # Sent again, the form writes over what it has just told of.
        self.version = refused.version if isinstance(refused, StaleFieldError) else self.version


def _linkable(types: list[FlexibleAssetType], field: FlexibleAssetField | None) -> list[tuple[str, str]]:
    choices = [
        ("", "Choose"),
        *((name, f"{target.label}s") for name, target in TAG_TARGETS.items()),
        *((f"FlexibleAssetType: {each.pk}", each.name) for each in types),
    ]
    kept = field.tag_type if field else ""
    # Archived since, or denied to whoever edits the field, who need not touch it.
    return choices if kept in dict(choices) else [*choices, (kept, "What it links to now")]


def _initial(field: FlexibleAssetField | None) -> dict[str, Any]:
    if field is None:
        return {"kind": "Text", "show_in_list": True, "decimals": 0}
    spec = spec_of(field)
    told = {name: getattr(spec, name) for name in FieldForm.base_fields}
    behavior = field.behavior
    default = spec.default if behavior.is_rich_text else behavior.to_text(spec.default)
    return told | {"options": "\n".join(value for value, _ in spec.options), "default": default or ""}
