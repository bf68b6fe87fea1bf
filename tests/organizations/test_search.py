"""Search over everything a user may see, and nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexible_assets.actions import FieldSpec, restrict_asset
from flexible_assets.models import TypeDenial
from organizations import matching
from organizations.actions import ContactDetails, create_contacts
from organizations.models import Contact, Group, GroupMember, Organization, OrganizationAccess
from organizations.roles import Role
from organizations.search import Hit, HitGroup, share
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.pages import page_of


@pytest.fixture
def harbor(account):
    return make_organization(account, "Harbor Dental")


@pytest.fixture
def northwind(account):
    return make_organization(account, "Northwind Traders")


@pytest.fixture
def documented(account, harbor, northwind, inside):
    """Two clients with contacts, and servers with the same names at both."""
    with inside():
        servers = make_type(account, "Servers", [FieldSpec("Serial", "Text", show_in_list=True)])
        make_assets(servers, harbor, "Mail server 1", "Mail server 12", "Müller's laptop")
        make_assets(servers, northwind, "Old mail server", serial="CZJ-0815")
        create_contacts(harbor, [ContactDetails("Åsa Ek", email="asa.ek@harbor.test")], now=NOW)
        person = ContactDetails("Bo Berg", email="bo@northwind.test", aliases=("mailroom@northwind.test",))
        create_contacts(northwind, [person], now=NOW)
    return servers


@pytest.fixture
def editor(account):
    return make_user(account, Role.EDITOR)


@pytest.fixture
def find(account, sign_in):
    """What the search page shows a user: names by group."""

    def ask(user, term, **parameters):
        page = page_of(sign_in(user).get(f"/{account.slug}/search/", {"q": term, **parameters}))
        return {
            section.one("h2").text.rstrip(" 0123456789"): section.texts("span", class_="hit-name")
            for section in page.one("div", id="found").all("section")
        }

    return ask


def test_everything_of_a_name_is_found_and_beginnings_come_first(documented, editor, find):
    assert find(editor, "mail") == {
        "Contacts": ["Bo Berg"],
        "Flexible assets": ["Mail server 1", "Mail server 12", "Old mail server"],
    }
    assert find(editor, "SERVERS") == {"Flexible asset types": ["Servers"]}
    assert find(editor, "northwind") == {
        "Organizations": ["Northwind Traders"],
        "Contacts": ["Bo Berg"],
    }


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("muller", ["Müller's laptop"]),
        ("MÜLLER", ["Müller's laptop"]),
        ("server 12", ["Mail server 12"]),
        ("er 1", ["Mail server 1", "Mail server 12"]),
        ("12 mail", ["Mail server 12"]),
        ("northwind mail", ["Old mail server"]),
        ("harbor laptop", ["Müller's laptop"]),
        ("czj-08", ["Old mail server"]),
        ("100%", []),
        ("mail_server", []),
        ("(.*)", []),
        ("\\", []),
    ],
)
def test_words_without_case_and_accents_numbers_and_organizations_narrow_the_finds(
    documented, editor, find, term, names
):
    assert find(editor, term).get("Flexible assets", []) == names


@pytest.mark.parametrize("term", ["asa.ek@harbor.test", "ÅSA", "asa ek", "Ek"])
def test_contacts_are_found_by_name_and_address(documented, editor, find, term):
    assert find(editor, term)["Contacts"] == ["Åsa Ek"]


@pytest.mark.parametrize("term", ["", " ", "m", "\0"])
def test_nothing_is_searched_for_too_short_a_term(documented, editor, account, sign_in, term):
    page = page_of(sign_in(editor).get(f"/{account.slug}/search/", {"q": term}))
    assert page.one("div", id="found").one("h2").text == "Find anything"


def test_search_within_an_organization_keeps_to_it(documented, editor, find, harbor):
    assert find(editor, "mail", organization=harbor.pk) == {
        "Flexible assets": ["Mail server 1", "Mail server 12"]
    }
    assert find(editor, "mail", near=harbor.pk, inside="yes")["Flexible assets"] == [
        "Mail server 1",
        "Mail server 12",
    ]


def test_archived_records_are_found_by_those_who_ask_for_them(documented, editor, find, harbor, inside):
    with inside():
        Organization.objects.filter(pk=harbor.pk).update(archived=True)
        Contact.objects.filter(organization=harbor).update(archived=True)
        documented.asset_type.__class__.objects.get(pk=documented.asset_type.pk)
    assert find(editor, "Åsa") == {}
    assert find(editor, "Åsa", archived="yes") == {"Contacts": ["Åsa Ek"]}
    assert find(editor, "Harbor Dental", archived="yes") == {"Organizations": ["Harbor Dental"]}


def test_what_is_restricted_denied_or_out_of_reach_is_not_found(documented, account, editor, find, inside):
    manager, narrow, denied = (make_user(account, Role.EDITOR) for _ in range(3))
    with inside():
        harbor, northwind = Organization.objects.of_account(account.pk).order_by("pk")
        asset = make_assets(documented, harbor, "Mail vault")[0]
        restrict_asset(asset, users=[manager], now=NOW)
        OrganizationAccess.objects.create(account=account, organization=northwind, user=narrow)
        type(narrow).objects.filter(pk=narrow.pk).update(all_organizations=False)
        group = Group.objects.create(account=account, name="Helpers", sort_key="helpers")
        GroupMember.objects.create(account=account, group=group, user=denied)
        TypeDenial.objects.create(account=account, group=group, asset_type=documented.asset_type)
    assert find(manager, "mail vault") == {"Flexible assets": ["Mail vault"]}
    assert find(editor, "mail vault") == {}
    assert find(narrow, "mail") == {"Contacts": ["Bo Berg"], "Flexible assets": ["Old mail server"]}
    assert find(narrow, "harbor") == {}
    assert find(denied, "mail") == {"Contacts": ["Bo Berg"]}
    assert find(denied, "servers") == {}


def test_lite_users_find_what_is_in_their_organizations_but_no_lists_of_all(
    documented, account, find, harbor, inside
):
    lite = make_user(account, Role.LITE)
    with inside():
        OrganizationAccess.objects.create(account=account, organization=harbor, user=lite)
    assert find(lite, "server") == {"Flexible assets": ["Mail server 1", "Mail server 12"]}
    assert find(lite, "er") == {
        "Flexible assets": ["Mail server 1", "Mail server 12", "Müller's laptop"],
    }


def test_another_accounts_records_are_not_found(documented, rival, sign_in):
    browser = sign_in(make_user(rival, Role.ADMINISTRATOR))
    page = page_of(browser.get(f"/{rival.slug}/search/", {"q": "mail"}))
    assert page.one("div", class_="empty").one("h2").text == "Nothing found"


def test_many_matches_are_read_in_order_instead_of_picked_out(documented, editor, find, monkeypatch):
    """As where a thousand names match; beginnings still come first."""
    monkeypatch.setattr(matching, "CANDIDATES", 1)
    assert find(editor, "mail")["Flexible assets"] == ["Mail server 1", "Mail server 12", "Old mail server"]
    assert find(editor, "test")["Contacts"] == ["Åsa Ek", "Bo Berg"]


def test_finds_are_shared_among_kinds_until_fifty_are_shown():
    groups = [
        HitGroup(title, [Hit(str(n), "/") for n in range(size)])
        for title, size in (("a", 3), ("b", 100), ("c", 30))
    ]
    assert [(group.title, len(group.hits)) for group in share(groups, limit=50)] == [
        ("a", 3),
        ("b", 24),
        ("c", 23),
    ]
    assert [len(group.hits) for group in share(groups[:1], limit=50)] == [3]
    assert share([], limit=50) == []


def test_a_search_shows_at_most_fifty(account, harbor, editor, find, inside):
    with inside():
        make_assets(make_type(account, "Switches"), harbor, *(f"Port {number}" for number in range(80)))
    assert len(find(editor, "port")["Flexible assets"]) == 50


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_a_search_takes_the_same_few_queries_however_much_it_finds(
    account, harbor, editor, inside, sign_in, rows
):
    with inside():
        names = [f"Port {number}" for number in range(rows)]
        make_assets(make_type(account, "Port lists"), harbor, *names)
        create_contacts(harbor, [ContactDetails(name, email="port@x.test") for name in names], now=NOW)
    browser = sign_in(editor)
    with CaptureQueriesContext(connection) as queries:
        browser.get(f"/{account.slug}/search/", {"q": "port"})
    asked = [each["sql"] for each in queries if each["sql"].startswith("SELECT")]
    assert len(asked) <= 15, "\n".join(asked)


@pytest.fixture
def palette(account, sign_in):
    def ask(user, **parameters):
        page = page_of(sign_in(user).get(f"/{account.slug}/palette/", parameters))
        return {
            group.all("div")[0].text: group.texts("span", class_="palette-name")
            for group in page.all("div", role="group")
        }

    return ask


def test_the_palette_begins_with_where_one_was_and_what_can_be_done(
    documented, account, editor, harbor, sign_in, palette
):
    sign_in(editor).get(f"/{account.slug}/organizations/{harbor.pk}/")
    assert palette(editor) == {
        "Recently viewed": ["Harbor Dental"],
        "Do": ["New organization", "New Servers"],
        "Go to": ["Dashboard", "Organizations", "Servers", "Expirations", "Contacts", "Deleted assets"],
    }
    assert palette(editor, near=harbor.pk)["Do"] == [
        "New organization",
        "New contact in Harbor Dental",
        "New Servers in Harbor Dental",
    ]


def test_the_palette_offers_records_deeds_and_pages_for_a_term(documented, account, palette, harbor):
    manager = make_user(account, Role.MANAGER)
    assert palette(manager, q="serv") == {
        "Flexible assets": ["Mail server 1", "Mail server 12", "Old mail server"],
        "Flexible asset types": ["Servers"],
        "Do": ["New Servers"],
        "Go to": ["Servers"],
    }
    assert palette(manager, q="activity") == {"Go to": ["Activity log"]}
    assert palette(manager, q="mail", near=harbor.pk, inside="yes") == {
        "Flexible assets": ["Mail server 1", "Mail server 12"]
    }
    assert palette(manager, q="zzz") == {}


def test_readers_are_offered_nothing_they_may_not_do(documented, account, palette):
    assert palette(make_user(account, Role.READ_ONLY))["Go to"] == [
        "Dashboard",
        "Organizations",
        "Servers",
        "Expirations",
        "Contacts",
    ]
    assert palette(make_user(account, Role.LITE)) == {"Go to": ["Dashboard", "Organizations"]}
