"""Directory users as contacts: whom the sync takes for whom, and whose words it overwrites."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contact_rules import ContactRules
from integrations.microsoft.records import DirectoryUser
from integrations.models import ContactLink
from integrations.steps import TenantContext
from organizations.actions import ContactDetails, create_contacts, create_organization, update_contacts
from organizations.contact_details import Phone
from organizations.models import Contact, ContactAddress
from tests.factories import NOW, connect, give_contacts
from tests.integrations.places import two_tenants

LATER = NOW + timedelta(days=1)
ALL = ContactRules()


def _id(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


MIA = DirectoryUser(
    id=_id(1),
    user_principal_name="mia.gruber@alder.example",
    display_name="Mia Gruber",
    given_name="Mia",
    surname="Gruber",
    mail="mia@alder.example",
    job_title="Dentist",
    account_enabled=True,
    user_type="Member",
    sku_ids=frozenset({_id(100)}),
    aliases=("mia@alder.example", "Mia.G@alder.example"),
    business_phones=("+43 1 555 0100",),
    mobile_phone="+43 664 555 0100",
)


@pytest.fixture
def match(account):
    return connect(account, two_tenants()[:1]).matches[0]


@pytest.fixture
def sync_users(inside, match):
    """Syncs users into the match's organization, or another match's; returns contact ids by user id."""

    def run(*users, of=match, now=NOW, rules=ALL) -> dict[uuid.UUID, int]:
        give_contacts(TenantContext(of.account_id, of.pk, of.organization_id, now, rules), users)
        with inside():
            links = ContactLink.objects.filter(match=of, user_id__in=[user.id for user in users])
            return dict(links.values_list("user_id", "contact_id"))

    return run


@pytest.fixture
def person(inside, match):
    """A contact that a person wrote."""

    def write(name, email="", *, organization=None, **details) -> int:
        with inside():
            [contact] = create_contacts(
                organization or match.organization, [ContactDetails(name, email=email, **details)], now=NOW
            )
        return contact.pk

    return write


@pytest.fixture
def contacts(inside):
    def read() -> list[tuple[str, str]]:
        with inside():
            return sorted(Contact.objects.values_list("name", "email"))

    return read


def test_stranger_becomes_a_contact(sync_users, inside, match):
    [contact_id] = sync_users(MIA).values()
    with inside():
        contact = Contact.objects.get()
    assert (contact.pk, contact.organization_id, contact.created_at) == (
        contact_id,
        match.organization_id,
        NOW,
    )
    assert (contact.name, contact.first_name, contact.last_name, contact.title, contact.email) == (
        "Mia Gruber",
        "Mia",
        "Gruber",
        "Dentist",
        "mia@alder.example",
    )
    assert contact.phones == [
        {"label": "Office", "number": "+43 1 555 0100"},
        {"label": "Mobile", "number": "+43 664 555 0100"},
    ]
    with inside():
        assert list(ContactAddress.objects.values_list("email", "email_key", "organization_id")) == [
            ("Mia.G@alder.example", "mia.g@alder.example", match.organization_id)
        ]


def test_same_users_again_are_the_same_contacts(sync_users, inside):
    users = [
        MIA,
        replace(
            MIA, id=_id(2), mail="jon@alder.example", user_principal_name="jon@alder.example", aliases=()
        ),
    ]
    first = sync_users(*users)
    assert sync_users(*reversed(users), now=LATER) == first
    with inside():
        assert set(Contact.objects.values_list("updated_at", flat=True)) == {NOW}


@pytest.mark.parametrize("email", ["mia@alder.example", "MIA@Alder.Example", "Mia.Gruber@ALDER.example"])
def test_known_person_is_found_by_mail_or_user_name_in_any_case(sync_users, person, contacts, email):
    known = person("Dr. Mia Gruber", email)
    assert sync_users(MIA) == {MIA.id: known}
    assert contacts() == [("Dr. Mia Gruber", email)]


@pytest.mark.parametrize("name", ["mail", "user_principal_name"])
def test_microsofts_capitals_do_not_matter_either(sync_users, person, name):
    known = person("Dr. Mia Gruber", "m.gruber@alder.example")
    assert sync_users(replace(MIA, **{name: "M.Gruber@ALDER.example"})) == {MIA.id: known}


def test_mail_counts_more_than_user_name(sync_users, person):
    person("By user name", "mia.gruber@alder.example")
    by_mail = person("By mail", "mia@alder.example")
    assert sync_users(MIA) == {MIA.id: by_mail}


def test_oldest_of_two_contacts_with_one_address_is_the_one(sync_users, person):
    first = person("First", "mia@alder.example")
    person("Second", "mia@alder.example")
    assert sync_users(MIA) == {MIA.id: first}


def test_namesake_in_another_organization_is_somebody_else(sync_users, person, inside, account):
    with inside():
        other = create_organization(account.pk, name="Other", now=NOW)
    known = person("Mia elsewhere", "mia@alder.example", organization=other)
    assert sync_users(MIA) != {MIA.id: known}


def test_namesake_in_another_account_is_somebody_else(sync_users, inside, rival):
    with inside(rival):
        organization = create_organization(rival.pk, name="Rival's client", now=NOW)
        [foreign] = create_contacts(
            organization, [ContactDetails(name="Mia", email="mia@alder.example")], now=NOW
        )
    assert sync_users(MIA) != {MIA.id: foreign.pk}


def test_two_users_with_one_address_are_two_contacts(sync_users, person):
    known = person("Reception", "mia@alder.example")
    reception = replace(MIA, id=_id(2), user_principal_name="reception@alder.example")
    ids = sync_users(MIA, reception)
    assert ids[MIA.id] == known
    assert ids[reception.id] != known


def test_second_user_of_an_address_is_still_found_by_user_name(sync_users, person):
    shared = person("Reception", "mia@alder.example")
    own = person("Jon Berg", "jon@alder.example")
    jon = replace(MIA, id=_id(2), user_principal_name="jon@alder.example")
    assert sync_users(MIA, jon) == {MIA.id: shared, jon.id: own}


def test_contact_of_a_linked_user_is_not_given_to_a_newcomer(sync_users):
    [mias] = sync_users(MIA).values()
    newcomer = replace(MIA, id=_id(2), user_principal_name="new@alder.example")
    ids = sync_users(MIA, newcomer, now=LATER)
    assert ids[MIA.id] == mias
    assert ids[newcomer.id] != mias


def test_who_is_linked_does_not_depend_on_the_order_of_users(sync_users, person, inside):
    """The same answer in another order must not swap two people's licenses."""
    person("Shared", "mia@alder.example")
    twins = [
        replace(MIA, id=_id(number), user_principal_name=f"{number}@alder.example") for number in (5, 3, 4)
    ]
    sync_users(*twins)
    with inside():
        owned = ContactLink.objects.get(is_own=False)
    assert owned.user_id == _id(3)


