"""The license sync step: one asset per SKU of a tenant, its holders tagged."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flexible_assets.actions import ensure_managed_type, lock_totals, refresh_totals
from integrations.contact_rules import ContactRules
from integrations.contacts.holders import Holder, link_known_contacts
from integrations.microsoft.records import CompanySubscription, DirectoryUser, SubscribedSku
from integrations.microsoft.sku_names import sku_name
from integrations.microsoft.tenant import TenantReader
from integrations.steps import Change, StepOutcome, TenantContext
from licenses import leaving, moving
from licenses.actions import SkuFacts, carry_out
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.models import LicenseRecord
from licenses.preview import expected_contacts, planned_changes, withheld_changes
from licenses.reconcile import License, Plan, Units, plan
from organizations.models import Organization


@dataclass(frozen=True)
class Holders:
    """The users who hold at least one license, gone through as often as need be. A large directory stays on disk."""

    users: Iterable[DirectoryUser]

    def __iter__(self) -> Iterator[DirectoryUser]:
        return (user for user in self.users if user.sku_ids)


@dataclass(frozen=True)
class LicenseReading:
    """Everything Microsoft says of a tenant's licenses; `holders` can be gone through more than once."""

    skus: tuple[SubscribedSku, ...]
    subscriptions: tuple[CompanySubscription, ...]
    holders: Iterable[DirectoryUser]


@dataclass
class Holding:
    """Who has one of the licenses: contacts, by id, and how many users that are, contacts or not."""

    contacts: set[int] = field(default_factory=set)
    users: int = 0


class LicenseStep:
    key = "licenses"
    label = "Licenses"
    description = (
        "Keeps one Microsoft Licenses asset for every SKU of each matched tenant: active, consumed and unused units, "
        "with the contacts who hold the license tagged. Tick “Sync users as contacts” as well, so that those who hold one are contacts."
    )

    def read(self, tenant: TenantReader, rules: ContactRules) -> LicenseReading:
        return LicenseReading(
            skus=tenant.subscribed_skus(),
            subscriptions=tenant.subscriptions(),
            holders=Holders(tenant.users()),
        )

    def portions(self, reading: LicenseReading) -> Iterable[LicenseReading]:
        """All at once: the deletion guard judges the whole of a tenant's licenses."""
        return (reading,)

    def plan(self, context: TenantContext, reading: LicenseReading) -> Sequence[Change]:
        facts = facts_of(reading, holdings_of(expected_contacts(context, reading.holders)))
        records = _records(context)
        return planned_changes(_planned(context, facts, records), records)

    def apply(self, context: TenantContext, reading: LicenseReading) -> StepOutcome:
        schema = ensure_managed_type(context.account_id, MICROSOFT_LICENSES, now=context.now)
        organization = Organization.objects.of_account(context.account_id).get(pk=context.organization_id)
        totals = lock_totals(schema, organization)
        facts = facts_of(reading, holdings_of(link_known_contacts(context, reading.holders)))
        records = _records(context)
        planned = _planned(context, facts, records)
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
            withheld=withheld_changes(planned, records),
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


def _records(context: TenantContext) -> dict[UUID, LicenseRecord]:
    """By SKU."""
    records = LicenseRecord.objects.of_account(context.account_id).of_tenant(context.match_id)
    return {record.sku_id: record for record in records}


def _planned(
    context: TenantContext, facts: Mapping[UUID, SkuFacts], records: Mapping[UUID, LicenseRecord]
) -> Plan:
    return plan(
        (record.stored for record in records.values()),
        (fact.license for fact in facts.values()),
        approved=context.approved,
    )


def holdings_of(holders: Iterable[Holder]) -> dict[UUID, Holding]:
    """By SKU."""
    holdings: dict[UUID, Holding] = {}
    for user, contact_id in holders:
        for sku_id in user.sku_ids:
            holding = holdings.setdefault(sku_id, Holding())
            holding.users += 1
            if contact_id is not None:
                holding.contacts.add(contact_id)
    return holdings


def facts_of(reading: LicenseReading, holdings: Mapping[UUID, Holding]) -> dict[UUID, SkuFacts]:
    subscriptions: dict[UUID, list[CompanySubscription]] = {}
    for subscription in reading.subscriptions:
        subscriptions.setdefault(subscription.sku_id, []).append(subscription)
    return {
        sku.sku_id: _facts(sku, subscriptions.get(sku.sku_id, []), holdings.get(sku.sku_id, Holding()))
        for sku in reading.skus
    }


def _facts(sku: SubscribedSku, subscriptions: list[CompanySubscription], holding: Holding) -> SkuFacts:
    is_trial = bool(subscriptions) and all(subscription.is_trial for subscription in subscriptions)
    next_lifecycle_at = _earliest(subscription.next_lifecycle_at for subscription in subscriptions)
    return SkuFacts(
        license=License(
            sku_id=sku.sku_id,
            name=sku_name(sku.sku_id, part_number=sku.part_number),
            part_number=sku.part_number,
            units=Units(sku.enabled, sku.warning, sku.suspended, sku.locked_out, sku.consumed),
            holders=frozenset(holding.contacts),
            users=holding.users,
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
