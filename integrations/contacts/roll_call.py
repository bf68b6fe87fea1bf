"""Marks the contacts of users whom the directory lists no longer, and takes the mark from those who are back."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from integrations.contacts.departures import LISTED, Departures, departures_told, plan_departures
from integrations.contacts.known import links_of
from integrations.contacts.reading import RollCall, Users
from integrations.steps import Change, StepOutcome, TenantContext

_BATCH = 5_000


def call_roll(context: TenantContext, roll: RollCall) -> StepOutcome:
    departures = departures_of(context, roll.users)
    _mark(context, departures)
    marked = len(departures.back) + (0 if departures.held else len(departures.gone))
    return StepOutcome(
        contacts=marked,
        held=departures.held,
        withheld=told(context, departures) if departures.held else (),
        remark=roll.remark,
    )


def departures_of(context: TenantContext, users: Users) -> Departures:
    return plan_departures(_links(context), is_listed=users.lists, approved=context.approved)


def told(context: TenantContext, departures: Departures) -> tuple[Change, ...]:
    links = links_of(context).filter(user_id__in=departures.gone[:LISTED])
    return departures_told(departures.gone, dict(links.values_list("user_id", "contact__name")))


def _links(context: TenantContext) -> Iterator[tuple[UUID, bool]]:
    rows = links_of(context).values_list("user_id", "removed_at")
    return ((user_id, removed_at is not None) for user_id, removed_at in rows.iterator(chunk_size=_BATCH))


def _mark(context: TenantContext, departures: Departures) -> None:
    for batch in _batches(departures.back):
        links_of(context).filter(user_id__in=batch).update(removed_at=None)
    if not departures.held:
        for batch in _batches(departures.gone):
            links_of(context).filter(user_id__in=batch).update(removed_at=context.now)


def _batches(user_ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (user_ids[start : start + _BATCH] for start in range(0, len(user_ids), _BATCH))
