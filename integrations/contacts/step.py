"""The contacts sync step: one contact for each directory user that Sync Settings ask for."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from integrations.contact_rules import ContactRules
from integrations.contacts.known import know, lock_contacts
from integrations.contacts.leaving import count_links, delete_links, delete_strayed_links
from integrations.contacts.planning import plan_contacts
from integrations.contacts.preview import planned_changes
from integrations.contacts.reading import (
    ContactReading,
    RollCall,
    UserBatch,
    portions_of,
    read_sign_in_activity,
)
from integrations.contacts.roll_call import call_roll
from integrations.contacts.writing import carry_out
from integrations.microsoft.tenant import TenantReader
from integrations.steps import Change, StepOutcome, TenantContext


class ContactStep:
    key = "contacts"
    label = "Users"
    description = (
        "Keeps a contact for every user who holds one of the ticked subscriptions: name, title, phones and e-mail "
        "addresses. Users who are contacts already are found by address, user name or full name."
    )

    def read(self, tenant: TenantReader, rules: ContactRules) -> ContactReading:
        users = tenant.users()
        if not rules.sign_in_activity:
            return ContactReading(users)
        sign_ins, remark = read_sign_in_activity(tenant)
        return ContactReading(users, sign_ins, remark)

    def portions(self, reading: ContactReading) -> Iterable[UserBatch | RollCall]:
        return portions_of(reading)

    def plan(self, context: TenantContext, reading: ContactReading) -> Sequence[Change]:
        return planned_changes(context, reading)

    def apply(self, context: TenantContext, portion: UserBatch | RollCall) -> StepOutcome:
        if isinstance(portion, RollCall):
            return call_roll(context, portion)
        lock_contacts(context)
        known = know(context, portion.users, stage=portion.stage)
        plan = plan_contacts(
            portion.users, known, covers=context.rules.cover, sign_ins=portion.sign_ins, stage=portion.stage
        )
        return StepOutcome(contacts=carry_out(plan, context=context, sign_ins=portion.sign_ins))

    def count(self, account_id: int, match_ids: Collection[int]) -> Counter[str]:
        return count_links(account_id, match_ids)

    def move(self, context: TenantContext) -> int:
        """Contacts belong to their organization: the next sync finds or makes them in the new one."""
        return delete_strayed_links(context)

    def orphan(self, context: TenantContext) -> int:
        """Nothing to mark: a contact is nobody's asset, and its page tells that the tenant is matched no longer."""
        return 0

    def release(
        self, account_id: int, match_ids: Collection[int], *, limit: int, now: datetime
    ) -> Counter[str]:
        return delete_links(account_id, match_ids, limit=limit)

    def purge(self, account_id: int, match_ids: Collection[int], *, limit: int) -> Counter[str]:
        return delete_links(account_id, match_ids, limit=limit)

    def forget_type(self, account_id: int, *, now: datetime) -> Counter[str]:
        return Counter()
