"""Keeps the dates in expiration fields in step with the assets they stand in."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice

from django.db import transaction

from flexible_assets.models import AssetExpiration, FlexibleAsset
from flexible_assets.schema import Schema

_BATCH = 2000


@transaction.atomic
def refresh_expirations(schema: Schema, asset_ids: Collection[int] | None = None) -> None:
    """Recomputes the expirations of these assets, or of all of the type: after a field became one or is none any more."""
    assets = FlexibleAsset.objects.of_type(schema.asset_type).order_by("pk")
    if asset_ids is not None:
        assets = assets.filter(pk__in=asset_ids)
    dates = assets.only("account_id", "organization_id", "traits")
    for batch in _batches(dates.iterator(chunk_size=_BATCH)):
        write_expirations(schema, batch)


def write_expirations(schema: Schema, assets: Collection[FlexibleAsset]) -> None:
    """Writes what differs for assets that were just saved. Whether they are shown is asked when somebody looks."""
    account_id = schema.asset_type.account_id
    rows = AssetExpiration.objects.of_account(account_id).filter(asset__in=[asset.pk for asset in assets])
    stored = {(row.asset_id, row.field_id): row for row in rows}
    wanted = {(row.asset_id, row.field_id): row for row in _wanted(schema, assets)}
    same = {place for place, row in stored.items() if _says(row) == _says(wanted.get(place))}
    gone = [row.pk for place, row in stored.items() if place not in same]
    if gone:
        AssetExpiration.objects.of_account(account_id).filter(pk__in=gone).delete()
    new = [row for place, row in wanted.items() if place not in same]
    AssetExpiration.objects.bulk_create(new, batch_size=_BATCH)


def move_expirations(assets: Collection[FlexibleAsset], *, organization_id: int) -> None:
    """They stand beside the organization of their asset."""
    rows = AssetExpiration.objects.filter(asset__in=[asset.pk for asset in assets])
    rows.update(organization_id=organization_id)


def _wanted(schema: Schema, assets: Iterable[FlexibleAsset]) -> Iterator[AssetExpiration]:
    for asset in assets:
        for field in schema.expiration_fields:
            day = field.behavior.to_slot(asset.traits.get(field.key))
            if isinstance(day, date):
                yield AssetExpiration(
                    account_id=asset.account_id,
                    asset=asset,
                    field=field,
                    organization_id=asset.organization_id,
                    expires_on=day,
                )


def _says(row: AssetExpiration | None) -> tuple[int, date] | None:
    return None if row is None else (row.organization_id, row.expires_on)


def _batches(assets: Iterator[FlexibleAsset]) -> Iterator[list[FlexibleAsset]]:
    while batch := list(islice(assets, _BATCH)):
        yield batch
