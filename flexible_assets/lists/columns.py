"""The columns of a list of assets: its name, its organization, the fields shown in lists, and when it was changed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

from django.urls import reverse
from django.utils.text import get_text_list

from flexible_assets.models import FlexibleAsset, FlexibleAssetField
from flexible_assets.schema import Schema
from organizations.lists import Cell, ListColumn, Meter, day_text, filter_name
from organizations.paging import Order

#: Names that the hint of a padlock tells; the asset's page tells all.
NAMES_IN_HINT = 5
#: Letters of a text that a row shows; exports write all of it.
LONGEST_TEXT = 200
#: What lists of assets call their own columns and filters, whatever fields are called.
BUILT_IN = ("name", "organization", "created", "updated")

Column = ListColumn[FlexibleAsset]


def columns_of(slug: str, schema: Schema, *, is_global: bool) -> list[Column]:
    organization = Column("organization", "Organization", partial(_organization, slug, schema))
    return [
        Column("name", title_label(schema), partial(_title, slug), order=Order("sort_key")),
        *([organization] if is_global else []),
        *(_field_column(field) for field in listed_fields(schema) if not field.behavior.is_beside),
        Column("created", "Created", lambda asset: Cell("", at=asset.created_at), is_optional=True),
        Column("updated", "Updated", lambda asset: Cell("", at=asset.updated_at), is_optional=True),
    ]


def title_label(schema: Schema) -> str:
    titles = [field.name for field in schema.fields if field.use_for_title]
    return titles[0] if len(titles) == 1 else "Name"


def listed_fields(schema: Schema) -> list[FlexibleAssetField]:
    """Without those that make the name, which has its column."""
    return [field for field in schema.in_list if not field.use_for_title]


def column_key(field: FlexibleAssetField) -> str:
    return filter_name(field.key, taken=BUILT_IN)


def _field_column(field: FlexibleAssetField) -> Column:
    return Column(
        column_key(field),
        field.name,
        _cell_of(field),
        order=Order(field.slot, nullable=True) if field.slot else None,
        is_number=field.behavior.is_number,
        hint=field.hint,
    )


def _cell_of(field: FlexibleAssetField) -> Callable[[FlexibleAsset], Cell]:
    behavior, tones = field.behavior, field.tones

    def cell(asset: FlexibleAsset) -> Cell:
        stored = asset.traits.get(field.key)
        text = behavior.to_text(stored)
        value = _value(field, stored)
        return Cell(
            day_text(value) if isinstance(value, date) else _shortened(text),
            tone=tones.get(text, ""),
            is_number=behavior.is_number,
            meter=_meter(asset, field) if field.meter_of else None,
            value=value,
            full_text=text,
        )

    return cell


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."


def _value(field: FlexibleAssetField, stored: object) -> Decimal | date | None:
    """Numbers and days, which spreadsheets reckon with."""
    if stored is None:
        return None
    if field.behavior.is_number:
        return Decimal(str(stored))
    slot = field.behavior.to_slot(stored)
    return slot if isinstance(slot, date) else None


def _meter(asset: FlexibleAsset, field: FlexibleAssetField) -> Meter | None:
    """A bar of the value within its whole; without a whole there is nothing to show."""
    value, whole = asset.traits.get(field.key), asset.traits.get(field.meter_of)
    if not isinstance(value, int) or not isinstance(whole, int) or whole <= 0:
        return None
    return Meter(value, whole, f"{value:,} of {whole:,}")


def _title(slug: str, asset: FlexibleAsset) -> Cell:
    return Cell(
        asset.name,
        url=reverse("flexible_assets:asset-detail", args=[slug, asset.pk]),
        subtitle="orphaned" if asset.orphaned_at else "",
        is_title=True,
        mark="lock-keyhole" if asset.is_restricted else "",
        mark_hint=_audience(asset) if asset.is_restricted else "",
    )


def _audience(asset: FlexibleAsset) -> str:
    names = [str(grant.group or grant.user) for grant in asset.grants.all()]
    more = len(names) - NAMES_IN_HINT
    others = [f"{more} more"] if more > 0 else []
    return f"Seen only by {get_text_list(['Administrators', *names[:NAMES_IN_HINT], *others], 'and')}"


def _organization(slug: str, schema: Schema, asset: FlexibleAsset) -> Cell:
    url = reverse("flexible_assets:asset-list", args=[slug, asset.organization_id, schema.asset_type.pk])
    return Cell(asset.organization.name, url=url)
