"""The documentation portal in a browser: a type of every kind of field, an asset, who sees it, its history, a saved view
and an import with bad rows."""

import csv
import io
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from flexible_assets.actions import FieldSpec, edit_asset
from flexible_assets.actions.building import TypeDetails, create_type
from flexible_assets.actions.content import AssetContent
from flexible_assets.actions.creating import create_asset
from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from flexible_assets.schema import schema_of
from organizations.access import account_transaction
from organizations.actions import ContactDetails, create_contacts, create_organization
from organizations.actions.groups import GroupProfile, create_group
from organizations.models import Contact, Organization, User
from organizations.roles import Role
from tests.e2e.office import PEOPLE, Founded, founded

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CLIENTS = ("Alder Dental", "Birch Law", "Cedar Foods")
#: Kind, name and what a builder chooses beyond them; the type begins with a Text field, Name.
KINDS: list[tuple[str, str, dict[str, str | bool]]] = [
    ("Textbox", "Steps", {}),
    ("Select", "State", {"Options": "Fine\nBroken", "in_list": True}),
    ("Date", "Ends", {"in_list": True, "expires": True}),
    ("Number", "Size", {"in_list": True}),
    ("Percent", "Filled", {}),
    ("Checkbox", "Monitored", {}),
    ("Header", "Access", {}),
    ("Upload", "Diagram", {}),
    ("Password", "Key", {}),
    ("Tag", "Owner", {"links": "Contacts"}),
]


@dataclass(frozen=True)
class Practice:
    firm: Founded
    people: dict[Role, User]

    @property
    def slug(self) -> str:
        return self.firm.slug

    def inside(self):
        return account_transaction(self.firm.account.pk)

    def organization(self, name: str) -> Organization:
        return Organization.objects.get(name=name)


@pytest.fixture
def practice(_database):
    """Three clients with a contact each, and a group of technicians; nobody reads Microsoft here."""
    with founded("Linden IT", tenants=1) as firm:
        now = timezone.now()
        with account_transaction(firm.account.pk):
            people = {role: User.objects.get(email=email) for role, (_, email) in PEOPLE.items()}
            for name in CLIENTS:
                client = create_organization(firm.account.pk, name=name, now=now)
                create_contacts(client, [ContactDetails(f"Ada {name.split()[0]}")], now=now)
        yield Practice(firm, people)


@pytest.fixture
def backups(practice):
    """A type with a few assets, made by the Administrator."""
    now, actor = timezone.now(), practice.people[Role.ADMINISTRATOR]
    fields = (
        FieldSpec("Name", "Text", use_for_title=True, required=True, show_in_list=True),
        FieldSpec("Size", "Number", show_in_list=True),
        FieldSpec("State", "Select", options=(("Fine", "ok"), ("Broken", "danger")), show_in_list=True),
        FieldSpec("Owner", "Tag", tag_type="Contacts"),
    )
    with practice.inside():
        account_id = practice.firm.account.pk
        asset_type = create_type(account_id, TypeDetails("Backups"), fields=fields, now=now, actor=actor)
        for number, name in enumerate(CLIENTS, start=1):
            ada = Contact.objects.get(organization__name=name)
            values = {"name": f"Nightly {number}", "size": number * 10, "state": "Fine", "owner": [ada.pk]}
            create_asset(
                schema_of(asset_type),
                organization=practice.organization(name),
                content=AssetContent(values),
                now=now,
                actor=actor,
            )
    return asset_type


