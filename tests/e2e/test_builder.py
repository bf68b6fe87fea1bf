"""Building a flexible asset type in a browser: with the mouse, with the keyboard, and with every kind of field."""

import pytest
from playwright.sync_api import expect

from flexible_assets.actions import FieldSpec
from flexible_assets.actions.building import TypeDetails, create_type
from flexible_assets.field_kinds import FIELD_KINDS
from flexible_assets.models import FlexibleAsset
from flexible_assets.schema import schema_of
from organizations.access import account_transaction
from tests.factories import NOW
from tests.flexible_assets.test_types import RACKS

pytestmark = pytest.mark.browser


@pytest.fixture
def racks(office, request):
    with account_transaction(office.account.pk):
        return create_type(
            office.account.pk,
            TypeDetails(f"Racks {request.node.name[:60]}", icon="server"),
            fields=RACKS,
            now=NOW,
        )


def order_of(asset_type):
    with account_transaction(asset_type.account_id):
        return [field.name for field in schema_of(asset_type).fields]


def names_in(page):
    return [each.strip() for each in page.locator(".field-name > :first-child").all_inner_texts()]


def test_type_with_every_kind_is_built(visit):
    page = visit().open("flexible-asset-types/")
    page.get_by_role("link", name="New type").click()
    expect(page.get_by_role("button", name="Create type")).to_be_visible()
    page.get_by_label("Name").fill("Everything")
    page.get_by_role("button", name="Create type").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything")
    page.get_by_role("link", name="Add field").click()
    expect(page.get_by_role("button", name="Add and go on")).to_be_visible()
    for kind in FIELD_KINDS:
        page.get_by_label("Name").fill(f"The {kind}")
        page.get_by_role("radio", name=kind, exact=True).check()
        if page.get_by_label("Options").is_visible():
            page.get_by_label("Options").fill("One\nTwo")
        if page.get_by_label("Links to").is_visible():
            page.get_by_label("Links to").select_option("Contacts")
        page.get_by_role("button", name="Add and go on").click()
        expect(page.get_by_text(f"The {kind} is added.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator(".field-name")).to_have_count(len(FIELD_KINDS) + 1)
    assert names_in(page) == ["Name", *(f"The {kind}" for kind in FIELD_KINDS)]


def test_form_shows_what_the_kind_has_a_use_for(visit, racks):
    page = visit().open(f"flexible-asset-types/{racks.pk}/fields/new/")
    shown = {}
    for kind in FIELD_KINDS:
        page.get_by_role("radio", name=kind, exact=True).check()
        labels = (
            "Options",
            "Links to",
            "Decimals",
            "Default",
            "Required",
            "Use for the title",
            "Show in lists",
            "Expiration",
        )
        shown[kind] = {label for label in labels if page.get_by_label(label, exact=True).is_visible()}
    anywhere = {"Default", "Required", "Show in lists"}
    assert shown == {
        "Text": anywhere | {"Use for the title"},
        "Textbox": anywhere,
        "Select": anywhere | {"Use for the title", "Options"},
        "Date": anywhere | {"Use for the title", "Expiration"},
        "Number": anywhere | {"Decimals"},
        "Percent": anywhere | {"Decimals"},
        "Checkbox": anywhere,
        "Header": set(),
        "Upload": {"Required", "Show in lists"},
        "Password": {"Required"},
        "Tag": {"Required", "Show in lists", "Links to"},
    }


def test_field_is_dragged_to_another_place(visit, racks):
    page = visit().open(f"flexible-asset-types/{racks.pk}/")
    grips = page.locator("[data-grip]")
    start, end = grips.nth(0).bounding_box(), grips.nth(3).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + end["height"] - 2, steps=8)
    page.mouse.up()
    expect(page.locator("#announcer")).to_have_text("Rack is number 4 of 6")
    assert names_in(page) == order_of(racks) == ["Room", "Units", "State", "Rack", "Bought", "Owners"]


def test_field_is_moved_by_keys_that_keep_the_focus(visit, racks):
    page = visit().open(f"flexible-asset-types/{racks.pk}/")
    down = page.get_by_role("button", name="Move Room down")
    down.focus()
    for place in (3, 4):
        page.keyboard.press("Enter")
        expect(page.locator("#announcer")).to_have_text(f"Room is number {place} of 6")
        expect(down).to_be_focused()
    assert order_of(racks) == ["Rack", "Units", "State", "Room", "Bought", "Owners"]
    page.get_by_role("button", name="Move Units up").press("Enter")
    expect(page.locator("#announcer")).to_have_text("Units is number 1 of 6")
    expect(page.get_by_role("button", name="Move Units down")).to_be_focused()


def test_icon_is_found_by_typing_and_chosen_by_keys(visit, racks):
    page = visit().open(f"flexible-asset-types/{racks.pk}/edit/")
    page.get_by_label("Find an icon").fill("projector")
    expect(page.get_by_role("radio", name="projector", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="server", exact=True)).to_be_checked()
    page.get_by_role("radio", name="server", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="projector", exact=True)).to_be_checked()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    with account_transaction(racks.account_id):
        racks.refresh_from_db()
    assert racks.icon == "projector"


