"""How a tenant's licenses are written: at once, or, where many people hold them, in portions for which nobody waits long."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from flexible_assets.actions import (
    TagChanges,
    ensure_managed_type,
    lock_totals,
    refresh_totals,
    replace_tags,
    tag_changes,
    write_tags,
)
from flexible_assets.models import OrganizationTotals
from flexible_assets.schema import Schema
from integrations.contacts.holders import batches_of, link_known_contacts
from integrations.microsoft.records import DirectoryUser
from integrations.steps import StepOutcome, TenantContext
from licenses.actions import SkuFacts, carry_out, confirm_tags, postpone_tags
from licenses.asset_type import HOLDERS, MICROSOFT_LICENSES
from licenses.models import LicenseRecord
from licenses.preview import withheld_changes
from licenses.reading import Holdings, LicenseReading, facts_of, holdings_of
from licenses.reconcile import Plan, plan
from organizations.models import Organization

#: Tags written in one transaction. A tenant whose users hold no more licenses than that is written at once.
MOST_TAGS = 2_000


class Portion(Protocol):
    def apply(self, context: TenantContext) -> StepOutcome: ...


def portions_of(reading: LicenseReading) -> Iterator[Portion]:
    """The deletion guard judges the whole of a tenant's licenses, so that one portion writes all of them. Who holds them
    is found before, and tagged after it."""
    if _are_few(reading.holders):
        yield AtOnce(reading)
        return
    work = _Work(reading)
    for users in batches_of(reading.holders):
        yield Finding(work, users)
    yield Judging(work)
    # At least one, since the engine asks for it before it has the licenses judged; then it is known how many there are.
    yield Tagging(work, 0)
    for number in range(1, len(work.tags)):
        yield Tagging(work, number)


def _are_few(holders: Iterable[DirectoryUser]) -> bool:
    held = 0
    for user in holders:
        held += len(user.sku_ids)
        if held > MOST_TAGS:
            return False
    return True


@dataclass(frozen=True)
class AtOnce:
    """Nearly every tenant."""

    reading: LicenseReading

    def apply(self, context: TenantContext) -> StepOutcome:
        schema, totals = _hold(context)
        holdings = holdings_of(link_known_contacts(context, self.reading.holders))
        written = _write(context, schema, totals, facts_of(self.reading, holdings))
        replace_tags(schema.by_key[HOLDERS], written.holders)
        return written.outcome


@dataclass
class _Work:
    """What the portions of one tenant hand on to each other."""

    reading: LicenseReading
    holdings: Holdings = field(default_factory=Holdings)
    tags: list[TagChanges] = field(default_factory=list)
    digests: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Which contacts some of the holders are."""

    work: _Work
    users: Iterable[DirectoryUser]

    def apply(self, context: TenantContext) -> StepOutcome:
        self.work.holdings.add(link_known_contacts(context, self.users))
        return StepOutcome()


@dataclass(frozen=True)
class Judging:
    """All licenses, but for their tags. Whoever takes up a sync that ends here finds that tags are missing."""

    work: _Work

    def apply(self, context: TenantContext) -> StepOutcome:
        schema, totals = _hold(context)
        written = _write(context, schema, totals, facts_of(self.work.reading, self.work.holdings))
        self.work.digests = postpone_tags(context.account_id, written.holders)
        self.work.tags = list(tag_changes(schema.by_key[HOLDERS], written.holders).portions(MOST_TAGS))
        return written.outcome


@dataclass(frozen=True)
class Tagging:
    """Some of the tags; the last notes that all of them are there."""

    work: _Work
    number: int

    def apply(self, context: TenantContext) -> StepOutcome:
        if self.number < len(self.work.tags):
            schema = ensure_managed_type(context.account_id, MICROSOFT_LICENSES, now=context.now)
            write_tags(schema.by_key[HOLDERS], self.work.tags[self.number])
        if self.number + 1 >= len(self.work.tags):
            confirm_tags(context.account_id, self.work.digests)
        return StepOutcome()


@dataclass(frozen=True)
class _Written:
    """`holders` are contacts that have to be tagged, and no others, by asset id."""

    outcome: StepOutcome
    holders: Mapping[int, frozenset[int]]


def _hold(context: TenantContext) -> tuple[Schema, OrganizationTotals]:
    schema = ensure_managed_type(context.account_id, MICROSOFT_LICENSES, now=context.now)
    organization = Organization.objects.of_account(context.account_id).get(pk=context.organization_id)
    return schema, lock_totals(schema, organization)


def _write(
    context: TenantContext, schema: Schema, totals: OrganizationTotals, facts: Mapping[UUID, SkuFacts]
) -> _Written:
    records = records_of(context)
    wanted = planned(context, facts, records)
    holders: Mapping[int, frozenset[int]] = {}
    if not wanted.writes_nothing:
        holders = carry_out(wanted, context=context, schema=schema, facts=facts, records=records)
        refresh_totals(schema, totals)
    updated = {license_.sku_id for license_ in (*wanted.update, *wanted.retag)}
    outcome = StepOutcome(
        created=len(wanted.create),
        updated=len(updated),
        unchanged=wanted.unchanged,
        orphaned=len(wanted.orphan),
        held=wanted.held,
        withheld=withheld_changes(wanted, records),
    )
    return _Written(outcome, holders)


def records_of(context: TenantContext) -> dict[UUID, LicenseRecord]:
    """By SKU."""
    records = LicenseRecord.objects.of_account(context.account_id).of_tenant(context.match_id)
    return {record.sku_id: record for record in records}


def planned(
    context: TenantContext, facts: Mapping[UUID, SkuFacts], records: Mapping[UUID, LicenseRecord]
) -> Plan:
    return plan(
        (record.stored for record in records.values()),
        (fact.license for fact in facts.values()),
        approved=context.approved,
    )
