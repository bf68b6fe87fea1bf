"""What hangs on an asset, in a browser: tagging by keyboard, related items, dropped files, and dates that run out."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import expect

from flexible_assets.actions import FieldSpec
from flexible_assets.actions.files import attach_files
from flexible_assets.actions.relations import relate
from flexible_assets.actions.tags import set_tags
from flexible_assets.models import AssetTag
from organizations.access import account_transaction
from organizations.actions import ContactDetails, create_contacts, create_organization
from organizations.roles import Role
from tests.e2e.conftest import PHONE
from tests.e2e.office import founded
from tests.flexible_assets.documentation import make_assets, make_type

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

DROP = """async ([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/plain" }));
  const form = document.querySelector("[data-upload]");
  for (const kind of ["dragover", "drop"])
    form.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


@pytest.fixture
def firm(_database):
    with founded("Harborline IT", tenants=1) as ready:
        yield ready


@pytest.fixture
def client_firm(firm):
    with account_transaction(firm.account.pk):
        return create_organization(firm.account.pk, name="Cedar Foods", now=timezone.now())


@pytest.fixture
def people(firm, client_firm):
    names = ("Ann Larsen", "Anna Berg", "Bo Ek", "Cleo Ruiz")
    details = [ContactDetails(name=name, email=f"{name.split()[0].lower()}@cedar.test") for name in names]
    with account_transaction(firm.account.pk):
        return create_contacts(client_firm, details, now=timezone.now())


@pytest.fixture
def schema(firm):
    with account_transaction(firm.account.pk):
        return make_type(
            firm.account,
            "Internet",
            [
                FieldSpec("Contract ends", "Date", is_expiration=True, show_in_list=True),
                FieldSpec("Owners", "Tag", tag_type="Contacts", hint="Who to call before it is touched"),
                FieldSpec("Contract", "Upload"),
            ],
        )


@pytest.fixture
def lines(firm, client_firm, schema):
    soon = (timezone.localdate() + timedelta(days=12)).isoformat()
    with account_transaction(firm.account.pk):
        return make_assets(schema, client_firm, "Fiber main site", "LTE fallback", **{"contract-ends": soon})


@pytest.fixture
def full(firm, client_firm, people, schema, lines):
    """The first line with something of everything beside it."""
    fiber, fallback = lines
    now = timezone.now()
    files = [("Contract 2026.pdf", b"%PDF-1.7 " * 9_000), ("Rack photo.png", b"\x89PNG\r\n\x1a\n" * 40)]
    with account_transaction(firm.account.pk):
        set_tags(fiber, schema.by_key["owners"], [people[0].pk, people[2].pk], now=now)
        relate(fiber, to=fallback, notes="Takes over when the fiber is cut", now=now)
        relate(fiber, to=people[3], now=now)
        relate(fallback, to=client_firm, now=now)
        for name, content in files:
            attach_files(fiber, [SimpleUploadedFile(name, content)], now=now)
    return fiber


def test_technician_tags_by_keyboard(visit, firm, people, lines):
    tab = visit(Role.EDITOR, to=firm)
    page = tab.open(f"assets/{lines[0].pk}/edit/")
    owners = page.get_by_role("combobox", name="Owners")
    owners.press_sequentially("ann")
    expect(page.get_by_role("option")).to_have_text(["Ann Larsenann@cedar.test", "Anna Berganna@cedar.test"])
    owners.press("ArrowDown")
    owners.press("Enter")
    expect(page.locator(".picker-chip")).to_contain_text(["Anna Berg"])
    owners.fill("bo")
    expect(page.get_by_role("option")).to_have_count(1)
    owners.press("Enter")
    owners.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    owners.press("Backspace")
    expect(page.locator(".picker-chip")).to_contain_text(["Anna Berg"])
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fiber main site")
    with account_transaction(firm.account.pk):
        assert [tag.contact_id for tag in AssetTag.objects.filter(asset=lines[0])] == [people[1].pk]
    page.goto(tab.address(f"contacts/{people[1].pk}/"))
    expect(page.get_by_role("table")).to_contain_text("Fiber main site")


def test_technician_relates_items(visit, firm, lines):
    page = visit(Role.EDITOR, to=firm).open(f"assets/{lines[0].pk}/")
    page.get_by_role("link", name="Add related items").click()
    items = page.get_by_role("combobox", name="Items")
    items.press_sequentially("LTE")
    items.press("Enter")
    expect(page.locator(".picker-chip")).to_have_count(1)
    page.get_by_label("Note").fill("Takes over")
    page.get_by_role("button", name="Add", exact=True).click()
    related = page.locator("#related")
    expect(related.get_by_role("link", name="LTE fallback", exact=True)).to_be_visible()
    expect(related).to_contain_text("Takes over")


def test_technician_drops_downloads_and_deletes_a_file(visit, firm, lines):
    page = visit(Role.EDITOR, to=firm).open(f"assets/{lines[0].pk}/")
    page.evaluate(DROP, ["notes.txt", "the modem is behind the fridge"])
    files = page.locator("#files")
    expect(files.get_by_role("link", name="notes.txt")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("Uploaded")
    with page.expect_download() as download:
        files.get_by_role("link", name="notes.txt").click()
    assert download.value.suggested_filename == "notes.txt"
    assert download.value.path().read_text() == "the modem is behind the fridge"
    files.get_by_role("button", name="Delete notes.txt").click()
    files.get_by_role("button", name="Delete", exact=True).click()
    expect(files).to_contain_text("No files yet")


def test_everything_works_without_script(visit, firm, people, lines, tmp_path):
    tab = visit(Role.EDITOR, to=firm, java_script_enabled=False)
    page = tab.open(f"assets/{lines[0].pk}/edit/")
    page.get_by_label("Owners", exact=True).select_option(label="Bo Ek · bo@cedar.test")
    page.get_by_label("Owners: one more by its exact name").fill("anna@cedar.test")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fiber main site")
    with account_transaction(firm.account.pk):
        tagged = AssetTag.objects.filter(asset=lines[0]).order_by("contact__name")
        assert [tag.contact_id for tag in tagged] == [people[1].pk, people[2].pk]
    note = tmp_path / "note.txt"
    note.write_text("hello")
    page.get_by_label("Choose files").set_input_files(note)
    page.get_by_label("Put into").select_option(label="Contract")
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("#files")).to_contain_text("note.txt")
    expect(page.locator("#files")).to_contain_text("Contract")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_in_any_width(visit, firm, full, client_firm, people, theme):
    desk, phone = (
        visit(Role.EDITOR, to=firm, theme=theme),
        visit(Role.EDITOR, to=firm, theme=theme, size=PHONE),
    )
    pages = {
        "asset": f"assets/{full.pk}/",
        "asset-edit": f"assets/{full.pk}/edit/",
        "related-add": f"assets/{full.pk}/related/add/",
        "files": f"assets/{full.pk}/files/",
        "contact": f"contacts/{people[3].pk}/",
        "organization": f"organizations/{client_firm.pk}/",
        "expirations": f"organizations/{client_firm.pk}/expirations/",
        "expirations-everywhere": "global/expirations/",
    }
    problems = {}
    for name, path in pages.items():
        for tab in (desk, phone):
            found = Axe().run(tab.open(path)).response["violations"]
            told = [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]
            width = tab.page.viewport_size["width"]
            tab.page.screenshot(path=tab.shelf("beside") / f"{name}-{theme}-{width}.png", full_page=True)
            if told or tab.scrolls_sideways():
                problems[f"{name} at {width}"] = (told, tab.scrolls_sideways())
    assert problems == {}