def test_type_of_every_kind_is_built_and_an_asset_filled(visit, practice):
    tab = visit(to=practice.firm)
    page = tab.open("flexible-asset-types/new/")
    page.get_by_label("Name", exact=True).fill("Vaults")
    page.get_by_role("button", name="Create type").click()
    for kind, name, more in KINDS:
        page.get_by_role("link", name="Add field").first.click()
        _add_field(page, kind, name, more)
    expect(page.locator(".field-row")).to_have_count(len(KINDS) + 1)
    tab.keep("type-of-every-kind")
    page.get_by_role("button", name="Move Owner up").click()
    expect(page.locator(".field-row").nth(-2)).to_contain_text("Owner")
    # Kept as well: going elsewhere at once would end the request.
    expect(page.locator("#announcer")).to_have_text(f"Owner is number {len(KINDS)} of {len(KINDS) + 1}")

    with practice.inside():
        type_id = FlexibleAssetType.objects.get(name="Vaults").pk
        alder = practice.organization("Alder Dental").pk
    page = tab.open(f"organizations/{alder}/assets/{type_id}/")
    page.get_by_role("link", name="New").first.click()
    _fill_vault(page)
    tab.keep("asset-form")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Main vault")
    for text in ("Fine", "1,250", "42", "Ada Alder", "Call the vendor"):
        expect(page.locator("main")).to_contain_text(text)
    assert "s3cret" not in page.content()
    page.get_by_role("button", name="Reveal").first.click()
    expect(page.locator(".secret-text")).to_have_value("s3cret-Key")
    tab.keep("asset-of-every-kind")


def _add_field(page: Page, kind: str, name: str, more: dict[str, str | bool]) -> None:
    page.get_by_role("radio", name=kind, exact=True).check()
    page.get_by_label("Name", exact=True).fill(name)
    if "Options" in more:
        page.get_by_label("Options").fill(str(more["Options"]))
    if "links" in more:
        page.get_by_label("Links to").select_option(label=str(more["links"]))
    if more.get("in_list"):
        page.get_by_label("Show in lists").check()
    if more.get("expires"):
        page.get_by_label("Expiration").check()
    page.get_by_role("button", name="Add field").click()
    expect(page.locator(".field-row").filter(has_text=name).first).to_be_visible()


def _fill_vault(page: Page) -> None:
    page.get_by_label("Name required").fill("Main vault")
    page.locator("[contenteditable=true]").fill("Call the vendor")
    page.get_by_label("State").select_option("Fine")
    page.get_by_label("Ends").fill("2027-03-01")
    page.get_by_label("Size").fill("1250")
    page.get_by_label("Filled").fill("42")
    page.get_by_label("Monitored").check()
    page.get_by_label("Key", exact=True).fill("s3cret-Key")
    owner = page.get_by_role("combobox", name="Owner")
    owner.fill("Ada")
    page.get_by_role("option", name="Ada Alder").click()


def test_asset_restricted_to_a_group_is_gone_for_everybody_else(visit, practice, backups):
    with practice.inside():
        technician = practice.people[Role.EDITOR]
        profile = GroupProfile("Keyholders", members=frozenset({technician.pk}))
        create_group(
            practice.firm.account,
            profile=profile,
            now=timezone.now(),
            actor=practice.people[Role.ADMINISTRATOR],
        )
        asset = FlexibleAsset.objects.get(name="Nightly 1")
        alder, ada = asset.organization_id, Contact.objects.get(name="Ada Alder").pk
    places = _Places(backups.pk, alder, ada)
    reader = visit(Role.READ_ONLY, to=practice.firm)
    before = places.seen_by(reader)
    assert before == _Seen(True, True, True, True, "1", "60")

    tab = visit(Role.EDITOR, to=practice.firm)
    page = tab.open(f"assets/{asset.pk}/edit/")
    page.get_by_label("Specific groups and users").check()
    page.get_by_label("Keyholders").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nightly 1")
    tab.keep("restricted-asset")

    assert places.seen_by(tab) == before
    assert places.seen_by(reader) == _Seen(False, False, False, False, "0", "50")
    assert reader.page.request.get(reader.address(f"assets/{asset.pk}/")).status == 404


@dataclass(frozen=True)
class _Seen:
    in_list: bool
    in_search: bool
    in_export: bool
    in_tag: bool
    count: str
    total: str