def test_renamed_user_renames_the_contact_that_the_sync_made(sync_users, contacts):
    before = sync_users(MIA)
    married = replace(MIA, display_name="Mia Berger", surname="Berger")
    assert sync_users(married, now=LATER) == before
    assert contacts() == [("Mia Berger", "mia@alder.example")]


def test_new_name_is_written_once(sync_users, inside):
    sync_users(MIA)
    married = replace(MIA, display_name="Mia Berger")
    sync_users(married, now=LATER)
    sync_users(married, now=LATER + timedelta(days=1))
    with inside():
        assert Contact.objects.get().updated_at == LATER


def test_renamed_user_leaves_a_persons_contact_alone(sync_users, person, contacts):
    known = person("Dr. Mia Gruber", "mia@alder.example")
    sync_users(MIA)
    assert sync_users(replace(MIA, display_name="Mia Berger"), now=LATER) == {MIA.id: known}
    assert contacts() == [("Dr. Mia Gruber", "mia@alder.example")]


def test_persons_edit_stays_until_the_user_changes_at_microsoft(sync_users, contacts, inside):
    sync_users(MIA)
    with inside():
        update_contacts(
            [(Contact.objects.get(), ContactDetails(name="Mimi", email="mimi@home.example"))], now=NOW
        )
    sync_users(MIA, now=LATER)
    assert contacts() == [("Mimi", "mimi@home.example")]


