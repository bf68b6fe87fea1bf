"""What assets hold follows a change of their type's fields: names, typed slots, decimals, and values whose field is gone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField

from flexible_assets.actions.expirations import refresh_expirations
from flexible_assets.actions.field_rules import FieldRefusedError
from flexible_assets.actions.totals import recount
from flexible_assets.field_kinds import InvalidValueError
from flexible_assets.models import FlexibleAsset, FlexibleAssetType, OrganizationTotals
from flexible_assets.schema import Schema, schema_of

_BATCH = 1_000


def hold_for_change(asset_type: FlexibleAssetType) -> Schema:
    """Waits for the syncs that hold the type, and makes writers of its assets wait for us: they read the fields after
    they hold the totals. Types come before totals and totals before assets, as everywhere."""
    held = FlexibleAssetType.objects.select_for_update().get(pk=asset_type.pk)
    return schema_of(held)


def refill(before: Schema, after: Schema) -> None:
    """Writes what the change touches, in portions that fit the memory and one transaction."""
    change = _Change(before, after)
    if change.touches_assets:
        _refill(before, after, change)
    if before.expiration_fields != after.expiration_fields:
        refresh_expirations(after)


def _refill(before: Schema, after: Schema, change: "_Change") -> None:
    totals = OrganizationTotals.objects.of_type(after.asset_type).order_by("organization_id")
    held = list(totals.select_for_update())
    for assets in _portions(after.asset_type):
        for asset in assets:
            change.apply(asset)
        _write(assets, change.columns)
    recount(held, slots=sorted({*before.number_slots, *after.number_slots}))


@dataclass(frozen=True)
class _Change:
    before: Schema
    after: Schema

    @cached_property
    def gone(self) -> list[str]:
        """Keys whose values go."""
        return [key for key in self.before.by_key if key not in self.after.by_key]

    @cached_property
    def rounded(self) -> list[str]:
        """Keys whose numbers are written with other decimals."""
        after = self.after.by_key
        return [
            key
            for key, field in self.before.by_key.items()
            if key in after and after[key].decimals != field.decimals
        ]

    @cached_property
    def freed(self) -> set[str]:
        return set(_slots(self.before).values()) - set(_slots(self.after).values())

    @property
    def touches_assets(self) -> bool:
        return bool(self.gone or self.rounded or self._moves_slots or self._renames)

    @property
    def columns(self) -> list[str]:
        traits = ["traits"] if self.gone or self.rounded else []
        names = ["name", "sort_key", "search_key"] if self._renames else []
        slots = (
            sorted(self.freed | set(_slots(self.after).values())) if self._moves_slots or self.rounded else []
        )
        return [*traits, *names, *slots]

    def apply(self, asset: FlexibleAsset) -> None:
        traits = {key: value for key, value in asset.traits.items() if key not in self.gone}
        for key in self.rounded:
            if key in traits:
                traits[key] = self._round(key, traits[key])
        for slot in self.freed:
            setattr(asset, slot, None)
        self.after.fill(asset, traits)

    def _round(self, key: str, value: Any) -> Any:
        field = self.after.by_key[key]
        try:
            return field.behavior.clean(value)
        except InvalidValueError:
            raise FieldRefusedError(
                f"{field.name} holds {value} in an asset, which has no room for {field.decimals} decimals.",
                about="decimals",
            ) from None

    @cached_property
    def _moves_slots(self) -> bool:
        return _slots(self.before) != _slots(self.after)

    @cached_property
    def _renames(self) -> bool:
        return _titles(self.before) != _titles(self.after)


def _slots(schema: Schema) -> dict[str, str]:
    return {field.key: field.slot for field in schema.fields if field.slot}


def _titles(schema: Schema) -> list[str]:
    return [field.key for field in schema.fields if field.use_for_title]


def _portions(asset_type: FlexibleAssetType) -> Iterator[list[FlexibleAsset]]:
    """By key, so that two writers wait for each other instead of deadlocking."""
    rows, last = FlexibleAsset.objects.of_type(asset_type).order_by("pk"), 0
    while assets := list(rows.filter(pk__gt=last).select_for_update()[:_BATCH]):
        yield assets
        last = assets[-1].pk


def _write(assets: list[FlexibleAsset], columns: list[str]) -> None:
    """One array for each column: `bulk_update` writes a CASE for each row and column, which took ten times as long."""
    by_name = {field.name: field for field in FlexibleAsset._meta.concrete_fields}
    fields = [by_name[name] for name in ("id", *columns)]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    names = ", ".join(connection.ops.quote_name(name) for name in ("id", *columns))
    changes = ", ".join(f"{name} = new.{name}" for name in names.split(", ")[1:])
    table = connection.ops.quote_name(FlexibleAsset._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS asset SET {changes} FROM unnest({arrays}) AS new ({names}) "  # noqa: S608 - names of our own columns
            "WHERE asset.account_id = %s AND asset.id = new.id",
            [*(_values(field, assets) for field in fields), assets[0].account_id],
        )


def _values(field: "Field[Any, Any]", assets: list[FlexibleAsset]) -> list[Any]:
    values = [getattr(asset, field.attname) for asset in assets]
    return [json.dumps(value) for value in values] if isinstance(field, JSONField) else values
