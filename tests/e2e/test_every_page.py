"""Every kind of page in a browser: no error, no violation of the content policy, accessible, usable on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.addresses import pages_of
from tests.e2e.conftest import PHONE, ZOOMED
from tests.factories import make_account

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
THEMES = ["light", "dark"]


def violations(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("theme", THEMES)
def test_pages_are_accessible(visit, office, theme):
    tab = visit(theme=theme)
    found = {}
    for name, path in pages_of(office).items():
        tab.open(path)
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
        found[name] = violations(tab.page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_pages_before_signing_in_are_accessible(visit, theme):
    make_account("Another MSP, so that one has to be chosen")
    tab = visit(None, theme=theme)
    found = {}
    for address in (tab.portal, tab.address("sign-in/")):
        tab.page.goto(address)
        found[address] = violations(tab.page)
    tab.page.get_by_label("E-mail address").fill("nobody@msp.test")
    tab.page.get_by_label("Password").fill("wrong")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("alert")).to_be_visible()
    found["refused"] = violations(tab.page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    # The refusal itself is the one answer that is no success.
    assert [complaint[:4] for complaint in tab.complaints] == ["422 ", "erro"]
    tab.complaints.clear()


@pytest.mark.parametrize("theme", THEMES)
def test_open_menus_and_errors_are_accessible(visit, theme):
    tab = visit(theme=theme)
    tab.open("admin/integrations/")
    found = {}
    for button in ("Admin", "Global", "Actions for Microsoft", "Ada Lindqvist"):
        tab.page.get_by_role("button", name=button, exact=True).click()
        expect(tab.page.locator(".menu:popover-open")).to_be_visible()
        found[button] = violations(tab.page)
        tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("?")
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    found["shortcuts"] = violations(tab.page)
    tab.open("assets/999999999/")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Nothing here")
    found["nothing here"] = violations(tab.page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert [complaint[:4] for complaint in tab.complaints] == ["404 ", "erro"]
    tab.complaints.clear()


@pytest.mark.parametrize("size", [PHONE, ZOOMED], ids=["phone", "zoomed"])
def test_no_page_scrolls_sideways_on_a_phone_or_at_400_percent(visit, office, size):
    tab = visit(size=size)
    sideways = []
    for name, path in pages_of(office).items():
        tab.open(path)
        tab.page.screenshot(path=tab.shelf(f"{size['width']}px") / f"{name}.png")
        if tab.scrolls_sideways():
            sideways.append(name)
    assert sideways == []


def test_navigation_on_a_phone_opens_from_its_buttons(visit, office):
    tab = visit(size=PHONE)
    tab.open(pages_of(office)["organization"])
    tab.page.get_by_role("button", name="Menu", exact=True).click()
    expect(tab.page.locator("#navigation").get_by_role("link", name="Organizations")).to_be_visible()
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="sections").click()
    tab.page.locator("#sidebar").get_by_role("link", name="Microsoft Licenses").click()
    expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Microsoft Licenses")


def test_list_shows_eighteen_rows_and_every_column_on_a_desk(visit, office):
    tab = visit()
    tab.open(pages_of(office)["global-licenses"])
    visible = tab.page.locator("#results tbody tr").evaluate_all(
        """rows => {
          const foot = rows[0].closest('table').tFoot.getBoundingClientRect().top;
          return rows.filter(row => row.getBoundingClientRect().bottom <= foot).length;
        }"""
    )
    assert visible >= 18
    scroller = tab.page.locator("#results .table-scroll")
    assert scroller.evaluate("region => region.scrollWidth - region.clientWidth") == 0


@pytest.mark.parametrize("chosen", ["Light", "Dark"])
def test_chosen_theme_is_kept_on_the_next_page(visit, chosen):
    tab = visit(theme="dark" if chosen == "Light" else "light")
    tab.page.get_by_role("button", name="Ada Lindqvist").click()
    with tab.page.expect_response("**/theme/"):
        tab.page.get_by_role("button", name=chosen).click()
    expect(tab.page.locator("html")).to_have_attribute("data-theme", chosen.lower())
    tab.open("admin/integrations/")
    expect(tab.page.locator("html")).to_have_attribute("data-theme", chosen.lower())


def test_harness_notices_what_it_looks_for(visit):
    """Planted faults: an image without words, a script that the policy forbids, a lost file, an error."""
    tab = visit()
    tab.page.evaluate("document.querySelector('main').append(new Image())")
    assert [found.partition(":")[0] for found in violations(tab.page)] == ["image-alt"]
    tab.page.evaluate(
        """async () => {
          const script = document.createElement('script');
          script.textContent = '1';
          document.body.append(script);
          await fetch('/static/lost.js');
          setTimeout(() => { throw new Error('planted') });
        }"""
    )
    tab.page.wait_for_timeout(50)
    noticed = " | ".join(tab.complaints)
    words = ("Content Security Policy", "404 GET", "script error: planted")
    assert [word for word in words if word not in noticed] == []
    tab.complaints.clear()
