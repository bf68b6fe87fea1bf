"""Everything that changes types and assets. Apps that manage a locked type write through here in whole batches."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from flexible_assets.field_kinds import FIELD_KINDS, SLOTS
from flexible_assets.models import (
    AssetTag,
    FlexibleAsset,
    FlexibleAssetField,
    FlexibleAssetType,
    OrganizationTotals,
    SidebarSection,
)
from flexible_assets.querysets import sums_of
from flexible_assets.schema import Schema, schema_of
from organizations.actions import record_activity
from organizations.models import Organization
from organizations.names import sort_key


class SlotsUsedUpError(ValueError):
    """More fields are shown in lists than an asset row has typed slots for."""


@dataclass(frozen=True)
class FieldSpec:
    name: str
    kind: str
    hint: str = ""
    required: bool = False
    use_for_title: bool = False
    show_in_list: bool = False
    decimals: int = 0
    tag_type: str = ""
    options: tuple[tuple[str, str], ...] = ()
    meter_of: str = ""

    @property
    def key(self) -> str:
        return slugify(self.name)


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
    """The locked type of this spec: created on first use, and given the fields that a newer version added."""
    asset_type, created = FlexibleAssetType.objects.get_or_create(
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
    schema = schema_of(asset_type)
    if any(field.key not in schema.by_key for field in spec.fields):
        # Workers that meet the new version at once add the field once: the second finds it after the first's commit.
        FlexibleAssetType.objects.select_for_update().get(pk=asset_type.pk)
        schema = schema_of(asset_type)
    missing = [field for field in spec.fields if field.key not in schema.by_key]
    if missing:
        add_fields(schema, missing)
        schema = schema_of(asset_type)
    if created:
        record_activity(account_id, at=now, action="flexible-asset-type.created", subject=spec.name)
    return schema


def add_fields(schema: Schema, specs: Sequence[FieldSpec]) -> None:
    """Appends fields; one that lists show takes the next free typed slot of its family."""
    used = {field.slot for field in schema.fields}
    rows = []
    for order, spec in enumerate(specs, start=len(schema.fields) + 1):
        slot = _free_slot(spec, used)
        used.add(slot)
        rows.append(
            FlexibleAssetField(
                account_id=schema.asset_type.account_id,
                asset_type=schema.asset_type,
                order=order,
                name=spec.name,
                key=spec.key,
                kind=spec.kind,
                hint=spec.hint,
                required=spec.required,
                use_for_title=spec.use_for_title,
                show_in_list=spec.show_in_list,
                decimals=spec.decimals,
                tag_type=spec.tag_type,
                options=list(spec.options),
                meter_of=spec.meter_of,
                slot=slot,
            )
        )
    FlexibleAssetField.objects.bulk_create(rows)


def _free_slot(spec: FieldSpec, used: Collection[str]) -> str:
    family = FIELD_KINDS[spec.kind].slot_family
    # The title needs no slot: the asset's own name column lists it.
    if not spec.show_in_list or family is None or spec.use_for_title:
        return ""
    for slot in SLOTS[family]:
        if slot not in used:
            return slot
    raise SlotsUsedUpError(f"A type shows at most {len(SLOTS[family])} {family} fields in lists.")


def create_assets(
    schema: Schema, contents: Iterable[Mapping[str, Any]], *, organization_id: int, now: datetime
) -> list[FlexibleAsset]:
    """Creates locked assets, in the order given."""
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
    return FlexibleAsset.objects.bulk_create(assets, batch_size=500)


def update_assets(schema: Schema, changes: Mapping[int, Mapping[str, Any]], *, now: datetime) -> None:
    """Writes new traits by asset id; an orphan among them is back."""
    if not changes:
        return
    assets = _lock_assets(schema, changes)
    for asset in assets:
        schema.fill(asset, changes[asset.pk])
        asset.orphaned_at = None
        asset.updated_at = now
    slots = [field.slot for field in schema.fields if field.slot]
    written = ["traits", "name", "sort_key", "search_key", "orphaned_at", "updated_at", *slots]
    FlexibleAsset.objects.bulk_update(assets, written, batch_size=500)


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


def replace_tags(field: FlexibleAssetField, wanted: Mapping[int, Collection[int]]) -> None:
    """Makes the contacts tagged in `field` exactly those wanted, by asset id; touches only what differs."""
    stored: dict[int, set[int]] = {asset_id: set() for asset_id in wanted}
    rows = AssetTag.objects.filter(account_id=field.account_id, field=field, asset_id__in=wanted)
    for asset_id, contact_id in rows.values_list("asset_id", "contact_id"):
        stored[asset_id].add(contact_id)
    added = [
        AssetTag(account_id=field.account_id, asset_id=asset_id, field=field, contact_id=contact_id)
        for asset_id, contacts in wanted.items()
        for contact_id in sorted(set(contacts) - stored[asset_id])
    ]
    AssetTag.objects.bulk_create(added, batch_size=2000)
    for asset_id, contacts in wanted.items():
        gone = stored[asset_id] - set(contacts)
        if gone:
            rows.filter(asset_id=asset_id, contact_id__in=gone).delete()


def lock_totals(schema: Schema, organization: Organization) -> OrganizationTotals:
    """Writers of one type in one organization go one after the other; different organizations never wait."""
    key = {
        "account_id": organization.account_id,
        "organization_id": organization.pk,
        "asset_type_id": schema.asset_type.pk,
    }
    OrganizationTotals.objects.bulk_create([OrganizationTotals(**key)], ignore_conflicts=True)
    return OrganizationTotals.objects.select_for_update().get(**key)


def refresh_totals(schema: Schema, totals: OrganizationTotals) -> None:
    """Recounts under the lock; writes only when a figure changed."""
    assets = (
        FlexibleAsset.objects.active()
        .of_type(schema.asset_type)
        .filter(organization_id=totals.organization_id)
    )
    sums = assets.reported().aggregate(**sums_of(schema.number_slots))
    figures = {"assets": assets.count()} | {slot: total or 0 for slot, total in sums.items()}
    if any(getattr(totals, name) != figure for name, figure in figures.items()):
        for name, figure in figures.items():
            setattr(totals, name, figure)
        totals.save(update_fields=list(figures))
