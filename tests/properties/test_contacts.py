"""Contacts, whatever directories and people do: nobody becomes two people, and no two people become one."""

import uuid
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.contact_rules import ContactRules
from integrations.contacts.mapping import digest_of
from integrations.contacts.planning import Known, KnownLink, Stage, find_contacts, plan_contacts
from integrations.microsoft.records import DirectoryUser
from integrations.models import ContactLink
from integrations.steps import TenantContext
from organizations.access import account_transaction
from organizations.actions import ContactDetails, create_contacts
from organizations.models import Contact, ContactAddress
from tests.factories import NOW, connect, give_contacts, make_account
from tests.integrations.places import two_tenants

# Few enough for users to share them.
ADDRESSES = st.sampled_from([f"{name}@client.example" for name in ("a", "b", "c", "D")])
NAMES = st.sampled_from(["Anna Berg", "anna berg", "Berg, Anna", "Bo", ""])
SKU = uuid.UUID(int=99)


@st.composite
def _user(draw):
    number = draw(st.integers(1, 6))
    return DirectoryUser(
        id=uuid.UUID(int=number),
        user_principal_name=draw(ADDRESSES),
        display_name=draw(NAMES),
        given_name=draw(st.sampled_from(["Anna", ""])),
        surname=draw(st.sampled_from(["Berg", ""])),
        mail=draw(st.one_of(st.just(""), ADDRESSES)),
        job_title=draw(st.sampled_from(["", "Dentist"])),
        account_enabled=True,
        user_type="Member",
        sku_ids=draw(st.sampled_from([frozenset(), frozenset({SKU})])),
        aliases=tuple(draw(st.lists(ADDRESSES, max_size=2))),
    )


DIRECTORIES = st.lists(_user(), max_size=6, unique_by=lambda user: user.id)
PEOPLE = st.lists(
    st.builds(
        ContactDetails,
        name=NAMES.filter(bool),
        email=st.one_of(st.just(""), ADDRESSES),
        aliases=st.lists(ADDRESSES, max_size=2).map(tuple),
    ),
    max_size=4,
)
_KEYS = st.dictionaries(ADDRESSES.map(str.casefold), st.lists(st.integers(1, 5), unique=True, min_size=1))
_BEARERS = st.dictionaries(
    NAMES.filter(bool).map(str.casefold), st.lists(st.integers(1, 5), unique=True, min_size=1)
)


@given(DIRECTORIES, _KEYS, _BEARERS, st.randoms(use_true_random=False))
def test_no_contact_is_two_users_and_order_does_not_matter(users, by_address, by_name, random):
    known = Known(by_address=by_address, by_name=by_name)
    found = find_contacts(users, known, stage=Stage.BOTH)
    assert set(Counter(found.values()).values()) <= {1}
    shuffled = random.sample(users, len(users))
    assert find_contacts(shuffled, known, stage=Stage.BOTH) == found


@given(DIRECTORIES, _KEYS, _BEARERS)
def test_two_stages_find_by_address_what_one_finds(users, by_address, by_name):
    known = Known(by_address=by_address, by_name=by_name)
    first = find_contacts(users, known, stage=Stage.BY_ADDRESS)
    assert first.items() <= find_contacts(users, known, stage=Stage.BOTH).items()


@given(DIRECTORIES)
def test_linked_users_as_they_were_plan_nothing(users):
    links = {user.id: KnownLink(number, digest_of(user)) for number, user in enumerate(users)}
    plan = plan_contacts(users, Known(links=links), covers=lambda _: True, sign_ins={})
    assert (plan.create, plan.link, plan.update, plan.sign_ins) == ((), (), (), {})


@pytest.mark.usefixtures("committed")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=DIRECTORIES, second=DIRECTORIES, here=PEOPLE, elsewhere=PEOPLE)
def test_contacts_stay_apart_and_people_keep_their_words(first, second, here, elsewhere):
    account = make_account("Property")
    alder, birch = connect(account, two_tenants()).matches
    with account_transaction(account.pk):
        create_contacts(alder.organization, here, now=NOW)
        strangers = {each.pk for each in create_contacts(birch.organization, elsewhere, now=NOW)}
        Contact.objects.update(contact_type="Approver", notes="Own words")
        before = {each.pk: each for each in Contact.objects.all()}
    context = TenantContext(account.pk, alder.pk, alder.organization_id, NOW)
    give_contacts(context, first)
    give_contacts(replace(context, now=NOW + timedelta(days=1)), second)
    with account_transaction(account.pk):
        links = list(ContactLink.objects.select_related("contact"))
        kept = list(Contact.objects.filter(pk__in=before))
        stored = _everything()
    assert max(Counter(link.contact_id for link in links).values(), default=1) == 1
    assert {link.contact.organization_id for link in links} <= {alder.organization_id}
    assert {link.contact_id for link in links}.isdisjoint(strangers)
    covered = {user.id for user in (*first, *second) if ContactRules().cover(user)}
    assert covered <= {link.user_id for link in links}
    for contact in kept:
        own = before[contact.pk]
        assert (contact.name, contact.contact_type, contact.notes) == (own.name, "Approver", "Own words")
        assert contact.email == own.email or not own.email
    give_contacts(replace(context, now=NOW + timedelta(days=2)), second)
    with account_transaction(account.pk):
        assert _everything() == stored


def _everything() -> list[object]:
    return [sorted(model.objects.values_list(), key=str) for model in (Contact, ContactAddress, ContactLink)]