def test_deleted_contact_is_made_again(sync_users, contacts, inside):
    [first] = sync_users(MIA).values()
    with inside():
        Contact.objects.get(pk=first).delete()
        assert not ContactLink.objects.exists()
    [second] = sync_users(MIA, now=LATER).values()
    assert second != first
    assert contacts() == [("Mia Gruber", "mia@alder.example")]


def test_user_without_names_and_mail_goes_by_user_name(sync_users, contacts):
    bare = replace(MIA, display_name="", given_name="", surname="", mail="", job_title="")
    sync_users(bare)
    assert contacts() == [("mia.gruber@alder.example", "mia.gruber@alder.example")]


@pytest.mark.parametrize(
    "change", [{"account_enabled": False}, {"user_type": "Guest"}], ids=["disabled", "guest"]
)
def test_disabled_users_and_guests_are_contacts_too(sync_users, contacts, change):
    sync_users(replace(MIA, **change))
    assert contacts() == [("Mia Gruber", "mia@alder.example")]


def test_user_who_is_gone_stays_a_contact(sync_users, contacts):
    sync_users(MIA)
    assert sync_users(now=LATER) == {}
    assert contacts() == [("Mia Gruber", "mia@alder.example")]


def test_overlong_names_are_cut_not_refused(sync_users, contacts):
    sync_users(replace(MIA, display_name="M" * 1000, job_title="T" * 1000))
    assert contacts() == [("M" * 255, "mia@alder.example")]


def test_tenants_of_one_organization_share_the_contact_of_one_address(account, sync_users, inside):
    """A person with an account in both of a client's tenants is one person."""
    first, second = connect(account, two_tenants(), name="Two tenants").matches
    with inside():
        second.organization = first.organization
        second.save()
    [mias] = sync_users(MIA, of=first).values()
    assert sync_users(replace(MIA, id=_id(9)), of=second) == {_id(9): mias}


def test_any_alias_of_the_user_finds_the_contact(sync_users, person):
    known = person("Dr. Gruber", "MIA.G@alder.example")
    assert sync_users(MIA) == {MIA.id: known}


def test_any_alias_of_the_contact_finds_it(sync_users, person):
    known = person("Dr. Gruber", "office@elsewhere.example", aliases=("mia@alder.example",))
    assert sync_users(MIA) == {MIA.id: known}


def test_address_in_use_counts_more_than_an_alias(sync_users, person):
    person("By alias", "office@elsewhere.example", aliases=("mia@alder.example",))
    in_use = person("By address", "mia@alder.example")
    assert sync_users(MIA) == {MIA.id: in_use}


@pytest.mark.parametrize("name", ["Mia Gruber", "mia GRUBER "])
def test_full_name_finds_whom_no_address_finds(sync_users, person, name):
    known = person(name, "mia@home.example")
    assert sync_users(MIA) == {MIA.id: known}


def test_given_name_and_surname_find_whom_the_directory_displays_the_other_way_round(sync_users, person):
    known = person("Mia Gruber")
    assert sync_users(replace(MIA, display_name="Gruber, Mia")) == {MIA.id: known}


def test_address_counts_more_than_full_name(sync_users, person):
    person("Mia Gruber")
    by_address = person("Reception", "mia@alder.example")
    assert sync_users(MIA) == {MIA.id: by_address}


def test_name_of_two_contacts_finds_neither(sync_users, person):
    taken = {person("Mia Gruber", "one@home.example"), person("Mia Gruber", "two@home.example")}
    assert set(sync_users(MIA).values()).isdisjoint(taken)


def test_name_of_two_users_finds_neither(sync_users, person):
    known = person("Mia Gruber")
    twin = replace(MIA, id=_id(2), user_principal_name="m2@alder.example", mail="", aliases=())
    assert known not in sync_users(MIA, twin).values()


