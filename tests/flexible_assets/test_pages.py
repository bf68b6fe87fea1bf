"""License lists and asset pages as a person sees them: an organization's, everybody's, and one."""

import pytest

from flexible_assets.actions import FieldSpec
from flexible_assets.actions.tags import set_tags
from flexible_assets.models import FlexibleAsset, FlexibleAssetField, FlexibleAssetType
from flexible_assets.panels import register_notice
from flexible_assets.policies import visible_assets
from organizations.models import Contact
from organizations.roles import Role
from tests.factories import NOW, connect, give_licenses, person, sku
from tests.flexible_assets.documentation import make_assets, make_type
from tests.integrations.places import tenant_named
from tests.pages import page_of

E3 = sku("SPE_E3", enabled=25, consumed=20)
VISIO = sku("VISIO", enabled=3, consumed=5)
OLD = sku("OLD_PLAN", suspended=1200, consumed=2)
FREE = sku("FLOW_FREE", enabled=10_000, consumed=41)
COLUMNS = [
    "License Name", "SKU", "Status", "Active", "Consumed", "Unused", "Suspended", "Warning",
]  # fmt: skip


@pytest.fixture
def clients(account):
    """Two organizations: Harbor with three licenses, Lake with one that both have."""
    connected = connect(account, [tenant_named("Harbor"), tenant_named("Lake")])
    harbor, lake = connected.matches
    people = [person(f"Person {number}", holds=[OLD]) for number in range(2)]
    give_licenses(harbor, [E3, VISIO, OLD], people)
    give_licenses(lake, [E3, FREE])
    return connected


@pytest.fixture
def licenses_type(inside, clients):
    with inside():
        return FlexibleAssetType.objects.get()


@pytest.fixture
def asset_url(account, inside, clients):
    def of(part_number, match=0):
        with inside():
            asset = FlexibleAsset.objects.get(
                name=part_number, organization_id=clients.matches[match].organization_id
            )
        return f"/{account.slug}/assets/{asset.pk}/"

    return of


@pytest.fixture
def harbor_url(account, clients, licenses_type):
    return f"/{account.slug}/organizations/{clients.matches[0].organization_id}/assets/{licenses_type.pk}/"


@pytest.fixture
def global_url(account, licenses_type):
    return f"/{account.slug}/global/{licenses_type.pk}/"


def test_organizations_list_shows_active_consumed_and_unused(technician, harbor_url):
    page = page_of(technician.get(harbor_url))
    assert page.one("thead").texts("th") == COLUMNS
    assert page.rows == [
        ["OLD_PLAN", "OLD_PLAN", "Suspended", "0", "2", "0", "1,200", "0"],
        ["SPE_E3", "SPE_E3", "Active", "25", "20", "5", "0", "0"],
        ["VISIO", "VISIO", "Over-assigned", "3", "5", "0", "0", "0"],
    ]
    assert page.one("tfoot").texts("td") == ["Total", "", "", "28", "27", "5", "1,200", "0"]


def test_global_list_adds_the_organization_of_each_license(technician, global_url):
    page = page_of(technician.get(global_url))
    assert page.one("thead").texts("th") == ["License Name", "Organization", *COLUMNS[1:]]
    assert [row[:2] for row in page.rows] == [
        ["FLOW_FREE", "Lake"],
        ["OLD_PLAN", "Harbor"],
        ["SPE_E3", "Harbor"],
        ["SPE_E3", "Lake"],
        ["VISIO", "Harbor"],
    ]


def test_global_list_is_narrowed_by_organization_status_and_words(technician, global_url, clients):
    def names(**query):
        page = page_of(technician.get(global_url, query))
        return [row[:2] for row in page.rows] if page.all("tbody") else []

    lake = str(clients.matches[1].organization_id)
    assert names(organization=lake) == [["FLOW_FREE", "Lake"], ["SPE_E3", "Lake"]]
    assert names(status="Over-assigned") == [["VISIO", "Harbor"]]
    assert names(q="spe") == [["SPE_E3", "Harbor"], ["SPE_E3", "Lake"]]
    assert names(q="lake") == [["FLOW_FREE", "Lake"], ["SPE_E3", "Lake"]]
    assert names(q="spe", organization=lake) == [["SPE_E3", "Lake"]]
    assert names(status="Suspended", organization=lake) == []


