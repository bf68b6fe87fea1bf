"""Every page by keyboard alone, on a desk, on a phone and at 400 %: all that can be pressed is reached and seen."""

import re

import pytest
from playwright.sync_api import Page, expect

from organizations.roles import Role
from tests.e2e.addresses import pages_of
from tests.e2e.conftest import PHONE, ZOOMED
from tests.e2e.walking import Walker

#: A few thousand presses, each looked at.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
DESK = {"width": 1280, "height": 800}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE, ZOOMED], ids=["desk", "phone", "zoomed"])
#: Pages whose scripts hear keys: pickers, rich text, rows, menus, things put in order.
SCRIPTED = (
    "vault-edit",
    "vaults",
    "integrations",
    "sidebar",
    "type-edit",
    "type",
    "import-checked",
    "dashboard",
)


@SIZES
def test_every_page_is_walked_by_keyboard(visit, office, size):
    tab = visit(size=size)
    walker = Walker(tab.page)
    found = {}
    for name, path in pages_of(office).items():
        tab.open(path)
        found[name] = walker.faults()
        if not walker.skips_to_content():
            found[name].append("The first stop does not lead to the content")
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_pages_are_walked_backwards_as_well(visit, office):
    tab = visit(size=DESK)
    found = {}
    for name in SCRIPTED:
        tab.open(pages_of(office)[name])
        found[name] = Walker(tab.page).faults("Shift+Tab")
    assert {name: faults for name, faults in found.items() if faults} == {}


@SIZES
def test_bar_over_ticked_rows_covers_nothing_that_has_the_focus(visit, office, size):
    tab = visit(size=size)
    found = {}
    for name in ("global-licenses", "organizations", "vaults", "users"):
        tab.open(pages_of(office)[name])
        tab.page.locator("tbody .tick").first.check()
        found[name] = Walker(tab.page).faults()
    assert {name: faults for name, faults in found.items() if faults} == {}


@SIZES
def test_every_menu_is_opened_walked_and_left_by_keyboard(visit, office, size):
    tab = visit(size=size)
    found, known = {}, set()
    for path in pages_of(office).values():
        tab.open(path)
        for menu in menus_of(tab.page):
            kind = re.sub(r"\d+", "N", menu)
            if kind not in known:
                known.add(kind)
                found[kind] = faults_of_menu(tab.page, menu)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert {"user-menu", "recent-menu", "list-columns", "more-filters", "actions-N", "asset-actions"} <= known


def menus_of(page: Page) -> list[str]:
    """What the buttons that can be seen open; on a phone, the navigation's are inside of its own."""
    return page.locator("[popovertarget]:visible").evaluate_all(
        "openers => openers.map(each => each.getAttribute('popovertarget'))"
    )


def faults_of_menu(page: Page, menu: str) -> list[str]:
    opener, popover = page.locator(f'[popovertarget="{menu}"]'), page.locator(f"#{menu}")
    opener.focus()
    page.keyboard.press("Enter")
    expect(popover).to_be_visible()
    # What was viewed lately is fetched when it is asked for.
    expect(popover.get_by_role("link", name="Show them on a page")).to_have_count(0)
    faults = Walker(page).faults_inside(f"#{menu}")
    for inner in menus_of(page):
        if popover.locator(f"#{inner}").count():
            faults += faults_of_menu(page, inner)
    opener.focus()
    if popover.locator("a, button, input").count():
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(popover).to_be_hidden()
    if not opener.evaluate("opener => opener === document.activeElement"):
        faults.append("Escape does not give the focus back")
    return faults


def test_dialogs_keep_the_focus_and_give_it_back(visit):
    tab = visit(Role.READ_ONLY)
    page, keyboard = tab.page, tab.page.keyboard
    page.get_by_role("button", name="Rita Reader").focus()
    keyboard.press("Enter")
    page.get_by_role("button", name="Keyboard shortcuts").focus()
    keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    keyboard.press("Escape")
    expect(page.get_by_role("button", name="Rita Reader")).to_be_focused()
    keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Find anything").get_by_role("option").first).to_be_visible()
    keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(page.get_by_role("combobox")).to_be_focused()
    keyboard.press("Escape")
    expect(page.get_by_role("button", name="Rita Reader")).to_be_focused()


PLANTED = {
    '<button tabindex="-1">Skipped</button>': ['button "Skipped" is never reached'],
    '<button class="planted-bare">Bare</button>': ['button "Bare" does not show that it has the focus'],
    '<div class="planted-clip"><button>Clipped</button></div>': [
        'button "Clipped" does not show that it has the focus'
    ],
    '<div class="planted-clip"><button class="planted-out">Out</button></div>': [
        'button "Out" does not show that it has the focus',
        'button "Out" has the focus out of sight',
    ],
    '<p class="planted-cover">Cover</p><button>Covered</button>': [
        'button "Covered" has the focus under p "Cover"'
    ],
    '<label><input type="checkbox" class="planted-unseen"> Unseen</label>': [
        'input "Unseen" does not show that it has the focus'
    ],
    '<input aria-label="Trap"><button>Behind</button>': [
        "Tab goes in a circle without an end",
        'button "Behind" is never reached',
    ],
    # What stands here as well, and is no fault.
    """<label><input type="radio" name="r">One</label><label><input type="radio" name="r" checked>Two</label>
    <button disabled>Off</button><input type="date" aria-label="Day"><details><summary>More</summary><a href="#x">X</a></details>
    <textarea aria-label="Long" rows="90"></textarea>""": [],
}
PLANT = """html => {
  const main = document.querySelector('main');
  main.innerHTML = html;
  main.querySelector('[aria-label=Trap]')?.addEventListener('keydown', event => event.preventDefault());
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .planted-bare { outline: none }
    .planted-clip { position: relative; inline-size: fit-content; overflow: clip }
    .planted-out { position: absolute; inset-inline-start: 50rem }
    .planted-cover { position: absolute; inset: 3rem auto auto 0; inline-size: 20rem; block-size: 10rem }
    .planted-unseen { opacity: 0 }`);
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.mark.parametrize("html", PLANTED, ids=lambda html: re.sub(r"<[^>]*>|\s+", " ", html).strip())
def test_walker_notices_planted_faults_and_nothing_else(visit, html):
    tab = visit(size=DESK)
    tab.open("recent/")
    tab.page.evaluate(PLANT, html)
    assert Walker(tab.page).faults() == PLANTED[html]


def test_walker_notices_a_first_stop_that_leads_nowhere(visit):
    tab = visit(size=DESK)
    tab.open("recent/")
    walker = Walker(tab.page)
    assert walker.faults() == []
    assert walker.skips_to_content()
    tab.page.evaluate("document.querySelector('.skip-link').href = '#nowhere'")
    assert not walker.skips_to_content()
