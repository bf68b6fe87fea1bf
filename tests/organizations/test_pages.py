"""Signing in, organizations and contacts as a person sees them."""

import pytest

from organizations.roles import Role
from tests.factories import connect, give_licenses, make_organization, make_user, person, sku
from tests.integrations.places import tenant_named
from tests.pages import page_of


@pytest.fixture
def technician(client_of):
    return client_of(Role.EDITOR)


@pytest.fixture
def client_company(account):
    """An organization whose tenant has one license that two people hold."""
    connected = connect(account, [tenant_named("Åkesson Bygg")])
    e3 = sku("SPE_E3", enabled=5, consumed=2)
    people = [
        person("Åsa Ek", holds=[e3], mail="asa@client.test", title="CEO"),
        person("Bo Bengtsson", holds=[e3], mail="bo@client.test"),
        person("Unlicensed", mail="un@client.test"),
    ]
    give_licenses(connected.matches[0], [e3, sku("VISIO", enabled=1, consumed=3)], people)
    return connected.matches[0]


def test_organizations_are_listed_by_name_as_people_file_them(technician, account):
    for name in ("Zebra", "Östlund", "client 10", "client 9"):
        make_organization(account, name)
    page = page_of(technician.get(f"/{account.slug}/organizations/"))
    assert [row[0] for row in page.rows] == ["client 9", "client 10", "Östlund", "Zebra"]
    assert page.one("p", id="results-count").text == "4 organizations"


def test_organizations_of_an_empty_account_say_how_they_come_about(technician, account):
    page = page_of(technician.get(f"/{account.slug}/organizations/"))
    assert page.one("div", class_="empty").text == (
        "No organizations yet Organizations are your clients. Add one, or connect an integration that brings them."
    )


def test_search_finds_organizations_without_case_and_says_when_there_is_none(technician, account):
    for name in ("Harbor Dental", "Harbor Freight", "Northwind"):
        make_organization(account, name)
    url = f"/{account.slug}/organizations/"
    assert [row[0] for row in page_of(technician.get(url, {"q": "hARbor "})).rows] == [
        "Harbor Dental",
        "Harbor Freight",
    ]
    nothing = page_of(technician.get(url, {"q": "zzz"}))
    assert nothing.one("div", class_="empty").one("h2").text == "No organizations match"
    assert [link.attributes["href"] for link in nothing.one("p", id="results-count").all("a")] == [url]


@pytest.mark.parametrize("query", ["?sort=nonsense", "?from=%00", "?q=&page=9999", "?sort=-name&unknown=1"])
def test_unknown_parameters_of_an_old_bookmark_still_open_the_list(technician, account, query):
    make_organization(account, "Northwind")
    page = page_of(technician.get(f"/{account.slug}/organizations/{query}"))
    assert [row[0] for row in page.rows] == ["Northwind"]


def test_organization_page_counts_contacts_and_licenses(technician, account, client_company):
    page = page_of(technician.get(f"/{account.slug}/organizations/{client_company.organization_id}/"))
    assert page.one("h1").text == "Åkesson Bygg"
    figures = {
        card.one("", class_="card-label").text: card.one("", class_="card-value").text
        for card in page.all("li", class_="card-figure")
    }
    assert figures == {"Contacts": "2", "Microsoft licenses": "2", "Need a look": "1"}


def test_sidebar_leads_to_contacts_and_licenses_and_marks_the_open_page(technician, account, client_company):
    page = page_of(
        technician.get(f"/{account.slug}/organizations/{client_company.organization_id}/contacts/")
    )
    entries = page.one("nav", id="sidebar").all("a")
    assert [entry.text for entry in entries] == [
        "Overview",
        "Activity",
        "Contacts",
        "Expirations",
        "Microsoft Licenses2",
    ]
    assert [entry.text for entry in entries if "aria-current" in entry.attributes] == ["Contacts"]


def test_contacts_are_those_who_hold_a_license(technician, account, client_company):
    page = page_of(
        technician.get(f"/{account.slug}/organizations/{client_company.organization_id}/contacts/")
    )
    assert page.rows == [
        ["Åsa Ek", "CEO", "", "asa@client.test", "", "Listed"],
        ["Bo Bengtsson", "", "", "bo@client.test", "", "Listed"],
    ]


def test_organization_without_contacts_says_how_they_come_about(technician, account):
    organization = make_organization(account, "Northwind")
    page = page_of(technician.get(f"/{account.slug}/organizations/{organization.pk}/contacts/"))
    assert page.one("div", class_="empty").text == (
        "No contacts yet Add those you talk to. A sync brings those who hold a license."
    )


@pytest.mark.parametrize(
    ("word", "found"), [("åSA", ["Åsa Ek"]), ("bo@CLIENT", ["Bo Bengtsson"]), ("zzz", None)]
)
def test_contacts_are_found_by_name_and_by_address(technician, account, client_company, word, found):
    url = f"/{account.slug}/organizations/{client_company.organization_id}/contacts/"
    page = page_of(technician.get(url, {"q": word}))
    assert ([row[0] for row in page.rows] if page.all("tbody") else None) == found


def test_contact_page_shows_the_person_and_the_licenses_they_hold(technician, account, client_company):
    contacts = f"/{account.slug}/organizations/{client_company.organization_id}/contacts/"
    [link] = [
        each for each in page_of(technician.get(contacts)).one("tbody").all("a") if each.text == "Åsa Ek"
    ]
    page = page_of(technician.get(link.attributes["href"]))
    assert (page.one("h1").text, page.pairs["Title"], page.pairs["E-mail"]) == (
        "Åsa Ek",
        "CEO",
        "asa@client.test",
    )
    assert page.rows == [["SPE_E3", "Microsoft Licenses", "Active"]]


def test_server_with_several_accounts_asks_for_the_name_of_one(client, account, rival):
    page = page_of(client.get("/"))
    assert page.one("h1").text == "Choose an account"
    assert client.post("/", {"slug": account.slug}).url == f"/{account.slug}/"
    refused = page_of(client.post("/", {"slug": "nobody"}), status=422)
    assert refused.one("p", class_="form-error").text == "There is no account of this name here."


def test_sign_in_page_names_the_account_and_shows_nothing_else_of_it(client, account):
    page = page_of(client.get(f"/{account.slug}/sign-in/"))
    assert (page.one("h1").text, page.one("p", class_="gate-lead").text) == ("Sign in", f"to {account.name}")
    assert page.all("nav") == []


def test_page_asked_for_before_signing_in_opens_afterwards(client, account):
    user = make_user(account, Role.EDITOR)
    wanted = f"/{account.slug}/organizations/?q=north"
    gate = client.get(wanted)
    with_password, with_passkey = (
        form.one("input", name="next").attributes["value"]
        for form in page_of(client.get(gate.url)).one("main").all("form")
    )
    answer = client.post(
        f"/{account.slug}/sign-in/",
        {"email": user.email, "password": "correct horse battery", "next": with_password},
    )
    assert (with_password, with_passkey, answer.url) == (wanted, wanted, wanted)


def test_signing_out_ends_the_session_and_only_a_form_can_do_it(technician, account):
    url = f"/{account.slug}/sign-out/"
    assert technician.get(url).status_code == 405
    assert technician.get(f"/{account.slug}/organizations/").status_code == 200
    assert technician.post(url).url == f"/{account.slug}/sign-in/"
    assert technician.get(f"/{account.slug}/organizations/").status_code == 302


def test_signed_out_reader_of_a_fragment_is_led_to_the_sign_in_page(client, account):
    answer = client.get(f"/{account.slug}/organizations/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/{account.slug}/sign-in/")