def test_contact_of_another_tenants_user_is_not_found_by_name(sync_users, inside, match, account):
    second = connect(account, two_tenants()[1:], name="Second").matches[0]
    with inside():
        second.organization = match.organization
        second.save()
    namesake = replace(MIA, id=_id(9), user_principal_name="x@birch.example", mail="", aliases=())
    [mias] = sync_users(MIA).values()
    assert sync_users(namesake, of=second)[namesake.id] != mias


def test_persons_contact_gains_what_was_left_blank_and_nothing_else(sync_users, person, inside):
    known = person("Dr. Mia Gruber", "mia@alder.example", title="Head dentist")
    sync_users(MIA, now=LATER)
    with inside():
        contact = Contact.objects.get(pk=known)
        assert not contact.addresses.exists()
    assert (contact.name, contact.first_name, contact.title, contact.email) == (
        "Dr. Mia Gruber",
        "",
        "Head dentist",
        "mia@alder.example",
    )
    assert (len(contact.phones), contact.updated_at) == (2, LATER)


def test_complete_contact_of_a_person_is_not_written(sync_users, person, inside):
    known = person("Mia", "mia@alder.example", title="Head", phones=(Phone("Home", "1"),))
    sync_users(MIA, now=LATER)
    with inside():
        assert Contact.objects.get(pk=known).updated_at == NOW


def test_new_phones_and_aliases_replace_the_old_ones_of_the_syncs_own_contact(sync_users, inside):
    sync_users(MIA)
    sync_users(replace(MIA, mobile_phone="", aliases=("mia@alder.example", "mg@alder.example")), now=LATER)
    with inside():
        [contact] = Contact.objects.all()
        assert list(contact.addresses.values_list("email", flat=True)) == ["mg@alder.example"]
    assert contact.phones == [{"label": "Office", "number": "+43 1 555 0100"}]


def test_order_of_aliases_at_microsoft_writes_nothing(sync_users, inside):
    aliases = ("mia@alder.example", "a@alder.example", "b@alder.example")
    sync_users(replace(MIA, aliases=aliases))
    sync_users(replace(MIA, aliases=aliases[::-1]), now=LATER)
    with inside():
        assert Contact.objects.get().updated_at == NOW


def test_new_contact_gets_the_default_type_and_keeps_what_a_person_makes_of_it(sync_users, inside):
    rules = ContactRules(contact_type="End User")
    sync_users(MIA, rules=rules)
    with inside():
        contact = Contact.objects.get()
        assert contact.contact_type == "End User"
        Contact.objects.update(contact_type="Approver", notes="Call before noon")
    sync_users(replace(MIA, job_title="Owner"), rules=rules, now=LATER)
    with inside():
        contact = Contact.objects.get()
    assert (contact.title, contact.contact_type, contact.notes) == ("Owner", "Approver", "Call before noon")


@pytest.mark.parametrize(
    ("rules", "user"),
    [
        (ContactRules(sku_ids=frozenset({_id(101)})), MIA),
        (ContactRules(sku_ids=frozenset()), MIA),
        (ALL, replace(MIA, sku_ids=frozenset())),
        (ContactRules(include_disabled=False), replace(MIA, account_enabled=False)),
        (ContactRules(include_guests=False), replace(MIA, user_type="Guest")),
    ],
    ids=["another subscription", "no subscription ticked", "unlicensed", "disabled", "guest"],
)
def test_user_whom_the_rules_leave_out_is_not_made_a_contact(sync_users, contacts, rules, user):
    assert sync_users(user, rules=rules) == {}
    assert contacts() == []


def test_known_person_is_linked_whatever_the_rules_say(sync_users, person):
    known = person("Mia", "mia@alder.example")
    assert sync_users(MIA, rules=ContactRules(sku_ids=frozenset())) == {MIA.id: known}


def test_linked_user_stays_in_step_when_the_rules_leave_them_out_later(sync_users, contacts):
    sync_users(MIA)
    sync_users(replace(MIA, display_name="Mia Berger"), rules=ContactRules(sku_ids=frozenset()), now=LATER)
    assert contacts() == [("Mia Berger", "mia@alder.example")]
