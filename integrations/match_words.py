"""What decisions about tenants do, said before, and what they did, said after."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages

from integrations.actions.matching import TAKEN, Outcome
from integrations.forms.matching import Bulk
from integrations.match_rows import Standing
from integrations.models import TenantMatch
from organizations.models import Organization


@dataclass(frozen=True)
class Told:
    level: int
    text: str


def told(bulk: Bulk, outcome: Outcome, *, asked: int) -> Iterator[Told]:
    if outcome.done:
        yield Told(messages.SUCCESS, _done(bulk, outcome))
    left = asked - len(outcome.done) - outcome.refused
    if left > 0:
        yield Told(messages.WARNING, _left(bulk, left))
    yield from refusals(outcome)


def refusals(outcome: Outcome) -> Iterator[Told]:
    """The same words whoever has the tenant."""
    if len(outcome.taken) == 1:
        yield Told(messages.ERROR, f"{outcome.taken[0].tenant_name}: {TAKEN}")
    elif outcome.taken:
        names = ", ".join(match.tenant_name for match in outcome.taken)
        yield Told(
            messages.ERROR, f"These tenants can't be linked here: {names}. Ask the operator of this server."
        )
    if outcome.elsewhere:
        names = ", ".join(match.tenant_name for match in outcome.elsewhere)
        yield Told(messages.WARNING, f"Matched already through another integration: {names}.")


def _done(bulk: Bulk, outcome: Outcome) -> str:
    tenants = _counted(len(outcome.done), "tenants")
    first = outcome.done[0]
    is_one = len(outcome.done) == 1
    match bulk:
        case Bulk.ACCEPT:
            return (
                f"Matched {first.tenant_name} to {first.organization}." if is_one else f"Matched {tenants}."
            )
        case Bulk.CREATE:
            if is_one:
                return f"Created the organization {first.organization} and matched the tenant to it."
            return f"Created {len(outcome.done):,} organizations and matched the tenants to them."
        case Bulk.IGNORE:
            subject, verb = (first.tenant_name, "is") if is_one else (tenants, "are")
            return f"{subject} {verb} ignored from now on, and can be matched later."
        case Bulk.STOP_IGNORING:
            subject, verb = (first.tenant_name, "is") if is_one else (tenants, "are")
            return f"{subject} {verb} listed under Unmatched again."


def _left(bulk: Bulk, left: int) -> str:
    tenants, verb = _counted(left, "tenants"), _verb(left, "has", "have")
    if bulk == Bulk.ACCEPT:
        return f"{tenants} {verb} no single best suggestion. Look at {_verb(left, 'it', 'them')} with Match To..."
    return f"{tenants} {verb} changed meanwhile and {_verb(left, 'stays as it is', 'stay as they are')}."


def effects_of_match(match: TenantMatch, standing: Standing, *, organization: Organization) -> list[str]:
    """What linking the tenant to this organization does, in sentences."""
    if standing.is_empty:
        return ["No sync has written anything for this tenant yet, so nothing moves."]
    if match.organization is None:
        return [
            *(
                f"{text}, kept from an earlier match, {_verb(count, 'moves', 'move')} to {organization.name} unless "
                f"{_verb(count, 'it stands', 'they stand')} there already."
                for count, text in _assets(standing)
            ),
            *_contacts(standing, f"where {_verb(standing.contacts, 'it is', 'they are')}"),
            "The next sync brings everything up to date again.",
        ]
    old = match.organization.name
    return [
        *(
            f"{text} {_verb(count, 'moves', 'move')} from {old} to {organization.name}, with notes, own fields and "
            "security settings."
            for count, text in _assets(standing)
        ),
        *_contacts(standing, f"at {old}"),
        f"The users tagged on the licenses come back with the next sync, as contacts of {organization.name}.",
    ]


def effects_of_revert(match: TenantMatch, standing: Standing) -> list[str]:
    if standing.is_empty:
        return ["No sync has written anything for this tenant yet, so nothing changes but the list."]
    old = match.organization.name if match.organization else "its organization"
    return [
        *(
            f"{text} {_verb(count, 'stays', 'stay')} at {old}, marked as orphaned: nothing updates "
            f"{_verb(count, 'it', 'them')} any more."
            for count, text in _assets(standing)
        ),
        *_contacts(standing, f"at {old}"),
        f"Match the tenant to {old} again, and the next sync takes the mark off.",
        "Match it to another organization, and the assets move there.",
    ]


def _assets(standing: Standing) -> list[tuple[int, str]]:
    return [(count, _counted(count, kind)) for count, kind in standing.assets]


def _contacts(standing: Standing, place: str) -> list[str]:
    count = standing.contacts
    return [f"{_counted(count, 'contacts')} {_verb(count, 'stays', 'stay')} {place}."] if count else []


def _counted(count: int, plural: str) -> str:
    return f"{count:,} {plural.removesuffix('s') if count == 1 else plural}"


def _verb(count: int, singular: str, plural: str) -> str:
    return singular if count == 1 else plural
