"""With JavaScript turned off everything but live progress works, by plain links and forms."""

import pytest
from playwright.sync_api import expect

from organizations.roles import Role
from tests.e2e.addresses import pages_of
from tests.e2e.office import PEOPLE, license_rows
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(visit):
    return visit(Role.ADMINISTRATOR, java_script_enabled=False)


def cells(tab, column):
    return [
        text.strip()
        for text in tab.page.locator(f"#results tbody tr > :nth-child({column})").all_inner_texts()
    ]


def test_list_is_searched_filtered_sorted_and_paged(tab, office):
    tab.open(pages_of(office)["global-licenses"])
    first = tab.page.locator("#results tbody").inner_text()
    tab.page.get_by_role("link", name="Next").click()
    expect(tab.page.get_by_role("link", name="Previous")).to_be_visible()
    assert tab.page.locator("#results tbody").inner_text() != first
    organization = office.organization(0).name
    tab.page.get_by_role("button", name="Organization", exact=True).click()
    tab.page.get_by_role("checkbox", name=organization).check()
    tab.follow(tab.page.get_by_role("button", name="Apply"))
    assert set(cells(tab, 2)) == {organization}
    tab.follow(tab.page.get_by_role("link", name="Active", exact=True))
    wanted = sorted((int(row[2].replace(",", "")) for row in license_rows(office.tenant(0))), reverse=True)
    assert [int(text.replace(",", "")) for text in cells(tab, 5)] == wanted
    tab.page.locator("#list-search").fill("no such license")
    tab.page.locator("#list-search").press("Enter")
    expect(tab.page.locator("#results")).to_contain_text("No Microsoft Licenses match")
    tab.page.get_by_role("link", name="Clear filters").click()
    expect(tab.page.locator("#results tbody tr")).to_have_count(50)


def test_menus_open_and_a_sync_starts(tab, office):
    tab.page.get_by_role("button", name="Admin", exact=True).click()
    tab.page.get_by_role("link", name="Integrations").click()
    tab.page.get_by_role("button", name="Actions for Microsoft").click()
    tab.page.get_by_role("button", name="Start Manual Sync").click()
    expect(tab.page.locator(".sync-state .badge")).to_have_text("Syncing...")
    office.sync()
    tab.page.reload()
    expect(tab.page.locator(".sync-state .badge")).to_have_text("OK")


def test_theme_is_chosen_and_the_session_ends_by_plain_forms(tab):
    tab.page.get_by_role("button", name=PEOPLE[Role.ADMINISTRATOR][0]).click()
    tab.page.get_by_role("button", name="Dark").click()
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")
    tab.page.get_by_role("button", name=PEOPLE[Role.ADMINISTRATOR][0]).click()
    tab.page.get_by_role("button", name="Sign out").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_refused_sign_in_keeps_the_address_and_says_why(visit):
    tab = visit(None, java_script_enabled=False)
    tab.open("sign-in/")
    tab.page.get_by_label("E-mail address").fill(PEOPLE[Role.EDITOR][1])
    tab.page.get_by_label("Password").fill(f"not {PASSWORD}")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("alert")).to_have_text(
        "E-mail address and password do not match an active user of this account."
    )
    expect(tab.page.get_by_label("E-mail address")).to_have_value(PEOPLE[Role.EDITOR][1])
    assert [complaint[:4] for complaint in tab.complaints] == ["422 ", "erro"]
    tab.complaints.clear()