@pytest.fixture
def menu_of_one(monkeypatch):
    """An account with more organizations than a menu serves."""
    monkeypatch.setattr("organizations.lists.organizations.ORGANIZATIONS_IN_MENU", 1)


@pytest.mark.usefixtures("menu_of_one")
def test_list_is_narrowed_by_organization_however_many_there_are(technician, global_url, clients):
    lake = str(clients.matches[1].organization_id)
    page = page_of(technician.get(global_url, {"organization": lake}))
    assert [row[:2] for row in page.rows] == [["FLOW_FREE", "Lake"], ["SPE_E3", "Lake"]]
    [box] = page.all("input", name="organization")
    assert (box.attributes["value"], "checked" in box.attributes) == (lake, True)
    assert [chip.text for chip in page.all("a", class_="chip")] == ["Organization Lake Remove this filter"]


@pytest.mark.usefixtures("menu_of_one")
@pytest.mark.parametrize("unknown", ["", "0", "-1", "x", "1.5", "999999999", "9" * 40, "9" * 5000])
def test_long_list_of_organizations_has_no_menu_until_one_is_chosen(technician, global_url, unknown):
    page = page_of(technician.get(global_url, {"organization": unknown}))
    assert (len(page.rows), page.all("input", name="organization")) == (5, [])


@pytest.mark.parametrize("menu_length", [1, 250])
def test_organization_of_another_account_is_no_filter(
    technician, global_url, rival, monkeypatch, menu_length
):
    monkeypatch.setattr("organizations.lists.organizations.ORGANIZATIONS_IN_MENU", menu_length)
    foreign = connect(rival, [tenant_named("Theirs")]).matches[0]
    page = page_of(technician.get(global_url, {"organization": str(foreign.organization_id)}))
    assert len(page.rows) == 5
    assert "Theirs" not in page.text


def test_list_is_counted_by_the_name_of_its_type(technician, harbor_url, global_url):
    def count(url, **query):
        return page_of(technician.get(url, query)).one("p", id="results-count").one("span").text

    assert count(harbor_url) == "3 Microsoft Licenses"
    assert count(global_url, status="Over-assigned") == "1 Microsoft Licenses"
    nothing = page_of(technician.get(harbor_url, {"q": "zzz"}))
    assert nothing.one("div", class_="empty").one("h2").text == "No Microsoft Licenses match"


def test_totals_follow_the_filter(technician, global_url, clients):
    lake = str(clients.matches[1].organization_id)
    page = page_of(technician.get(global_url, {"organization": lake}))
    assert page.one("tfoot").texts("td")[4:7] == ["10,025", "61", "9,964"]


def test_list_sorts_by_numbers_largest_first(technician, harbor_url):
    page = page_of(technician.get(harbor_url))
    [link] = [each for each in page.one("thead").all("a") if each.text == "Consumed"]
    by_consumed = page_of(technician.get(link.attributes["href"]))
    assert [row[4] for row in by_consumed.rows] == ["20", "5", "2"]
    [sorted_column] = [each.text for each in by_consumed.all("th") if "aria-sort" in each.attributes]
    assert sorted_column == "Consumed"


@pytest.mark.parametrize(
    "query",
    ["organization=999999999", "organization=x%00", "status=%3Cscript%3E", "sort=-password", "from=e30"],
)
def test_unknown_filter_values_count_as_none(technician, global_url, query):
    assert len(page_of(technician.get(f"{global_url}?{query}")).rows) == 5


def test_pages_of_a_long_list_follow_each_other_and_lead_back(technician, clients, harbor_url):
    many = [sku(f"PLAN_{number:03}", enabled=number) for number in range(120)]
    give_licenses(clients.matches[0], [E3, VISIO, OLD, *many])
    seen, url = [], f"{harbor_url}?sort=-active"
    while url:
        page = page_of(technician.get(url))
        seen.append([row[0] for row in page.rows])
        url = next((each.attributes["href"] for each in page.all("a", rel="next")), "")
    assert [len(names) for names in seen] == [50, 50, 23]
    assert len({name for names in seen for name in names}) == 123
    [back] = page.all("a", rel="prev")
    assert [row[0] for row in page_of(technician.get(back.attributes["href"])).rows] == seen[1]


def test_organization_without_licenses_says_when_they_come(technician, account, licenses_type):
    other = connect(account, [tenant_named("Newcomer")], name="Second").matches[0]
    page = page_of(
        technician.get(f"/{account.slug}/organizations/{other.organization_id}/assets/{licenses_type.pk}/")
    )
    assert page.one("div", class_="empty").text == (
        "No Microsoft Licenses yet They appear after the next sync with Microsoft."
    )


