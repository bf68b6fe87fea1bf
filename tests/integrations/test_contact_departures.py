"""Users who leave the directory: marked, not deleted, and held when many seem to leave at once."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from integrations.contacts.departures import LISTED, departures_told, keys_of, plan_departures
from integrations.models import ContactLink
from integrations.steps import StepOutcome, TenantContext
from organizations.models import Contact
from tests.factories import NOW, connect, give_contacts, person, sku
from tests.integrations.places import tenant_named

LATER = NOW + timedelta(days=1)
STAFF = [person(f"Person {number:02}", holds=[sku("SPB")]) for number in range(20)]


@pytest.fixture
def match(account):
    return connect(account, [tenant_named("Alder Dental")]).matches[0]


@pytest.fixture
def directory(match):
    """`directory(users)`: the sync finds exactly these in the directory."""

    def sync(users, *, now=NOW, approved=frozenset(), **reading) -> StepOutcome:
        context = TenantContext(match.account_id, match.pk, match.organization_id, now, approved=approved)
        return give_contacts(context, users, **reading)

    return sync


@pytest.fixture
def removed(inside):
    def read() -> set[str]:
        with inside():
            return set(ContactLink.objects.exclude(removed_at=None).values_list("contact__name", flat=True))

    return read


def test_user_who_is_gone_is_marked_once_and_stays_a_contact(directory, removed, inside):
    directory(STAFF)
    outcome = directory(STAFF[1:], now=LATER)
    assert (outcome.contacts, outcome.held, removed()) == (1, "", {"Person 00"})
    assert directory(STAFF[1:], now=LATER + timedelta(days=1)).contacts == 0
    with inside():
        assert ContactLink.objects.exclude(removed_at=None).get().removed_at == LATER
        assert Contact.objects.count() == len(STAFF)


def test_user_who_comes_back_is_the_same_contact_without_the_mark(directory, removed, inside):
    directory(STAFF)
    directory(STAFF[1:], now=LATER)
    with inside():
        before = set(ContactLink.objects.values_list("user_id", "contact_id"))
    outcome = directory(STAFF, now=LATER)
    with inside():
        assert set(ContactLink.objects.values_list("user_id", "contact_id")) == before
    assert (outcome.contacts, removed()) == (1, set())


@pytest.mark.parametrize(("gone", "is_held"), [(4, False), (5, True), (20, True)])
def test_more_than_a_fifth_at_once_is_held(directory, removed, gone, is_held):
    directory(STAFF)
    outcome = directory(STAFF[gone:], now=LATER)
    assert (bool(outcome.held), len(removed())) == (is_held, 0 if is_held else gone)
    assert [change.subject for change in outcome.withheld] == (
        [user.display_name for user in sorted(STAFF[:gone], key=lambda user: user.id)] if is_held else []
    )


def test_held_sync_says_so_and_goes_on_with_everything_else(directory, removed):
    directory(STAFF)
    newcomer = person("Newcomer", holds=[sku("SPB")])
    outcome = directory([replace(STAFF[0], job_title="Owner"), newcomer], now=LATER)
    assert outcome.held == (
        "19 of 21 contacts are missing from Microsoft's user list; none was marked as removed."
    )
    assert (outcome.contacts, removed()) == (2, set())


def test_accepted_departures_are_marked(directory, removed):
    directory(STAFF)
    held = directory(STAFF[10:], now=LATER)
    approved = frozenset(change.key for change in held.withheld)
    outcome = directory(STAFF[10:], now=LATER, approved=approved)
    assert (outcome.contacts, outcome.held, len(removed())) == (10, "", 10)


def test_more_departures_than_were_accepted_are_held_again(directory, removed):
    directory(STAFF)
    held = directory(STAFF[10:], now=LATER)
    approved = frozenset(change.key for change in held.withheld)
    outcome = directory(STAFF[11:], now=LATER, approved=approved)
    assert (len(outcome.withheld), len(removed())) == (11, 0)


def test_fewer_departures_than_were_accepted_are_marked(directory, removed):
    directory(STAFF)
    held = directory(STAFF[10:], now=LATER)
    approved = frozenset(change.key for change in held.withheld)
    assert directory(STAFF[9:], now=LATER, approved=approved).held == ""
    assert len(removed()) == 9


def test_departure_beyond_those_listed_is_accepted_exactly_as_it_is():
    gone = tuple(UUID(int=number) for number in range(LISTED + 3))
    links = [(user_id, False) for user_id in gone]
    changes = departures_told(gone, {gone[0]: "First"})
    assert [changes[0].subject, changes[-1].subject, len(changes)] == ["First", "and 3 more", LISTED + 1]
    nobody = partial(plan_departures, is_listed=lambda _: False)
    approved = frozenset(change.key for change in changes)
    assert approved == keys_of(gone)
    assert nobody(links, approved=approved).held == ""
    assert nobody([*links, (UUID(int=999), False)], approved=approved).held != ""


def test_last_sign_in_is_stored_when_it_changed(directory, inside):
    mia, jon = STAFF[:2]
    directory([mia, jon], sign_ins={mia.id: date(2026, 2, 1)})
    again = directory([mia, jon], sign_ins={mia.id: date(2026, 2, 1), jon.id: date(2026, 2, 3)})
    directory([mia, jon])
    with inside():
        days = dict(ContactLink.objects.values_list("user_id", "last_sign_in_on"))
    assert (days, again.contacts) == ({mia.id: date(2026, 2, 1), jon.id: date(2026, 2, 3)}, 0)
