"""Types that an app manages: created on first use, kept up to date, and let go of when the app leaves."""

from dataclasses import dataclass
from datetime import datetime

from flexible_assets.actions.field_specs import FieldSpec
from flexible_assets.actions.fields import add_fields, make_way
from flexible_assets.models import FlexibleAsset, FlexibleAssetType, SidebarSection
from flexible_assets.querysets import AssetQuerySet
from flexible_assets.schema import Schema, schema_of
from organizations.actions import record_activity
from organizations.names import sort_key


@dataclass(frozen=True)
class TypeSpec:
    """A type that an app, named by `manager`, keeps in step; `system_key` finds it again."""

    system_key: str
    name: str
    manager: str
    icon: str
    description: str
    section: SidebarSection
    fields: tuple[FieldSpec, ...]


def ensure_managed_type(account_id: int, spec: TypeSpec, *, now: datetime) -> Schema:
    """The locked type of this spec: created on first use, and given the fields that a newer version added.

    Until the transaction ends nobody can let go of the type, so that what is written of it stays locked.
    """
    asset_type = _held(account_id, spec) or _created(account_id, spec, now=now)
    schema = schema_of(asset_type)
    if _missing(schema, spec):
        # Workers that meet the new version at once add the field once: the second finds it after the first's commit.
        FlexibleAssetType.objects.select_for_update(no_key=True).get(pk=asset_type.pk)
        schema = _completed(schema_of(asset_type), spec)
    return schema


def _held(account_id: int, spec: TypeSpec) -> FlexibleAssetType | None:
    """FOR KEY SHARE makes whoever releases or purges the type wait for us, and lets other syncs pass."""
    types = FlexibleAssetType.objects.raw(
        "SELECT * FROM flexible_assets_flexibleassettype WHERE account_id = %s AND system_key = %s FOR KEY SHARE",
        [account_id, spec.system_key],
    )
    return next(iter(types), None)


def _created(account_id: int, spec: TypeSpec, *, now: datetime) -> FlexibleAssetType:
    asset_type, is_new = FlexibleAssetType.objects.get_or_create(
        account_id=account_id,
        system_key=spec.system_key,
        defaults={
            "name": spec.name,
            "sort_key": sort_key(spec.name),
            "manager": spec.manager,
            "icon": spec.icon,
            "description": spec.description,
            "section": spec.section,
            "created_at": now,
        },
    )
    if is_new:
        _rename_kept(asset_type, now=now)
        record_activity(
            account_id, at=now, action="flexible-asset-type.created", subject=spec.name, about=asset_type
        )
    # Of two workers that create it at once, the second is handed the first's, which it has to hold like any other.
    return asset_type if is_new else _held(account_id, spec) or _created(account_id, spec, now=now)


def _rename_kept(asset_type: FlexibleAssetType, *, now: datetime) -> None:
    """Types of this name that an earlier disconnect left to the people make room, so that nobody takes one for the other."""
    types = FlexibleAssetType.objects.of_account(asset_type.account_id)
    for kept in types.filter(name=asset_type.name).exclude(pk=asset_type.pk).order_by("pk"):
        old = kept.name
        kept.name = _free_name(asset_type.account_id, old)
        kept.sort_key = sort_key(kept.name)
        kept.save(update_fields=["name", "sort_key"])
        record_activity(
            kept.account_id,
            at=now,
            action="flexible-asset-type.renamed",
            subject=kept.name,
            about=kept,
            details={"before": old, "after": kept.name},
        )


def _free_name(account_id: int, name: str) -> str:
    taken = set(FlexibleAssetType.objects.of_account(account_id).values_list("name", flat=True))
    candidate, number = f"{name[:80]} (kept)", 2
    while candidate in taken:
        candidate, number = f"{name[:80]} (kept {number})", number + 1
    return candidate


def _missing(schema: Schema, spec: TypeSpec) -> list[FieldSpec]:
    managed = {field.key for field in schema.fields if field.is_managed}
    return [field for field in spec.fields if field.key not in managed]


def _completed(schema: Schema, spec: TypeSpec) -> Schema:
    missing = _missing(schema, spec)
    for field in missing:
        if field.key in schema.by_key:
            make_way(schema, field.key)
    schema = schema_of(schema.asset_type)
    add_fields(schema, missing, managed={field.key for field in missing})
    return schema_of(schema.asset_type)


def release_type(asset_type: FlexibleAssetType, *, now: datetime) -> bool:
    """Hands the type over to the people once none of its assets is locked any more; says whether it was.

    Syncs hold the type before they lock totals and assets: a transaction that holds those already may not call this.
    """
    asset_type = _lock(asset_type)
    if _assets(asset_type).locked().exists():
        return False
    if asset_type.is_locked:
        _release(asset_type)
        record_activity(
            asset_type.account_id,
            at=now,
            action="flexible-asset-type.released",
            subject=asset_type.name,
            about=asset_type,
        )
    return True


def purge_type(asset_type: FlexibleAssetType) -> bool:
    """Deletes a type that has no assets left, with its fields and totals; says whether it did. What people kept of it
    is never lost: then they get the type. It may be called where `release_type` may."""
    asset_type = _lock(asset_type)
    if not _assets(asset_type).exists():
        asset_type.delete()
        return True
    if not _assets(asset_type).locked().exists():
        _release(asset_type)
    return False


def _lock(asset_type: FlexibleAssetType) -> FlexibleAssetType:
    """Waits for the syncs that hold the type; what they wrote is seen afterwards."""
    return FlexibleAssetType.objects.select_for_update().get(pk=asset_type.pk)


def _assets(asset_type: FlexibleAssetType) -> AssetQuerySet:
    return FlexibleAsset.objects.of_type(asset_type)


def _release(asset_type: FlexibleAssetType) -> None:
    asset_type.manager, asset_type.system_key = "", None
    asset_type.save(update_fields=["manager", "system_key"])
    asset_type.fields.update(is_managed=False)
