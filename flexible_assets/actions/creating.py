"""A new asset, as a person fills it in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from flexible_assets.actions.assets import write_filled
from flexible_assets.actions.content import AssetContent
from flexible_assets.actions.editing import put_content
from flexible_assets.actions.errors import DeletedTypeError
from flexible_assets.actions.history import remember
from flexible_assets.actions.totals import lock_totals, recount
from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from flexible_assets.schema import Schema, schema_of
from organizations.actions import record_activity
from organizations.models import Organization, User


@transaction.atomic
def create_asset(
    schema: Schema,
    *,
    organization: Organization,
    content: AssetContent,
    now: datetime,
    actor: User | None = None,
) -> FlexibleAsset:
    """Also one of a type that an integration keeps in step: then it is its people's alone, and never synced back."""
    asset_type = _hold_type(schema.asset_type)
    totals = lock_totals(schema, organization)
    # Somebody may have changed the fields before the totals were held.
    schema = schema_of(asset_type)
    asset = blank_asset(schema, organization, now=now)
    # Tags, passwords and expirations stand beside a row that is there.
    schema.fill(asset, {}).save()
    put_content(
        schema, asset, replace(content, values=_complete(schema, content.values)), now=now, actor=actor
    )
    write_filled(schema, [asset], "notes")
    recount([totals], slots=schema.number_slots)
    remember(schema, asset, reason=content.reason, now=now, actor=actor)
    record_activity(
        asset.account_id,
        at=now,
        action=f"flexible-asset.{content.reason}",
        subject=asset.name,
        user=actor,
        organization=organization,
        about=asset,
    )
    return asset


def _hold_type(asset_type: FlexibleAssetType) -> FlexibleAssetType:
    """Nobody deletes it before this transaction ends; changes of its fields pass by."""
    types = FlexibleAssetType.objects.raw(
        "SELECT * FROM flexible_assets_flexibleassettype WHERE account_id = %s AND id = %s FOR KEY SHARE",
        [asset_type.account_id, asset_type.pk],
    )
    held = next(iter(types), None)
    if held is None:
        raise DeletedTypeError
    return held


def blank_asset(schema: Schema, organization: Organization, *, now: datetime) -> FlexibleAsset:
    """One that is not stored yet."""
    return FlexibleAsset(
        account_id=organization.account_id,
        organization=organization,
        asset_type=schema.asset_type,
        created_at=now,
        updated_at=now,
    )


def _complete(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """With nothing for the required fields that are not named, so that they are asked for. Files come afterwards."""
    required = [
        field.key
        for field in schema.fields
        if field.required and field.behavior.has_value and not field.behavior.is_file
    ]
    return {**dict.fromkeys(required), **values}