def test_license_page_shows_its_numbers_and_where_they_come_from(technician, asset_url):
    page = page_of(technician.get(asset_url("VISIO")))
    assert page.one("h1").text == "VISIO"
    usage = page.one("section", class_="usage")
    assert {term: usage.pairs[term] for term in ("Active", "Consumed", "Unused", "Over-assigned")} == {
        "Active": "3", "Consumed": "5", "Unused": "0", "Over-assigned": "2",
    }  # fmt: skip
    assert (usage.pairs["Microsoft tenant"], usage.pairs["Integration"], usage.pairs["SKU"]) == (
        "Harbor", "Microsoft", "VISIO",
    )  # fmt: skip


def test_suspended_license_reports_none_active_and_keeps_its_people(technician, asset_url):
    page = page_of(technician.get(asset_url("OLD_PLAN")))
    usage = page.one("section", class_="usage").pairs
    assert (usage["Active"], usage["Suspended"]) == ("0", "1,200")
    assert page.one("ul", class_="value-links").texts("a") == ["Person 0", "Person 1"]


def test_locked_license_says_so_and_offers_no_way_to_change_what_is_synced(client_of, asset_url):
    client = client_of(Role.ADMINISTRATOR)
    page = page_of(client.get(asset_url("SPE_E3")))
    assert page.one("button", popovertarget="locked-explained").text == "Locked"
    fields = page.one("section", **{"aria-labelledby": "fields-1"})
    assert [each for tag in ("form", "input", "select", "textarea") for each in fields.all(tag)] == []
    form = page_of(client.get(f"{asset_url('SPE_E3')}edit/")).one("main").one("form")
    assert form.one("section", class_="read-only").texts("dt") == COLUMNS
    names = {each.attributes["name"] for tag in ("input", "select", "textarea") for each in form.all(tag)}
    assert names - {"csrfmiddlewaretoken", "audience", "users", "version"} == {"notes"}


@pytest.fixture
def notice(monkeypatch):
    """Told of the licenses of each organization, and of all of them together."""
    monkeypatch.setattr("flexible_assets.panels._notices", [])
    register_notice(lambda user, asset_type, organization: f"Old: {organization or asset_type.name}.")
    register_notice(lambda user, asset_type, organization: "")


@pytest.mark.usefixtures("notice")
def test_notices_stand_above_lists_and_assets(technician, harbor_url, global_url, asset_url):
    def told(url):
        return page_of(technician.get(url)).texts("div", class_="callout")

    assert told(harbor_url) == ["Old: Harbor."]
    assert told(asset_url("SPE_E3", match=1)) == ["Old: Lake."]
    assert told(global_url) == ["Old: Microsoft Licenses."]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_license_page_takes_no_writes_from_anybody(client_of, asset_url, method):
    assert getattr(client_of(Role.ADMINISTRATOR), method)(asset_url("SPE_E3")).status_code == 405


def test_license_that_vanished_is_shown_as_orphaned(technician, clients, harbor_url, asset_url):
    give_licenses(
        clients.matches[0], [E3, OLD], [person("Person 0", holds=[OLD]), person("Person 1", holds=[OLD])]
    )
    page = page_of(technician.get(asset_url("VISIO")))
    assert (
        page.one("div", class_="callout").one("strong").text == "Orphaned: Microsoft no longer reports this"
    )
    listed = page_of(technician.get(harbor_url))
    assert [row.one("th").text for row in listed.all("tr", class_="is-orphaned")] == ["VISIO orphaned"]


def test_license_of_very_many_people_names_sixty_and_leads_to_the_rest(technician, clients, asset_url):
    crowd = [person(f"Person {number:03}", holds=[E3]) for number in range(130)]
    give_licenses(clients.matches[1], [E3, FREE], crowd)
    page = page_of(technician.get(asset_url("SPE_E3", match=1)))
    [card] = [each for each in page.all("section", class_="card") if each.all("ul", class_="tags")]
    assert (card.one("h2").text, len(card.all("li"))) == ("Users 130", 60)
    [more] = [each for each in card.all("a") if each.text == "Show all 130"]
    first = page_of(technician.get(more.attributes["href"]))
    assert (first.one("p", id="results-count").text, len(first.rows)) == ("130 contacts", 50)
    found = page_of(technician.get(more.attributes["href"], {"q": "person 12"}))
    assert [row[0] for row in found.rows] == [f"Person {number}" for number in range(120, 130)]


