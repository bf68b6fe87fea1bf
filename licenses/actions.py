"""Carries a license plan out: assets and their records, in one transaction and in key order; tags may follow."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flexible_assets.actions import create_assets, mark_orphaned, update_assets
from flexible_assets.schema import Schema
from integrations.steps import TenantContext
from licenses.models import LicenseRecord
from licenses.reconcile import License, Plan


@dataclass(frozen=True)
class SkuFacts:
    """A license and what else is kept of its SKU."""

    license: License
    applies_to: str
    capability_status: str
    is_trial: bool
    next_lifecycle_at: datetime | None


def carry_out(
    plan: Plan,
    *,
    context: TenantContext,
    schema: Schema,
    facts: Mapping[UUID, SkuFacts],
    records: Mapping[UUID, LicenseRecord],
) -> dict[int, frozenset[int]]:
    """All of it but the tags. Returns the contacts to be tagged, and no others, by asset id."""
    created = _create(plan.create, context=context, schema=schema, facts=facts)
    update_assets(
        schema, {records[each.sku_id].asset_id: each.traits for each in plan.update}, now=context.now
    )
    retagged = {records[each.sku_id].asset_id: each.holders for each in plan.retag}
    tagged = {created[each.sku_id].asset_id: each.holders for each in plan.create if each.holders}
    gone = [records[sku_id] for sku_id in plan.orphan]
    mark_orphaned(schema, [record.asset_id for record in gone], now=context.now)
    _update_records(plan, facts=facts, records=records, now=context.now)
    return retagged | tagged


def postpone_tags(account_id: int, asset_ids: Collection[int]) -> dict[int, str]:
    """The next sync finds different holders, unless `confirm_tags` gets back what this returns."""
    records = LicenseRecord.objects.of_account(account_id).filter(asset__in=asset_ids)
    digests = dict(records.values_list("asset_id", "holders_digest"))
    records.update(holders_digest="")
    return digests


def confirm_tags(account_id: int, digests: Mapping[int, str]) -> None:
    """Digests of holders, all of whom are tagged now, by asset id."""
    records = list(LicenseRecord.objects.of_account(account_id).filter(asset__in=digests).order_by("pk"))
    for record in records:
        record.holders_digest = digests[record.asset_id]
    LicenseRecord.objects.bulk_update(records, ["holders_digest"], batch_size=500)


def _create(
    licenses: Iterable[License], *, context: TenantContext, schema: Schema, facts: Mapping[UUID, SkuFacts]
) -> dict[UUID, LicenseRecord]:
    licenses = list(licenses)
    assets = create_assets(
        schema, [each.traits for each in licenses], organization_id=context.organization_id, now=context.now
    )
    rows = []
    for license_, asset in zip(licenses, assets, strict=True):
        record = LicenseRecord(
            account_id=context.account_id,
            match_id=context.match_id,
            sku_id=license_.sku_id,
            asset=asset,
            first_seen_at=context.now,
        )
        _fill(record, facts[license_.sku_id])
        _fill_holders(record, license_)
        rows.append(record)
    LicenseRecord.objects.bulk_create(rows, batch_size=500)
    return {record.sku_id: record for record in rows}


_WRITTEN = [
    "part_number", "applies_to", "capability_status", "enabled", "warning", "suspended", "locked_out", "consumed",
    "is_trial", "next_lifecycle_at", "holder_count", "digest", "holders_digest", "orphaned_at",
]  # fmt: skip


def _update_records(
    plan: Plan, *, facts: Mapping[UUID, SkuFacts], records: Mapping[UUID, LicenseRecord], now: datetime
) -> None:
    for license_ in plan.update:
        _fill(records[license_.sku_id], facts[license_.sku_id])
    for license_ in plan.retag:
        _fill_holders(records[license_.sku_id], license_)
    for sku_id in plan.orphan:
        records[sku_id].orphaned_at = now
    touched = {each.sku_id for each in (*plan.update, *plan.retag)} | set(plan.orphan)
    LicenseRecord.objects.bulk_update(
        [records[sku_id] for sku_id in sorted(touched, key=str)], _WRITTEN, batch_size=500
    )


def _fill(record: LicenseRecord, facts: SkuFacts) -> None:
    units = facts.license.units
    record.part_number = facts.license.part_number[:120]
    record.applies_to = facts.applies_to[:30]
    record.capability_status = facts.capability_status[:30]
    record.enabled = units.enabled
    record.warning = units.warning
    record.suspended = units.suspended
    record.locked_out = units.locked_out
    record.consumed = units.consumed
    record.is_trial = facts.is_trial
    record.next_lifecycle_at = facts.next_lifecycle_at
    record.digest = facts.license.digest
    record.orphaned_at = None


def _fill_holders(record: LicenseRecord, license_: License) -> None:
    record.holder_count = license_.holder_count
    record.holders_digest = license_.holders_digest