@pytest.fixture
def writing(visit, office):
    """The form of a new asset with a Textbox."""
    fields = (*RACKS[:1], FieldSpec("How to", "Textbox", required=True))
    with account_transaction(office.account.pk):
        asset_type = create_type(office.account.pk, TypeDetails("Guides"), fields=fields, now=NOW)
    page = visit().open(f"organizations/{office.organization(0).pk}/assets/{asset_type.pk}/new/")
    page.get_by_label("Rack").fill("One")
    yield page
    with account_transaction(office.account.pk):
        FlexibleAsset.objects.of_type(asset_type).delete()
        asset_type.delete()


def stored_guide(office):
    with account_transaction(office.account.pk):
        return FlexibleAsset.objects.get(name="One").traits["how-to"]


def test_rich_text_is_written_formatted_and_shown(writing, office):
    page = writing
    editor = page.get_by_role("textbox", name="How to")
    editor.click()
    page.get_by_role("button", name="Heading").click()
    page.keyboard.type("Restart")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Bulleted list").click()
    page.keyboard.type("Stop ")
    page.keyboard.press("Control+b")
    page.keyboard.type("twice")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_label("Address of the link").fill("https://docs.example.test/")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    shown = page.locator(".rich-text")
    expect(shown.get_by_role("heading", name="Restart")).to_be_visible()
    expect(shown.get_by_role("listitem")).to_have_text(["Stop twice", "https://docs.example.test/"])
    expect(shown.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer nofollow")
    assert "<b>twice</b>" in stored_guide(office)


def test_what_is_pasted_keeps_the_allow_list_alone(writing, office):
    page = writing
    page.get_by_role("textbox", name="How to").click()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/html", '<div style="color:red"><p onclick="x()">Cable <i>A</i></p><script>x</script></div>');
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator(".rich-text-editor i")).to_have_text("A")
    assert page.locator(".rich-text-editor :is(div, script, [style], [onclick])").count() == 0
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("One")
    expect(page.locator(".rich-text")).to_have_text("Cable A")
    assert stored_guide(office) == "<p>Cable <i>A</i></p>"


def test_form_holds_on_to_its_files_until_it_is_right(visit, office):
    """The field that is wrong is no file, and the file is chosen once."""
    fields = (
        *RACKS[:1],
        FieldSpec("Contract", "Upload", required=True, hint="Signed by both."),
        FieldSpec("Height", "Number"),
    )
    with account_transaction(office.account.pk):
        asset_type = create_type(office.account.pk, TypeDetails("Leases"), fields=fields, now=NOW)
    tab = visit()
    page = tab.open(f"organizations/{office.organization(0).pk}/assets/{asset_type.pk}/new/")
    page.get_by_label("Rack").fill("One")
    page.get_by_label("Height").fill("tall")
    page.get_by_label("Contract required").set_input_files(
        {"name": "lease.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("checkbox", name="lease.pdf")).to_be_checked()
    expect(page.get_by_text("This must be a number.")).to_be_visible()
    assert [complaint[:4] for complaint in tab.complaints] == ["422 ", "erro"]
    tab.complaints.clear()
    page.get_by_label("Height").fill("1,042")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("One")
    expect(page.locator("#files").get_by_role("link", name="lease.pdf")).to_be_visible()
    expect(page.get_by_text("1,042")).to_be_visible()
    with account_transaction(office.account.pk):
        FlexibleAsset.objects.of_type(asset_type).delete()
        asset_type.delete()