def test_tagged_contacts_are_listed_as_contacts_are(technician, account, clients, asset_url, inside):
    with inside():
        field = FlexibleAssetField.objects.get(kind="Tag")
    page = page_of(technician.get(f"{asset_url('OLD_PLAN')}tags/{field.pk}/"))
    harbor = f"/{account.slug}/organizations/{clients.matches[0].organization_id}/contacts/"
    listed = page_of(technician.get(harbor))
    assert page.rows == listed.rows
    assert page.one("thead").texts("th") == listed.one("thead").texts("th")


@pytest.mark.parametrize("kind", ["Text", "Select", "Number"])
def test_only_a_tag_field_has_a_list_of_contacts(technician, asset_url, inside, kind):
    with inside():
        field = FlexibleAssetField.objects.filter(kind=kind).first()
    assert technician.get(f"{asset_url('OLD_PLAN')}tags/{field.pk}/").status_code == 404


def test_assets_a_user_may_not_see_are_not_named_on_a_contacts_page(
    technician, account, clients, inside, monkeypatch
):
    with inside():
        contact = Contact.objects.get(name="Person 0")
    url = f"/{account.slug}/contacts/{contact.pk}/"
    assert page_of(technician.get(url)).rows == [["OLD_PLAN", "Microsoft Licenses", "Suspended"]]
    monkeypatch.setattr(
        "flexible_assets.relations.visible_assets", lambda user: visible_assets(user).exclude(name="OLD_PLAN")
    )
    assert "OLD_PLAN" not in page_of(technician.get(url)).text


def test_contact_of_very_many_assets_has_a_list_of_them_all(technician, account, clients, inside):
    with inside():
        contact = Contact.objects.get(name="Person 0")
        sheets = make_type(account, "Sheets", [FieldSpec("People", "Tag", tag_type="Contacts")])
        names = [f"Sheet {number:03}" for number in range(100)]
        for sheet in make_assets(sheets, contact.organization, *names):
            set_tags(sheet, sheets.by_key["people"], [contact.pk], now=NOW)
    page = page_of(technician.get(f"/{account.slug}/contacts/{contact.pk}/"))
    assert (len(page.rows), page.one("h2", id="tagged-in").text) == (100, "Licenses and assets 100+")
    [show_all] = [each for each in page.all("a") if each.text == "Show all that tag it"]
    listed = page_of(technician.get(show_all.attributes["href"]))
    assert listed.one("p", id="results-count").one("span").text == "101 assets"
    assert listed.rows[0] == ["OLD_PLAN", "Microsoft Licenses", contact.organization.name, "Suspended"]


def test_global_menu_is_there_for_those_who_may_see_all_organizations(client_of, account, global_url):
    def menu(role):
        page = page_of(client_of(role).get(f"/{account.slug}/organizations/"))
        return [each.text for entry in page.all("div", id="global-menu") for each in entry.all("a")]

    assert menu(Role.READ_ONLY) == ["Microsoft Licenses", "Expirations", "Contacts"]
    assert menu(Role.EDITOR) == ["Microsoft Licenses", "Expirations", "Contacts", "Deleted assets"]
    assert menu(Role.LITE) == []
    assert client_of(Role.LITE).get(global_url).status_code == 403


def test_g_l_leads_to_microsoft_licenses_wherever_they_stand_in_the_menu(
    client_of, account, global_url, inside
):
    def jump():
        page = page_of(client_of(Role.READ_ONLY).get(f"/{account.slug}/organizations/"))
        told = [
            each.text for each in page.one("dialog", id="shortcuts").all("div") if each.text.endswith("g l")
        ]
        return [each.attributes["href"] for each in page.all("a", **{"data-jump": "l"})], told

    with inside():
        make_type(account, "Applications")
    assert jump() == ([global_url], ["Go to Microsoft Licenses of all organizationsg l"])
    with inside():
        FlexibleAssetType.objects.exclude(manager="").update(show_in_menu=False)
    assert jump() == ([], [])


def test_times_are_told_relative_with_the_exact_moment_at_hand(technician, asset_url):
    page = page_of(technician.get(asset_url("SPE_E3")))
    assert {each.attributes["datetime"] for each in page.one("header", class_="page-header").all("time")} == {
        NOW.isoformat(timespec="seconds")
    }
