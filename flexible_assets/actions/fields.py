"""The fields of a type: added, edited, put in order and deleted, with what assets hold in them."""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from flexible_assets.actions.field_rules import (
    FieldRefusedError,
    SlotsUsedUpError,
    StaleFieldError,
    assets_holding,
    checked,
    checked_edit,
)
from flexible_assets.actions.field_specs import ATTRIBUTES, FieldSpec, spec_of
from flexible_assets.actions.refilling import hold_for_change, refill
from flexible_assets.field_kinds import FIELD_KINDS, SLOTS
from flexible_assets.models import FlexibleAsset, FlexibleAssetField, FlexibleAssetType
from flexible_assets.schema import Schema, schema_of
from organizations.actions import record_activity
from organizations.models import User


@transaction.atomic
def add_own_field(schema: Schema, spec: FieldSpec, *, now: datetime, actor: User | None = None) -> Schema:
    """Gives the type a field of its people, which no sync writes; the schema with it is returned."""
    # Two people adding one name go one after the other; syncs, which only hold on to the type's key, pass by.
    types = FlexibleAssetType.objects.select_for_update(no_key=True)
    asset_type = types.filter(pk=schema.asset_type.pk).first()
    if asset_type is None:
        raise FieldRefusedError("This type was deleted meanwhile.")
    schema = schema_of(asset_type)
    spec = checked(schema, spec)
    add_fields(schema, [spec])
    schema = schema_of(asset_type)
    key = schema.fields[-1].key
    _record(schema, "created", spec.name, {"key": key, "kind": spec.kind}, now=now, actor=actor)
    return schema


@transaction.atomic
def edit_field(
    field: FlexibleAssetField,
    spec: FieldSpec,
    *,
    version: str = "",
    now: datetime,
    actor: User | None = None,
) -> FlexibleAssetField:
    """Assets follow: their names, slots and decimals are written anew where the change touches them. `version` names the
    state that was read, to refuse what somebody else changed since."""
    before = hold_for_change(field.asset_type)
    # A copy, so that the schema goes on to tell what was.
    field = copy(_held(before, field))
    old = spec_of(field)
    if version not in ("", old.version):
        raise StaleFieldError(old)
    spec = replace(checked_edit(before, field, spec), meter_of=field.meter_of)
    if spec == old:
        return field
    for name, value in spec.columns.items():
        setattr(field, name, value)
    field.slot = _slot(
        spec, kept=field.slot, used={each.slot for each in before.fields if each.pk != field.pk}
    )
    field.save()
    refill(before, schema_of(before.asset_type))
    told = {
        name: {"before": getattr(old, name), "after": getattr(spec, name)}
        for name in ATTRIBUTES
        if getattr(old, name) != getattr(spec, name)
    }
    _record(before, "edited", spec.name, {"fields": told}, now=now, actor=actor)
    return field


@transaction.atomic
def delete_field(
    field: FlexibleAssetField, *, only_empty: bool = False, now: datetime, actor: User | None = None
) -> None:
    """With everything that assets hold in it, for good; or not at all where one holds something."""
    before = hold_for_change(field.asset_type)
    field = _held(before, field)
    require_deletable(before, field)
    if only_empty and assets_holding(field).exists():
        raise FieldRefusedError(f"Somebody filled {field.name} meanwhile. Look at what would be lost first.")
    field.delete()
    after = schema_of(before.asset_type)
    refill(before, after)
    _record(before, "deleted", field.name, {"key": field.key, "kind": field.kind}, now=now, actor=actor)


def require_deletable(schema: Schema, field: FlexibleAssetField) -> None:
    asset_type = schema.asset_type
    if field.is_managed:
        raise FieldRefusedError(f"{field.name} is kept by {asset_type.manager}, which would miss it.")
    if [each.pk for each in schema.in_list] == [field.pk]:
        raise FieldRefusedError("Lists would show nothing else. Show another field in lists first.")


