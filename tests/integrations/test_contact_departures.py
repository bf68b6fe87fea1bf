"""Users who leave the directory: marked, not deleted, and held when many seem to leave at once."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from integrations.contacts.departures import LISTED, departures_told, plan_departures
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


@pytest.mark.parametrize(("more", "is_held"), [(1, False), (3, False), (4, True), (10, True)])
def test_departures_beyond_those_accepted_are_judged_by_themselves(directory, removed, more, is_held):
    """People leave every day, also while somebody makes up their mind; four of the ten who stayed are much again."""
    directory(STAFF)
    held = directory(STAFF[10:], now=LATER)
    approved = frozenset(change.key for change in held.withheld)
    outcome = directory(STAFF[10 + more :], now=LATER, approved=approved)
    assert (len(outcome.withheld), len(removed())) == ((10 + more, 0) if is_held else (0, 10 + more))


def test_fewer_departures_than_were_accepted_are_marked(directory, removed):
    directory(STAFF)
    held = directory(STAFF[10:], now=LATER)
    approved = frozenset(change.key for change in held.withheld)
    assert directory(STAFF[9:], now=LATER, approved=approved).held == ""
    assert len(removed()) == 9


def _users(count: int, *, of: int = 0) -> list[UUID]:
    return [UUID(int=of + number) for number in range(count)]


def test_departures_beyond_those_listed_are_told_as_a_number():
    gone = _users(1_600)
    changes = departures_told(gone, {gone[0]: "First"})
    assert [changes[0].subject, changes[-1].subject, len(changes)] == ["First", "and 1,500 more", LISTED + 1]
    assert (changes[-1].count, len({change.key for change in changes})) == (1_500, LISTED + 1)


@pytest.mark.parametrize(
    ("gone_by_then", "is_held"),
    [
        (_users(1_600), False),
        (_users(1_590), False),
        # The first by id are others now, so that none of those told by name is among them.
        (_users(1_550, of=50), False),
        (_users(1_650), False),
        (_users(2_500), True),
        (_users(4_000), True),
    ],
    ids=["the same", "some are back", "the first are back", "a few more", "many more", "everybody"],
)
def test_large_departure_once_accepted_stays_accepted_while_people_come_and_go(gone_by_then, is_held):
    links = [(user_id, False) for user_id in _users(4_000)]
    gone = set(_users(1_600))
    held = plan_departures(links, is_listed=lambda user_id: user_id not in gone)
    assert (
        held.held
        == "1,600 of 4,000 contacts are missing from Microsoft's user list; none was marked as removed."
    )
    approved = frozenset(change.key for change in departures_told(held.gone, {}))
    by_then = set(gone_by_then)
    again = plan_departures(links, is_listed=lambda user_id: user_id not in by_then, approved=approved)
    assert (bool(again.held), set(again.gone)) == (is_held, by_then)


def test_key_that_accepts_something_else_accepts_nobody():
    links = [(user_id, False) for user_id in _users(200)]
    for key in ("contacts:", "contacts:9f86d081", "license:1", "holders:1:200"):
        assert plan_departures(links, is_listed=lambda _: False, approved=frozenset({key})).held


def test_last_sign_in_is_stored_when_it_changed(directory, inside):
    mia, jon = STAFF[:2]
    directory([mia, jon], sign_ins={mia.id: date(2026, 2, 1)})
    again = directory([mia, jon], sign_ins={mia.id: date(2026, 2, 1), jon.id: date(2026, 2, 3)})
    directory([mia, jon])
    with inside():
        days = dict(ContactLink.objects.values_list("user_id", "last_sign_in_on"))
    assert (days, again.contacts) == ({mia.id: date(2026, 2, 1), jon.id: date(2026, 2, 3)}, 0)
