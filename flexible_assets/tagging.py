"""What the Tag fields of an asset name, as its page shows it and its revisions keep it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetField
from flexible_assets.querysets import TagQuerySet
from flexible_assets.targets import BY_COLUMN, Link, TargetKind, target_of
from organizations.models import User

#: Tagged records that an asset's page names at once; the rest is a list of its own.
TAGS_SHOWN = 60


@dataclass(frozen=True)
class ShownTags:
    """What a reader may see of one Tag field."""

    tags: Sequence[Link] = ()
    total: int = 0
    more_url: str = ""


def shown_tags(
    user: User, asset: FlexibleAsset, fields: Collection[FlexibleAssetField], *, slug: str
) -> dict[int, ShownTags]:
    """By field id. One query for each kind of record, however many Tag fields there are."""
    by_column: dict[str, list[FlexibleAssetField]] = {}
    for field in fields:
        by_column.setdefault(target_of(field.tag_type).column, []).append(field)
    shown = {field.pk: ShownTags() for field in fields}
    for column, named in by_column.items():
        shown |= _shown(_Reader(user, asset, slug), BY_COLUMN[column], named)
    return shown


@dataclass(frozen=True)
class _Reader:
    user: User
    asset: FlexibleAsset
    slug: str


def _shown(reader: _Reader, kind: TargetKind, fields: Collection[FlexibleAssetField]) -> dict[int, ShownTags]:
    links: dict[int, list[Link]] = {}
    totals: dict[int, int] = {}
    for tag in _first_tags(reader, kind, fields):
        links.setdefault(tag.field_id, []).append(kind.link(reader.slug, getattr(tag, kind.column)))
        totals[tag.field_id] = tag.total
    return {
        field_id: ShownTags(tags, totals[field_id], _more_url(reader, field_id, totals[field_id]))
        for field_id, tags in links.items()
    }


def _first_tags(reader: _Reader, kind: TargetKind, fields: Collection[FlexibleAssetField]) -> Any:
    tags = AssetTag.objects.of_account(reader.asset.account_id).filter(asset=reader.asset, field__in=fields)
    order = [F(f"{kind.column}__{name}") for name in kind.order]
    related = [kind.column, f"{kind.column}__asset_type"] if kind.column == "target" else [kind.column]
    return (
        tags.filter(**{f"{kind.column}__in": kind.seen_by(reader.user).order_by()})
        .annotate(
            position=Window(RowNumber(), partition_by="field", order_by=order),
            total=Window(Count("id"), partition_by="field"),
        )
        .filter(position__lte=TAGS_SHOWN)
        .select_related(*related)
        .defer("target__search_text")
        .order_by("field", "position")
    )


def _more_url(reader: _Reader, field_id: int, total: int) -> str:
    if total <= TAGS_SHOWN:
        return ""
    return reverse("flexible_assets:tagged-records", args=[reader.slug, reader.asset.pk, field_id])


def tagged_ids(asset: FlexibleAsset, field: FlexibleAssetField, *, user: User) -> list[int]:
    """Ids of what the field names and the user may see: what a form starts from."""
    kind = target_of(field.tag_type)
    tags = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field=field)
    seen = tags.filter(**{f"{kind.column}__in": kind.seen_by(user).order_by()})
    return list(seen.order_by(f"{kind.column}_id").values_list(f"{kind.column}_id", flat=True))


def written_tags(
    tags: TagQuerySet, fields: Collection[FlexibleAssetField]
) -> dict[int, dict[str, list[tuple[str, int, str]]]]:
    """As revisions keep them: by asset id and field key, of each its kind, id and name now."""
    keys = {field.pk: field.key for field in fields}
    columns = [name for kind in BY_COLUMN for name in (f"{kind}_id", f"{kind}__name")]
    written: dict[int, dict[str, list[tuple[str, int, str]]]] = {}
    rows = tags.filter(field__in=keys).order_by("asset_id", "field_id", "id")
    for asset_id, field_id, *named in rows.values_list("asset_id", "field_id", *columns):
        [target] = [
            (kind, pk, name)
            for kind, pk, name in zip(BY_COLUMN, named[::2], named[1::2], strict=True)
            if pk is not None
        ]
        written.setdefault(asset_id, {}).setdefault(keys[field_id], []).append(target)
    return written
