"""The license sync step: one asset per SKU of a tenant, its holders tagged."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from integrations.microsoft.tenant import TenantReader

from flexible_assets.actions import ensure_managed_type, lock_totals, refresh_totals
from integrations.contacts import contacts_of_users
from integrations.microsoft.records import CompanySubscription, DirectoryUser, SubscribedSku
from integrations.microsoft.sku_names import sku_name
from integrations.steps import Change, StepOutcome, TenantContext
from licenses import leaving, moving
from licenses.actions import SkuFacts, carry_out
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.models import LicenseRecord
from licenses.preview import planned_changes
from licenses.reconcile import License, Units, plan
from organizations.models import Organization


@dataclass(frozen=True)
class LicenseReading:
    """Everything Microsoft says of a tenant's licenses; `holders` are the users who have at least one."""

    skus: tuple[SubscribedSku, ...]
    subscriptions: tuple[CompanySubscription, ...]
    holders: tuple[DirectoryUser, ...]


class LicenseStep:
    key = "licenses"
    label = "Licenses"
    description = (
        "Keeps one Microsoft Licenses asset for every SKU of each matched tenant: active, consumed and unused units, "
        "with the contacts who hold the license tagged. Licensed users who are no contacts yet become contacts."
    )

    def read(self, tenant: TenantReader) -> LicenseReading:
        return LicenseReading(
            skus=tenant.subscribed_skus(),
            subscriptions=tenant.subscriptions(),
            holders=tuple(user for user in tenant.users() if user.sku_ids),
        )

    def portions(self, reading: LicenseReading) -> Iterable[LicenseReading]:
        """All at once: the deletion guard judges the whole of a tenant's licenses."""
        return (reading,)

    def plan(self, context: TenantContext, reading: LicenseReading) -> Sequence[Change]:
        return planned_changes(context, reading)

    def apply(self, context: TenantContext, reading: LicenseReading) -> StepOutcome:
        schema = ensure_managed_type(context.account_id, MICROSOFT_LICENSES, now=context.now)
        organization = Organization.objects.of_account(context.account_id).get(pk=context.organization_id)
        totals = lock_totals(schema, organization)
        contacts = contacts_of_users(
            reading.holders, match_id=context.match_id, organization=organization, now=context.now
        )
        facts = facts_of(reading, contacts)
        records = {
            record.sku_id: record
            for record in LicenseRecord.objects.of_account(context.account_id).of_tenant(context.match_id)
        }
        planned = plan(
            (record.stored for record in records.values()), (fact.license for fact in facts.values())
        )
        if not planned.writes_nothing:
            carry_out(planned, context=context, schema=schema, facts=facts, records=records)
            refresh_totals(schema, totals)
        updated = {license_.sku_id for license_ in (*planned.update, *planned.retag)}
        return StepOutcome(
            created=len(planned.create),
            updated=len(updated),
            unchanged=planned.unchanged,
            orphaned=len(planned.orphan),
            held=planned.held,
        )

    def count(self, account_id: int, match_ids: Collection[int]) -> Counter[str]:
        return leaving.count(account_id, match_ids)

    def move(self, context: TenantContext) -> int:
        return moving.move(context)

    def orphan(self, context: TenantContext) -> int:
        return moving.orphan(context)

    def release(
        self, account_id: int, match_ids: Collection[int], *, limit: int, now: datetime
    ) -> Counter[str]:
        return leaving.release(account_id, match_ids, limit=limit, now=now)

    def purge(self, account_id: int, match_ids: Collection[int], *, limit: int) -> Counter[str]:
        return leaving.purge(account_id, match_ids, limit=limit)

    def forget_type(self, account_id: int, *, now: datetime) -> Counter[str]:
        return leaving.forget_type(account_id, now=now)


def facts_of(reading: LicenseReading, contacts: dict[UUID, int]) -> dict[UUID, SkuFacts]:
    holders: dict[UUID, set[int]] = {}
    for user in reading.holders:
        for sku_id in user.sku_ids:
            holders.setdefault(sku_id, set()).add(contacts[user.id])
    subscriptions: dict[UUID, list[CompanySubscription]] = {}
    for subscription in reading.subscriptions:
        subscriptions.setdefault(subscription.sku_id, []).append(subscription)
    return {
        sku.sku_id: _facts(sku, subscriptions.get(sku.sku_id, []), frozenset(holders.get(sku.sku_id, ())))
        for sku in reading.skus
    }


def _facts(sku: SubscribedSku, subscriptions: list[CompanySubscription], holders: frozenset[int]) -> SkuFacts:
    is_trial = bool(subscriptions) and all(subscription.is_trial for subscription in subscriptions)
    next_lifecycle_at = _earliest(subscription.next_lifecycle_at for subscription in subscriptions)
    return SkuFacts(
        license=License(
            sku_id=sku.sku_id,
            name=sku_name(sku.sku_id, part_number=sku.part_number),
            part_number=sku.part_number,
            units=Units(sku.enabled, sku.warning, sku.suspended, sku.locked_out, sku.consumed),
            holders=holders,
            details=(
                ("applies-to", sku.applies_to),
                ("capability-status", sku.capability_status),
                ("trial", str(is_trial)),
                ("next-lifecycle", next_lifecycle_at.isoformat() if next_lifecycle_at else ""),
            ),
        ),
        applies_to=sku.applies_to,
        capability_status=sku.capability_status,
        is_trial=is_trial,
        next_lifecycle_at=next_lifecycle_at,
    )


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
