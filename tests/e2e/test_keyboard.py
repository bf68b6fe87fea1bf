"""Without a mouse: everything on the way from signing in to a running sync has a key."""

import pytest
from playwright.sync_api import Page, Route, expect

from organizations.roles import Role
from tests.e2e.addresses import pages_of
from tests.e2e.conftest import PHONE
from tests.e2e.office import PEOPLE
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


def focused(page: Page) -> str:
    return page.evaluate("(document.activeElement.innerText || document.activeElement.id).trim()")


def tab_to(page: Page, text: str) -> None:
    """Presses Tab until the element of this text has the focus, as somebody would who can't see where it is."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page).startswith(text):
            return
    raise AssertionError(f"Tab never reaches {text!r}")


@pytest.fixture
def typist(visit, office):
    """Signed in by typing alone."""
    tab = visit(None)
    tab.open(f"sign-in/?next=/{office.slug}/organizations/")
    expect(tab.page.get_by_label("E-mail address")).to_be_focused()
    keyboard = tab.page.keyboard
    keyboard.type(PEOPLE[Role.ADMINISTRATOR][1])
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Organizations")
    tab.page.wait_for_load_state()
    return tab


def test_first_tab_stop_skips_to_the_content(typist):
    typist.page.keyboard.press("Tab")
    assert focused(typist.page) == "Skip to content"
    typist.page.keyboard.press("Enter")
    assert typist.page.evaluate("document.activeElement.id") == "main"


def test_slash_searches_the_list_and_rows_open_by_key(typist, office):
    page, keyboard = typist.page, typist.page.keyboard
    name = office.organization(0).name
    keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "list-search"
    keyboard.type(name)
    expect(page.locator("#results tbody tr")).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "list-search"
    keyboard.press("Tab")
    page.locator("#results tbody a").first.focus()
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_rows_are_walked_with_j_and_k(typist):
    page, keyboard = typist.page, typist.page.keyboard
    names = page.locator("#results tbody th").all_inner_texts()
    walked = []
    for key in "jjk":
        keyboard.press(key)
        walked.append(focused(page))
    assert walked == [names[0], names[1], names[0]]


def test_g_and_a_letter_jump_to_the_main_pages(typist):
    for letter, heading in (
        ("d", "Dashboard"),
        ("i", "Active Integrations"),
        ("l", "Microsoft Licenses"),
        ("a", "Activity log"),
        ("o", "Organizations"),
    ):
        typist.page.keyboard.press("g")
        typist.page.keyboard.press(letter)
        expect(typist.page.get_by_role("heading", level=1)).to_contain_text(heading)
        typist.page.wait_for_load_state()


def test_letters_typed_into_a_search_box_are_no_shortcuts(typist):
    typist.page.keyboard.press("/")
    typist.page.keyboard.type("go?/jk")
    expect(typist.page.locator("#list-search")).to_have_value("go?/jk")
    expect(typist.page.get_by_role("dialog")).to_have_count(0)
    expect(typist.page.get_by_role("heading", level=1)).to_have_text("Organizations")


def test_sync_is_started_from_the_actions_menu_and_escape_returns_the_focus(typist, office):
    page, keyboard = typist.page, typist.page.keyboard
    keyboard.press("g")
    keyboard.press("i")
    expect(page.get_by_role("heading", level=1)).to_have_text("Active Integrations")
    tab_to(page, "Actions")
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    assert focused(page) == "Sync Settings"
    keyboard.press("Escape")
    assert focused(page).startswith("Actions")
    for _ in ("Sync Settings", "Matching", "Start Manual Sync"):
        keyboard.press("ArrowDown")
    assert focused(page) == "Start Manual Sync"
    keyboard.press("Enter")
    expect(page.locator(".sync-state .badge")).to_have_text("Syncing...")
    # Nobody works on it yet: the same sync goes on to its end here, and the page finds out by itself.
    office.sync()
    expect(page.locator(".sync-state .badge")).to_have_text("OK")


def test_saved_part_of_a_page_keeps_the_focus(typist, office):
    page, keyboard = typist.page, typist.page.keyboard
    typist.open(pages_of(office)["organization"])
    page.get_by_role("link", name="Edit quick notes").focus()
    keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Quick notes")).to_be_focused()
    keyboard.type("Ring twice.")
    tab_to(page, "Save")
    keyboard.press("Enter")
    expect(page.get_by_text("Ring twice.")).to_be_visible()
    expect(page.get_by_role("link", name="Edit quick notes")).to_be_focused()


def test_menu_entered_before_its_entries_arrive_keeps_the_focus(typist, office):
    page, keyboard = typist.page, typist.page.keyboard
    typist.open(pages_of(office)["organization"])
    fetched = []

    def hold(route: Route) -> None:
        fetched.append(route)

    page.route("**/recent/", hold)
    page.get_by_role("button", name="Recently viewed").focus()
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    assert focused(page) == "Show them on a page"
    while not fetched:
        page.wait_for_timeout(20)
    fetched[0].continue_()
    expect(page.locator("#recent-items a").first).to_be_focused()
    expect(page.locator("#recent-items .hit").first).to_be_focused()


def test_menu_inside_the_menu_of_a_phone_gives_the_focus_back(visit):
    tab = visit(size=PHONE)
    page, keyboard = tab.page, tab.page.keyboard
    menu, inner = (
        page.get_by_role("button", name="Menu"),
        page.get_by_role("button", name="Admin", exact=True),
    )
    menu.focus()
    keyboard.press("Enter")
    inner.focus()
    keyboard.press("ArrowDown")
    assert focused(page) == "Integrations"
    keyboard.press("Escape")
    expect(inner).to_be_focused()
    keyboard.press("Escape")
    expect(menu).to_be_focused()
