"""What a type's fields may be; every refusal tells a person what to do."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from flexible_assets.actions.field_specs import FieldSpec
from flexible_assets.field_kinds import FIELD_KINDS, SLOTS, FieldKind, InvalidValueError
from flexible_assets.models import AssetSecret, AssetTag, Attachment, FlexibleAsset, FlexibleAssetField
from flexible_assets.querysets import AssetQuerySet
from flexible_assets.schema import Schema
from flexible_assets.targets import UnknownTagTypeError, target_of
from flexible_assets.traits import trait
from organizations.names import search_key

MOST_DECIMALS = 6
LONGEST_OPTION = 100


class FieldRefusedError(ValueError):
    """A type can't have this field; the message says why, fit for a person, and `about` names what of the field."""

    def __init__(self, message: str, *, about: str = "") -> None:
        super().__init__(message)
        self.about = about


class StaleFieldError(FieldRefusedError):
    """It is another one than was read."""

    def __init__(self, stored: FieldSpec) -> None:
        super().__init__(
            f"Somebody else changed {stored.name} meanwhile. Below is what you wrote; save again to have it so."
        )
        self.version = stored.version


class SlotsUsedUpError(FieldRefusedError):
    """More fields are shown in lists than an asset row has typed slots for."""

    def __init__(self, family: str) -> None:
        super().__init__(
            f"Lists show at most {len(SLOTS[family])} {family} fields of a type. Take another one out of lists first.",
            about="show_in_list",
        )


def checked(schema: Schema, spec: FieldSpec) -> FieldSpec:
    """A new field as it can be, or a refusal."""
    if spec.kind not in FIELD_KINDS:
        raise FieldRefusedError(f"There is no kind of field called {spec.kind}.", about="kind")
    _require_free_name(schema, spec)
    kind = FIELD_KINDS[spec.kind]
    spec = _without_what_the_kind_lacks(kind, spec)
    _require_decimals(spec)
    _require_options(kind, spec)
    _require_tag_type(kind, spec)
    return replace(spec, default=_clean_default(kind, spec))


def checked_edit(schema: Schema, field: FlexibleAssetField, spec: FieldSpec) -> FieldSpec:
    """The field as it can become, or a refusal; `schema` is the type as it is."""
    if field.is_managed:
        manager = schema.asset_type.manager
        raise FieldRefusedError(f"{field.name} is kept by {manager}, so it can't be changed here.")
    others = replace(schema, fields=tuple(each for each in schema.fields if each.pk != field.pk))
    spec = checked(others, spec)
    if not spec.show_in_list and not others.in_list:
        raise FieldRefusedError(
            "Lists have to show at least one field. Show another one first.", about="show_in_list"
        )
    if spec.kind != field.kind:
        _require_empty(field, what="kind")
    elif spec.tag_type != field.tag_type:
        _require_empty(field, what="tag_type")
    else:
        _require_unused(
            field, gone={value for value, _ in field.options} - {value for value, _ in spec.options}
        )
    return spec


def _require_free_name(schema: Schema, spec: FieldSpec) -> None:
    if not any(character.isalnum() for character in spec.name):
        raise FieldRefusedError("Give the field a name with letters or digits.", about="name")
    for field in schema.fields:
        if search_key(field.name) == search_key(spec.name):
            raise FieldRefusedError(
                f"{schema.asset_type.name} has a field {field.name} already.", about="name"
            )


def _without_what_the_kind_lacks(kind: type[FieldKind], spec: FieldSpec) -> FieldSpec:
    """Left-overs of another kind in a form; a title or a list that can't have it is refused instead."""
    if spec.use_for_title and not kind.may_be_title:
        raise FieldRefusedError(f"A {kind.name} field can't be used for the title.", about="use_for_title")
    if spec.show_in_list and not kind.may_be_listed:
        raise FieldRefusedError(f"Lists can't show a {kind.name} field.", about="show_in_list")
    return replace(
        spec,
        required=spec.required and kind.has_value,
        is_expiration=spec.is_expiration and kind.may_expire,
        decimals=spec.decimals if kind.has_decimals else 0,
        options=spec.options if kind.has_options else (),
        tag_type=spec.tag_type if kind.is_tag else "",
        default=spec.default if kind.has_value and not kind.is_beside else None,
    )


def _require_decimals(spec: FieldSpec) -> None:
    if not 0 <= spec.decimals <= MOST_DECIMALS:
        raise FieldRefusedError(f"Choose 0 to {MOST_DECIMALS} decimals.", about="decimals")


def _require_options(kind: type[FieldKind], spec: FieldSpec) -> None:
    if not kind.has_options:
        return
    values = [value for value, _ in spec.options]
    repeated = [value for value, times in Counter(value.casefold() for value in values).items() if times > 1]
    if not values:
        raise FieldRefusedError("Name at least one option, each on a line of its own.", about="options")
    if repeated:
        raise FieldRefusedError(f"The option {repeated[0]} stands there twice.", about="options")
    if any(len(value) > LONGEST_OPTION for value in values):
        raise FieldRefusedError(f"An option has at most {LONGEST_OPTION} characters.", about="options")


def _require_tag_type(kind: type[FieldKind], spec: FieldSpec) -> None:
    if not kind.is_tag:
        return
    try:
        target_of(spec.tag_type)
    except UnknownTagTypeError:
        raise FieldRefusedError("Choose what the field links to.", about="tag_type") from None


def _clean_default(kind: type[FieldKind], spec: FieldSpec) -> Any:
    if spec.default in (None, ""):
        return None
    try:
        return kind(decimals=spec.decimals, options=tuple(value for value, _ in spec.options)).clean(
            spec.default
        )
    except InvalidValueError as invalid:
        raise FieldRefusedError(str(invalid), about="default") from None


def _require_empty(field: FlexibleAssetField, *, what: str) -> None:
    count = assets_holding(field).count()
    if count:
        told = {"kind": "its kind", "tag_type": "what it links to"}[what]
        raise FieldRefusedError(
            f"{field.name} holds values of {in_assets(count)}, so {told} can't change. Add another field instead.",
            about=what,
        )


def _require_unused(field: FlexibleAssetField, *, gone: set[str]) -> None:
    used = options_in_use(field) if gone else {}
    told = [f"{value} ({in_assets(used[value])})" for value in sorted(gone) if value in used]
    if told:
        raise FieldRefusedError(
            f"Still chosen: {', '.join(told)}. Keep the option, or choose another one in those assets first.",
            about="options",
        )


def assets_holding(field: FlexibleAssetField) -> AssetQuerySet:
    """All of them, archived and deleted ones too: in their traits, or in rows beside."""
    mine = {"account_id": field.account_id, "asset": OuterRef("pk"), "field": field}
    beside = (
        Exists(AssetTag.objects.filter(**mine))
        | Exists(AssetSecret.objects.filter(**mine))
        | Exists(Attachment.objects.filter(**mine))
    )
    return FlexibleAsset.objects.of_type(field.asset_type).filter(Q(traits__has_key=field.key) | Q(beside))


def options_in_use(field: FlexibleAssetField) -> Mapping[str, int]:
    assets = FlexibleAsset.objects.of_type(field.asset_type).filter(traits__has_key=field.key)
    chosen = assets.order_by().values_list(trait(field.key)).annotate(Count("pk"))
    return {value: count for value, count in chosen if isinstance(value, str)}


def in_assets(count: int) -> str:
    return "1 asset" if count == 1 else f"{count:,} assets"
