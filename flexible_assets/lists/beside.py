"""Columns of fields whose values stand beside the asset: records named in Tag fields, files in Upload fields. All of a
page's rows take one query, and nothing is counted that the reader may not see."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from flexible_assets.lists.columns import column_key, listed_fields
from flexible_assets.models import AssetTag, Attachment, FlexibleAsset, FlexibleAssetField
from flexible_assets.schema import Schema
from flexible_assets.targets import target_of
from organizations.lists import Cell, ExtraColumn
from organizations.models import User
from organizations.paging import as_one

#: Names that one cell of an export lists; of more it says how many.
NAMES_AT_MOST = 20


def beside_columns(user: User, schema: Schema, assets: Sequence[FlexibleAsset]) -> list[ExtraColumn]:
    fields = [field for field in listed_fields(schema) if field.behavior.is_beside]
    by_source: dict[str, list[FlexibleAssetField]] = {}
    for field in fields:
        by_source.setdefault(_source(field), []).append(field)
    cells: dict[int, dict[int, Cell]] = {field.pk: {} for field in fields}
    for (field_id, asset_id), cell in _cells(user, list(by_source.values()), assets):
        cells[field_id][asset_id] = cell
    return [ExtraColumn(column_key(field), field.name, cells[field.pk], hint=field.hint) for field in fields]


def has_any(user: User, field: FlexibleAssetField) -> Q:
    """Whether an asset has anything in the field that the user may see."""
    return Q(Exists(_seen(user, [field]).filter(asset=OuterRef("pk"))))


def _source(field: FlexibleAssetField) -> str:
    return "file" if field.behavior.is_file else target_of(field.tag_type).column


def _seen(user: User, fields: Sequence[FlexibleAssetField]) -> "QuerySet[Any]":
    """Of fields with one source."""
    if fields[0].behavior.is_file:
        return Attachment.objects.of_account(user.account_id).filter(field__in=fields)
    kind = target_of(fields[0].tag_type)
    tags = AssetTag.objects.of_account(user.account_id).filter(field__in=fields)
    return tags.filter(**{f"{kind.column}__in": kind.seen_by(user).order_by()})


def _cells(
    user: User, by_source: Sequence[Sequence[FlexibleAssetField]], assets: Sequence[FlexibleAsset]
) -> list[tuple[tuple[int, int], Cell]]:
    if not by_source:
        return []
    names: dict[tuple[int, int], list[str]] = {}
    totals: dict[tuple[int, int], int] = {}
    parts = [_named(user, fields, assets) for fields in by_source]
    for field_id, asset_id, _, called, total in sorted(as_one(parts)):
        names.setdefault((field_id, asset_id), []).append(called)
        totals[field_id, asset_id] = total
    return [(place, _cell(texts, totals[place])) for place, texts in names.items()]


def _named(
    user: User, fields: Sequence[FlexibleAssetField], assets: Sequence[FlexibleAsset]
) -> "QuerySet[Any, Any]":
    """Field, asset, position, name, and how many there are, of the first few in each field of each asset."""
    source = _source(fields[0])
    name, order = ("name", "name") if source == "file" else (f"{source}__name", f"{source}__sort_key")
    partition = [F("field"), F("asset")]
    named: QuerySet[Any] = (
        _seen(user, fields)
        .filter(asset__in=assets)
        .annotate(
            called=F(name),
            position=Window(RowNumber(), partition_by=partition, order_by=[F(order), F("id")]),
            total=Window(Count("id"), partition_by=partition),
        )
        .filter(position__lte=NAMES_AT_MOST)
    )
    return named.order_by().values_list("field_id", "asset_id", "position", "called", "total")


def _cell(names: Sequence[str], total: int) -> Cell:
    """A single one by name, of several the first and how many more."""
    more = total - len(names)
    written = "; ".join([*names, *([f"{more:,} more"] if more else [])])
    shown = names[0] if total == 1 else f"{names[0]} + {total - 1:,}"
    return Cell(shown, hint=written if total > 1 else "", full_text=written)
