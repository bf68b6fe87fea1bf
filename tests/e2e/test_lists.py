"""A list as a person works with it: narrowed, arranged, kept as a view, worked on in bulk, exported."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from organizations.roles import Role
from tests.e2e.conftest import PHONE
from tests.e2e.test_every_page import violations
from tests.flexible_assets.listing import add_assets, make_backups

pytestmark = pytest.mark.browser

STATES = ("Running", "Paused", "Broken")


@pytest.fixture
def backups(office):
    """Sixty of them at one organization, for one test to change; its list's address."""
    schema = make_backups(office.account, name=f"Backups {uuid4().hex[:6]}")
    organization = office.organization(0)
    add_assets(
        schema,
        organization,
        [{"job": f"Job {number}", "state": STATES[number % 3], "size": number} for number in range(60)],
    )
    return f"organizations/{organization.pk}/assets/{schema.asset_type.pk}/"


def heads(page) -> list[str]:
    return [text.strip() for text in page.locator("#results thead th").all_inner_texts()]


def test_list_is_narrowed_and_arranged_and_kept_as_a_view(visit, backups):  # noqa: PLR0915 - one story
    tab = visit(Role.EDITOR)
    page = tab.open(backups)
    page.get_by_role("button", name="State", exact=True).click()
    page.get_by_role("checkbox", name="Broken").check()
    expect(page.locator("#results tbody tr")).to_have_count(20)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters", exact=True).click()
    page.get_by_label("Size at least").fill("30")
    expect(page.locator("#results tbody tr")).to_have_count(10)
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="Move Size up").click()
    page.get_by_role("button", name="Move Size up").press("Enter")
    page.get_by_role("checkbox", name="Vendor").uncheck()
    page.get_by_role("button", name="Save columns").click()
    expect(page.locator("#results thead th").nth(1)).to_have_text("Size")
    assert heads(page)[:3] == ["Job", "Size", "State"]

    page.get_by_role("link", name="Size", exact=True).focus()
    before = page.locator("th[data-column=size]").bounding_box()["width"]
    with page.expect_response(lambda response: response.request.method == "POST"):
        for _ in range(6):
            page.keyboard.press("Shift+ArrowRight")
    page.reload()
    assert page.locator("th[data-column=size]").bounding_box()["width"] >= before + 60

    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save this list as").fill("Large and broken")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Large and broken")).to_be_visible()
    tab.open(backups)
    expect(page.locator("#results-count")).to_contain_text("60 Backups")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Large and broken").click()
    expect(page.locator("#results tbody tr")).to_have_count(10)
    page.get_by_role("link", name="State Broken").click()
    expect(page.locator("#results tbody tr")).to_have_count(30)


def test_rows_are_ticked_by_range_and_by_key_and_archived(visit, backups):
    page = visit(Role.EDITOR).open(backups)
    page.locator("tbody .tick").nth(0).check()
    page.locator("tbody .tick").nth(2).click(modifiers=["Shift"])
    expect(page.locator(".bulk-count")).to_have_text("3 selected")
    page.locator("tbody th a").first.focus()
    page.keyboard.press("x")
    expect(page.locator(".bulk-count")).to_have_text("2 selected")
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"2 Backups \w+ archived\."))
    expect(page.locator("#results-count")).to_contain_text("58 Backups")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("link", name="CSV").click()
    assert len(download.value.path().read_text().splitlines()) == 59


def test_rows_stay_in_place_while_some_are_ticked(visit, backups):
    page = visit(Role.EDITOR).open(backups)
    row = page.locator("tbody tr").first
    before = row.bounding_box()["y"]
    page.locator("tbody .tick").first.check()
    expect(page.locator(".bulk-bar")).to_be_visible()
    assert row.bounding_box()["y"] == before


def test_printed_list_is_its_rows_and_nothing_to_press(visit, backups):
    page = visit(Role.EDITOR).open(backups)
    expect(page.locator(".search-box kbd:visible")).to_have_count(1)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("tbody tr").last).to_be_visible()
    expect(page.locator(":is(.topbar, .toolbar, .tools, .button, .tick, .pagination):visible")).to_have_count(
        0
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_panels_and_the_bar_of_ticked_rows_are_accessible(visit, backups, theme):
    page = visit(Role.EDITOR, theme=theme).open(f"{backups}?state=Paused")
    for name in ("State", "Filters", "Views", "Columns", "Export"):
        page.get_by_role("button", name=name, exact=True).click()
        assert violations(page) == [], name
        page.keyboard.press("Escape")
    page.locator("tbody .tick").first.check()
    assert violations(page) == []


def test_list_fits_a_phone(visit, backups):
    tab = visit(Role.EDITOR, size=PHONE)
    page = tab.open(f"{backups}?state=Paused&size.min=3")
    for name in ("Filters", "Columns", "Views"):
        page.get_by_role("button", name=name).click()
        panel = page.locator(".panel:popover-open").bounding_box()
        assert panel["x"] >= 0
        assert panel["x"] + panel["width"] <= PHONE["width"], name
        page.keyboard.press("Escape")
    page.locator("tbody .tick").first.check()
    assert not tab.scrolls_sideways()
