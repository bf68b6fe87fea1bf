"""What a sync would do to contacts, for a preview."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from integrations.contacts.departures import LISTED
from integrations.contacts.known import know
from integrations.contacts.mapping import details_of
from integrations.contacts.planning import ContactPlan, Known, plan_contacts
from integrations.contacts.reading import ContactReading, UserBatch, portions_of
from integrations.contacts.roll_call import departures_of, told
from integrations.microsoft.records import DirectoryUser
from integrations.steps import Change, TenantContext

CREATED, LINKED, UPDATED = "contact created", "contact linked", "contact updated"
WOULD_BE_HELD = "would be held"


@dataclass
class _Kind:
    """The first users by name, the others as a number: a preview of 100,000 must fit on a page."""

    kind: str
    count: int = 0
    changes: list[Change] = field(default_factory=list)

    def add(self, user: DirectoryUser) -> None:
        self.count += 1
        if self.count <= LISTED:
            details = details_of(user)
            self.changes.append(Change(f"contact:{user.id}", self.kind, details.name, details.email))

    def told(self) -> list[Change]:
        more = self.count - len(self.changes)
        if not more:
            return self.changes
        return [*self.changes, Change(f"contacts:{self.kind}", self.kind, f"and {more:,} more", count=more)]


class _Preview:
    """Goes through the batches as the sync would, remembering what the sync would have written."""

    def __init__(self, context: TenantContext) -> None:
        self._context = context
        self._met: set[UUID] = set()
        self._claimed: set[int] = set()
        self._kinds = [_Kind(CREATED), _Kind(LINKED), _Kind(UPDATED)]

    def add(self, batch: UserBatch) -> None:
        users = [user for user in batch.users if user.id not in self._met]
        known = self._unclaimed(know(self._context, users, stage=batch.stage))
        plan = plan_contacts(
            users, known, covers=self._context.rules.cover, sign_ins=batch.sign_ins, stage=batch.stage
        )
        self._met |= {user.id for user, _ in plan.link}
        self._claimed |= {contact_id for _, contact_id in plan.link}
        for kind, concerned in zip(self._kinds, _users_of(plan), strict=True):
            for user in concerned:
                kind.add(user)

    def told(self) -> list[Change]:
        return [change for kind in self._kinds for change in kind.told()]

    def _unclaimed(self, known: Known) -> Known:
        return replace(
            known, by_address=self._without(known.by_address), by_name=self._without(known.by_name)
        )

    def _without(self, by_key: Mapping[str, Collection[int]]) -> dict[str, list[int]]:
        return {
            key: [pk for pk in contact_ids if pk not in self._claimed] for key, contact_ids in by_key.items()
        }


def _users_of(plan: ContactPlan) -> Iterable[Iterable[DirectoryUser]]:
    return plan.create, (user for user, _ in plan.link), plan.update


def planned_changes(context: TenantContext, reading: ContactReading) -> Sequence[Change]:
    preview = _Preview(context)
    for portion in portions_of(reading):
        if isinstance(portion, UserBatch):
            preview.add(portion)
    departures = departures_of(context, reading.users)
    gone = told(context, departures)
    if departures.held:
        gone = tuple(replace(change, kind=WOULD_BE_HELD, detail=change.kind) for change in gone)
    return [*preview.told(), *gone]
