"""The license sync step: one asset per SKU of a tenant, its holders tagged."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from integrations.contact_rules import ContactRules
from integrations.microsoft.tenant import TenantReader
from integrations.steps import Change, StepOutcome, TenantContext
from licenses import leaving, moving
from licenses.portions import Portion, planned, portions_of, records_of
from licenses.preview import expected_contacts, planned_changes
from licenses.reading import Holders, LicenseReading, facts_of, holdings_of


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

    def portions(self, reading: LicenseReading) -> Iterable[Portion]:
        return portions_of(reading)

    def plan(self, context: TenantContext, reading: LicenseReading) -> Sequence[Change]:
        facts = facts_of(reading, holdings_of(expected_contacts(context, reading.holders)))
        records = records_of(context)
        return planned_changes(planned(context, facts, records), records)

    def apply(self, context: TenantContext, portion: Portion) -> StepOutcome:
        return portion.apply(context)

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