@dataclass(frozen=True)
class _Places:
    type_id: int
    organization_id: int
    contact_id: int

    def seen_by(self, tab) -> _Seen:
        name, page = "Nightly 1", tab.open(f"global/{self.type_id}/")
        in_list, total = name in page.locator("#results").inner_text(), _total(page)
        export = page.request.get(tab.address(f"global/{self.type_id}/?export=csv")).text()
        page = tab.open(f"search/?q={name}")
        in_search = name in page.locator("main").inner_text().replace(f"“{name}”", "")
        in_tag = name in tab.open(f"contacts/{self.contact_id}/").locator("main").inner_text()
        page = tab.open(f"organizations/{self.organization_id}/")
        count = page.locator(".sidebar").get_by_role("link", name="Backups").locator(".count").inner_text()
        return _Seen(in_list, in_search, name in export, in_tag, count, total)


def _total(page: Page) -> str:
    return next(text for text in page.locator("#results tfoot td").all_inner_texts() if text.isdigit())


def test_earlier_revision_is_compared_and_restored(visit, practice, backups):
    with practice.inside():
        asset = FlexibleAsset.objects.get(name="Nightly 2")
        edit_asset(
            asset,
            changes={"name": "Weekly", "size": 7},
            now=timezone.now(),
            actor=practice.people[Role.EDITOR],
        )
    tab = visit(Role.EDITOR, to=practice.firm)
    page = tab.open(f"assets/{asset.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Weekly")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="History").click()
    expect(page.locator("#results tbody tr")).to_have_count(2)
    tab.keep("revisions")
    page.locator("#results tbody a").last.click()
    expect(page.locator("main")).to_contain_text("Nightly 2")
    tab.keep("revision")
    page.get_by_role("button", name="Restore revision 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nightly 2")
    with practice.inside():
        asset.refresh_from_db()
        assert (asset.name, asset.traits["size"], asset.revisions.count()) == ("Nightly 2", 20, 3)


def test_filtered_list_is_saved_as_a_view_and_opened_by_somebody_else(visit, practice, backups):
    tab = visit(Role.EDITOR, to=practice.firm)
    page = tab.open(f"global/{backups.pk}/?q=nightly&sort=-size")
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save this list as").fill("Largest first")
    page.get_by_label("Share with everyone").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Largest first")).to_be_visible()
    tab.keep("saved-view")
    reader = visit(Role.READ_ONLY, to=practice.firm)
    page = reader.open(f"global/{backups.pk}/")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Largest first").click()
    expect(page.locator("#results tbody tr").first).to_contain_text("Nightly 3")
    assert [row[0] for row in reader.result_rows()] == ["Nightly 3", "Nightly 2", "Nightly 1"]


def test_import_with_three_bad_rows_is_corrected_and_goes_through(visit, practice, backups, tmp_path):
    headers = ("Organization", "Name", "Size", "State", "Owner")
    good = ("Alder Dental", "Hourly", "5", "Fine", "Ada Alder")
    bad = [
        ("Oak Ltd", "Lost", "1", "", ""),
        ("Birch Law", "Odd", "many", "", ""),
        ("Cedar Foods", "Strange", "1", "Sunny", ""),
    ]
    tab = visit(to=practice.firm)
    page = _choose(tab, tmp_path / "bad.csv", headers, good, *bad)
    expect(page.locator("main")).to_contain_text("3 things to correct")
    assert [row.split("\t")[:2] for row in page.locator("#errors tbody tr").all_inner_texts()] == [
        ["3", "Organization"],
        ["4", "Size"],
        ["5", "State"],
    ]
    assert page.get_by_role("button", name="Import", exact=True).count() == 0
    tab.keep("import-with-errors")
    page = _choose(tab, tmp_path / "good.csv", headers, good, ("Birch Law", "Even", "2", "", ""))
    expect(page.locator("main")).to_contain_text("2 new")
    tab.keep("import-ready")
    tab.follow(page.get_by_role("button", name="Import", exact=True))
    expect(page.locator("main")).to_contain_text("2 new")
    with practice.inside():
        assert sorted(FlexibleAsset.objects.values_list("name", flat=True))[:2] == ["Even", "Hourly"]


def _choose(tab, path, *rows) -> Page:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue())
    page = tab.open("admin/import/")
    page.get_by_label("What the rows are").select_option(label="Backups")
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(path.name)
    return page
