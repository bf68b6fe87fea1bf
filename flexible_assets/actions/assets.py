"""Assets as their manager writes them: whole batches of traits, beside which people's own fields, notes and security
stay as they are."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from flexible_assets.actions.columns import write_columns
from flexible_assets.actions.expirations import write_expirations
from flexible_assets.models import FlexibleAsset
from flexible_assets.schema import Schema


def create_assets(
    schema: Schema, contents: Iterable[Mapping[str, Any]], *, organization_id: int, now: datetime
) -> list[FlexibleAsset]:
    """Creates assets, locked if their type is, in the order given."""
    assets = [
        schema.fill(
            FlexibleAsset(
                account_id=schema.asset_type.account_id,
                organization_id=organization_id,
                asset_type=schema.asset_type,
                is_locked=schema.asset_type.is_locked,
                created_at=now,
                updated_at=now,
            ),
            traits,
        )
        for traits in contents
    ]
    return insert_filled(schema, assets)


def insert_filled(schema: Schema, assets: Collection[FlexibleAsset]) -> list[FlexibleAsset]:
    """What `Schema.fill` set of new ones."""
    created = FlexibleAsset.objects.bulk_create(assets, batch_size=500)
    if schema.expiration_fields:
        write_expirations(schema, created)
    return created


def update_assets(schema: Schema, changes: Mapping[int, Mapping[str, Any]], *, now: datetime) -> None:
    """Writes new managed traits by asset id; an orphan among them is back, even if somebody deleted it meanwhile."""
    if not changes:
        return
    assets = _lock_assets(schema, changes)
    deleted = [asset for asset in assets if asset.deleted_at is not None]
    for asset in assets:
        schema.fill(asset, {**schema.own_traits(asset), **changes[asset.pk]})
        asset.orphaned_at = None
        asset.updated_at = now
    for asset in deleted:
        asset.deleted_at, asset.deleted_by, asset.archived = None, None, False
    revived = ("deleted_at", "deleted_by_id", "archived") if deleted else ()
    write_filled(schema, assets, "orphaned_at", "updated_at", *revived)


def write_filled(schema: Schema, assets: Collection[FlexibleAsset], *more: str) -> None:
    """Saves what `Schema.fill` set, and the columns named."""
    slots = [field.slot for field in schema.fields if field.slot]
    written = ["traits", "name", "sort_key", "search_key", "search_text", *slots, *more]
    rows = {asset.pk: [getattr(asset, column) for column in written] for asset in assets}
    write_columns(schema.asset_type.account_id, written, rows)
    if schema.expiration_fields:
        write_expirations(schema, assets)


def mark_orphaned(schema: Schema, asset_ids: Collection[int], *, now: datetime) -> int:
    """What vanished at the source stays, marked; people decide about deleting it."""
    return (
        FlexibleAsset.objects.of_type(schema.asset_type)
        .filter(pk__in=asset_ids, orphaned_at=None)
        .update(orphaned_at=now, updated_at=now)
    )


def _lock_assets(schema: Schema, ids: Iterable[int]) -> list[FlexibleAsset]:
    """In key order, so that two writers wait for each other instead of deadlocking."""
    assets = FlexibleAsset.objects.of_type(schema.asset_type).filter(pk__in=list(ids))
    return list(assets.order_by("pk").select_for_update())
