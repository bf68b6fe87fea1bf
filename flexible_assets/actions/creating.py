"""A new asset, as a person fills it in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from flexible_assets.actions.assets import insert_filled
from flexible_assets.actions.content import AssetContent
from flexible_assets.actions.errors import BatchRefusedError, DeletedTypeError
from flexible_assets.actions.filling import fill, put_beside
from flexible_assets.actions.history import Turn, remember
from flexible_assets.actions.totals import lock_places, place_of, recount
from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from flexible_assets.schema import Schema, schema_of
from organizations.actions.activity import activity_line, record_activities
from organizations.models import Organization, User


@dataclass(frozen=True)
class NewAsset:
    organization: Organization
    content: AssetContent


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
    try:
        [asset] = create_several(schema, [NewAsset(organization, content)], now=now, actor=actor)
    except BatchRefusedError as refused:
        raise refused.reason from None
    return asset


@transaction.atomic
def create_several(
    schema: Schema, news: Sequence[NewAsset], *, now: datetime, actor: User | None = None
) -> list[FlexibleAsset]:
    """The same many at once, or BatchRefusedError for the first that does not fit."""
    asset_type = _hold_type(schema.asset_type)
    totals = lock_places({place_of(blank_asset(schema, new.organization, now=now)) for new in news})
    # Somebody may have changed the fields before the totals were held.
    schema = schema_of(asset_type)
    fillings = [
        fill(schema, blank_asset(schema, new.organization, now=now), _complete(schema, new.content))
        for new in news
    ]
    assets = insert_filled(schema, [filling.asset for filling in fillings])
    put_beside(schema, fillings, now=now, actor=actor)
    recount(totals, slots=schema.number_slots)
    turns = [Turn(each.asset, each.content.reason) for each in fillings]
    remember(schema, turns, now=now, actor=actor)
    record_activities(
        activity_line(
            asset.account_id,
            at=now,
            action=f"flexible-asset.{new.content.reason}",
            subject=asset.name,
            user=actor,
            organization=new.organization,
            about=asset,
        )
        for asset, new in zip(assets, news, strict=True)
    )
    return assets


def _hold_type(asset_type: FlexibleAssetType) -> FlexibleAssetType:
    """Nobody deletes it before this transaction ends, nor changes or takes away a field; new fields pass by."""
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


def _complete(schema: Schema, content: AssetContent) -> AssetContent:
    """With nothing for the required fields that are not named, so that they are asked for; of files that is asked where
    they are attached."""
    required = [
        field.key
        for field in schema.fields
        if field.required and field.behavior.has_value and not field.behavior.is_file
    ]
    return replace(content, values={**dict.fromkeys(required), **content.values})