@transaction.atomic
def move_field(
    field: FlexibleAssetField, *, behind: Sequence[int], now: datetime, actor: User | None = None
) -> Schema:
    """Puts the field behind the first of these that is still there, or before all others. They stay where they are:
    somebody else may be moving them."""
    before = hold_for_change(field.asset_type)
    field = _held(before, field)
    ordered = [each for each in before.fields if each.pk != field.pk]
    places = {each.pk: place for place, each in enumerate(ordered, start=1)}
    ordered.insert(next((places[pk] for pk in behind if pk in places), 0), field)
    if [each.pk for each in ordered] == [each.pk for each in before.fields]:
        return before
    for order, each in enumerate(ordered, start=1):
        each.order = order
    FlexibleAssetField.objects.bulk_update(ordered, ["order"])
    after = schema_of(before.asset_type)
    refill(before, after)
    _record(after, "ordered", "", {"order": [each.name for each in after.fields]}, now=now, actor=actor)
    return after


def _held(schema: Schema, field: FlexibleAssetField) -> FlexibleAssetField:
    """As it is now, with its type held."""
    for each in schema.fields:
        if each.pk == field.pk:
            return each
    raise FieldRefusedError(f"{field.name} was deleted meanwhile.")


def _record(
    schema: Schema, verb: str, name: str, details: dict[str, Any], *, now: datetime, actor: User | None
) -> None:
    asset_type = schema.asset_type
    record_activity(
        asset_type.account_id,
        at=now,
        action=f"flexible-asset-field.{verb}",
        subject=f"{asset_type.name}: {name}" if name else asset_type.name,
        user=actor,
        about=asset_type,
        details=details,
    )


def add_fields(schema: Schema, specs: Sequence[FieldSpec], *, managed: Collection[str] = ()) -> None:
    """Appends fields; one that lists show takes the next free typed slot of its family. `managed` holds the keys of
    those that the type's manager writes."""
    used = {field.slot for field in schema.fields}
    taken = set(schema.by_key)
    last = max((field.order for field in schema.fields), default=0)
    rows = []
    for order, spec in enumerate(specs, start=last + 1):
        slot, key = _slot(spec, used=used), _free_key(taken, spec.key)
        used.add(slot)
        taken.add(key)
        rows.append(
            FlexibleAssetField(
                account_id=schema.asset_type.account_id,
                asset_type=schema.asset_type,
                order=order,
                key=key,
                slot=slot,
                is_managed=spec.key in managed,
                **spec.columns,
            )
        )
    FlexibleAssetField.objects.bulk_create(rows)


def _slot(spec: FieldSpec, *, used: Collection[str], kept: str = "") -> str:
    """The typed slot that lists sort and filter the field by: the one it had, or the next free one of its family."""
    family = FIELD_KINDS[spec.kind].slot_family
    # The title needs no slot: the asset's own name column lists it.
    if not spec.show_in_list or family is None or spec.use_for_title:
        return ""
    if kept in SLOTS[family]:
        return kept
    for slot in SLOTS[family]:
        if slot not in used:
            return slot
    raise SlotsUsedUpError(family)


def make_way(schema: Schema, key: str) -> None:
    """An own field whose key a newer version of the manager needs keeps its values under another."""
    own = schema.by_key[key]
    own.key = _free_key(schema.by_key, f"{key}-own")
    own.name = f"{own.name[:90]} (own)"
    own.save(update_fields=["key", "name"])
    assets = FlexibleAsset.objects.of_type(schema.asset_type).filter(traits__has_key=key)
    held = list(assets.order_by("pk").select_for_update())
    for asset in held:
        asset.traits[own.key] = asset.traits.pop(key)
    FlexibleAsset.objects.bulk_update(held, ["traits"], batch_size=500)


def _free_key(taken: Collection[str], wanted: str) -> str:
    """Fields are renamed and keep their keys, so a name may be free while its key is not."""
    key, number = wanted[:90], 2
    while key in taken:
        key, number = f"{wanted[:90]}-{number}", number + 1
    return key
