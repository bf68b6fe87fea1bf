"""What assets hold follows a change of their type's fields: names, typed slots, decimals, the text to search, and values
whose field is gone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Q

from flexible_assets.actions.columns import write_columns
from flexible_assets.actions.expirations import refresh_expirations
from flexible_assets.actions.field_rules import FieldRefusedError
from flexible_assets.actions.totals import recount
from flexible_assets.field_kinds import InvalidValueError
from flexible_assets.models import FlexibleAsset, FlexibleAssetField, FlexibleAssetType, OrganizationTotals
from flexible_assets.querysets import AssetQuerySet, TotalsQuerySet
from flexible_assets.schema import Schema, schema_of
from flexible_assets.traits import trait, traits_without

_BATCH = 2_000


def hold_for_change(asset_type: FlexibleAssetType) -> Schema:
    """The type as it is now, and nobody writes an asset of it before this transaction ends: syncs and new assets hold the
    type, and who edits an asset reads the fields after holding the totals. Types come before totals and totals before
    assets, as everywhere."""
    held = FlexibleAssetType.objects.select_for_update().filter(pk=asset_type.pk).first()
    if held is None:
        raise FieldRefusedError("This type was deleted meanwhile.")
    list(_totals(held).values_list("pk").select_for_update())
    return schema_of(held)


def refill(before: Schema, after: Schema) -> None:
    """Writes what the change touches and nothing else, under the locks of `hold_for_change`."""
    change = _Change(before, after)
    # While it can still be told which assets hold what goes.
    if change.touched or change.renames:
        _rewrite(change)
    if change.gone or change.freed:
        _clear(change)
    if change.sums:
        recount(list(_totals(after.asset_type)), slots=sorted(change.sums))
    if set(before.expiration_fields) != set(after.expiration_fields):
        refresh_expirations(after)


@dataclass(frozen=True)
class _Change:
    before: Schema
    after: Schema

    @cached_property
    def gone(self) -> list[str]:
        """Keys whose values go."""
        return [key for key in self.before.by_key if key not in self.after.by_key]

    @cached_property
    def rounded(self) -> list[FlexibleAssetField]:
        """Fields whose numbers are written with other decimals."""
        known = self.before.by_key
        return [
            each
            for each in self.after.fields
            if each.key in known and each.decimals != known[each.key].decimals
        ]

    @cached_property
    def moved(self) -> list[FlexibleAssetField]:
        """Fields that have a slot they had not."""
        known = _slots(self.before)
        return [each for each in self.after.fields if each.slot and each.slot != known.get(each.key)]

    @cached_property
    def freed(self) -> list[str]:
        return sorted(set(_slots(self.before).values()) - set(_slots(self.after).values()))

    @cached_property
    def rewritten(self) -> list[FlexibleAssetField]:
        return [each for each in self.after.fields if each in self.rounded or each in self.moved]

    @cached_property
    def renames(self) -> bool:
        return _titles(self.before) != _titles(self.after)

    @cached_property
    def rewords(self) -> bool:
        """Whether search finds them by other words now."""
        return bool(self.gone or self.rounded)

    @cached_property
    def touched(self) -> list[str]:
        """Keys by whose values an asset has to be written anew."""
        return [*self.gone, *(each.key for each in self.rewritten)]

    @cached_property
    def keys(self) -> list[str]:
        """Of the values that must be read for it."""
        titles = _titles(self.after) if self.renames else []
        words = self.after.by_key if self.rewords else ()
        return sorted({*titles, *words, *(each.key for each in self.rewritten)})

    @cached_property
    def sums(self) -> set[str]:
        """Slots whose totals are others now."""
        changed = set(self.before.number_slots) ^ set(self.after.number_slots)
        return changed | {each.slot for each in self.rounded if each.slot in self.after.number_slots}

    @cached_property
    def columns(self) -> list[str]:
        """As `values_of` gives them. Of the traits only what changes is written."""
        return [
            *(["traits"] if self.rounded else []),
            *(["name", "sort_key", "search_key"] if self.renames else []),
            *(["search_text"] if self.rewords else []),
            *(each.slot for each in self.rewritten if each.slot),
        ]

    def values_of(self, held: dict[str, Any], notes: str) -> list[Any]:
        rounded = {each.key: _round(each, held[each.key]) for each in self.rounded if each.key in held}
        traits = held | rounded
        return [
            *([rounded] if self.rounded else []),
            *(self.after.name_columns(traits).values() if self.renames else []),
            *([self.after.search_text(traits, notes=notes)] if self.rewords else []),
            *(each.behavior.to_slot(traits.get(each.key)) for each in self.rewritten if each.slot),
        ]


def _round(field: FlexibleAssetField, value: Any) -> Any:
    try:
        return field.behavior.clean(value)
    except InvalidValueError:
        raise FieldRefusedError(
            f"{field.name} holds {value} in an asset, which has no room for {field.decimals} decimals.",
            about="decimals",
        ) from None


def _clear(change: _Change) -> None:
    """In one statement, and only where there is anything to clear."""
    held = [Q(traits__has_key=key) for key in change.gone]
    filled = [Q(**{f"{slot}__isnull": False}) for slot in change.freed]
    columns: dict[str, Any] = dict.fromkeys(change.freed)
    if change.gone:
        columns["traits"] = traits_without(change.gone)
    _assets(change.after).filter(reduce(or_, [*held, *filled])).update(**columns)


def _rewrite(change: _Change) -> None:
    assets = _assets(change.after)
    if not change.renames:
        assets = assets.filter(traits__has_any_keys=change.touched)
    for rows in _portions(assets, change.keys):
        values = {pk: change.values_of(held, notes) for pk, notes, held in rows}
        write_columns(change.after.asset_type.account_id, change.columns, values, merged=["traits"])


def _portions(assets: AssetQuerySet, keys: Sequence[str]) -> Iterator[list[tuple[int, str, dict[str, Any]]]]:
    """Ids, each with the notes and what the asset holds under these keys; by id, so that two writers wait for each other
    instead of deadlocking. Rows of a few values: whole assets took three times as long to read."""
    rows, last = assets.order_by("pk").values_list("pk", "notes", *(trait(key) for key in keys)), 0
    while read := list(rows.filter(pk__gt=last).select_for_update()[:_BATCH]):
        yield [
            (
                pk,
                notes,
                {key: value for key, value in zip(keys, values, strict=True) if value is not None},
            )
            for pk, notes, *values in read
        ]
        last = read[-1][0]


def _assets(schema: Schema) -> AssetQuerySet:
    """Archived and deleted ones too: they may come back."""
    return FlexibleAsset.objects.of_type(schema.asset_type)


def _totals(asset_type: FlexibleAssetType) -> TotalsQuerySet:
    return OrganizationTotals.objects.of_type(asset_type).order_by("organization_id")


def _slots(schema: Schema) -> dict[str, str]:
    return {field.key: field.slot for field in schema.fields if field.slot}


def _titles(schema: Schema) -> list[str]:
    return [field.key for field in schema.fields if field.use_for_title]
