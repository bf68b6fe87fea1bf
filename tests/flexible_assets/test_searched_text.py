"""Search finds assets by what stands in any of their fields and notes, and tells in which; never by a password."""

import csv
import io
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from flexible_assets import search
from flexible_assets.actions import (
    AssetContent,
    FieldSpec,
    add_own_field,
    create_asset,
    create_assets,
    edit_asset,
    restore_revision,
    restrict_asset,
    update_assets,
)
from flexible_assets.actions.field_specs import spec_of
from flexible_assets.actions.fields import delete_field, edit_field
from flexible_assets.models import AssetRevision, FlexibleAsset, TypeDenial
from flexible_assets.searched_text import LONGEST, searched_text
from organizations.actions.imports import NewDraft, begin_import, run_import
from organizations.imports.targets import find_target
from organizations.models import Group, GroupMember, Organization, OrganizationAccess
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.conftest import LATER
from tests.pages import page_of

SECRET = "correct-horse-staple"
CONTENT = {
    "name": "Payroll",
    "vendor": "Société Générale",
    "state": "Retired",
    "price": "1,234.50",
    "discount": "12",
    "renewal": "2027-03-31",
    "signed": True,
    "manual": "<p>The <strong>spare</strong> key is be<em>hind</em> the mirror.</p><p>Call 555-0199.</p>",
    "admin-password": SECRET,
}
NOTES = "Circuit id: BE/4711-x\nAsk Ørjan first"


@pytest.fixture
def payroll(applications, organization, inside, administrator):
    """With something in every field, of which lists show the vendor alone."""
    with inside():
        content = AssetContent(CONTENT, NOTES, reason="created")
        return create_asset(
            applications, organization=organization, content=content, now=NOW, actor=administrator
        )


@pytest.fixture
def editor(account):
    return make_user(account, Role.EDITOR)


@pytest.fixture
def find(account, sign_in):
    """What the search page shows a user of assets: each with where the words stand."""

    def ask(user, term, **parameters):
        page = page_of(sign_in(user).get(f"/{account.slug}/search/", {"q": term, **parameters}))
        sections = page.one("div", id="found").all("section")
        found = [each for each in sections if each.one("h2").text.startswith("Flexible assets")]
        hits = [hit for section in found for hit in section.all("a", class_="hit")]
        return {hit.one("span", class_="hit-name").text: _note(hit) for hit in hits}

    return ask


def _note(hit):
    return "".join(hit.texts("span", class_="hit-note"))


@pytest.mark.parametrize(
    ("term", "note"),
    [
        ("2027-03-31", "Renewal: 2027-03-31"),
        ("1,234.50", "Price: 1,234.50"),
        ("1234.5", "Price: 1,234.50"),
        ("12%", "Discount: 12%"),
        ("retired", "State: Retired"),
        ("generale", "Vendor: Société Générale"),
        ("SOCIÉTÉ générale", "Vendor: Société Générale"),
        ("ciete", "Vendor: Société Générale"),
        ("spare key", "Manual: The spare key is behind the mirror. Call 555-0199."),
        ("behind the MIRROR", "Manual: The spare key is behind the mirror. Call 555-0199."),
        ("0199", "Manual: … behind the mirror. Call 555-0199."),
        ("be/4711-X", "Notes: Circuit id: BE/4711-x Ask Ørjan first"),
        ("orjan", "Notes: Circuit id: BE/4711-x Ask Ørjan first"),
        ("payroll spare", "Manual: The spare key is behind the mirror. Call 555-0199."),
        ("client mirror", "Manual: The spare key is behind the mirror. Call 555-0199."),
    ],
)
def test_asset_is_found_by_any_field_or_note_which_the_find_names(payroll, editor, find, term, note):
    assert find(editor, term) == {"Payroll": note}


@pytest.mark.parametrize(
    "term",
    [SECRET, "correct-horse", "true", "strong", "<p>", "yes", "id", "19", "spare wheel", "key spare harbor"],
)
def test_nothing_else_finds_it(payroll, editor, find, term):
    """No password, no tick, no markup; nothing too short; and all words must match."""
    assert find(editor, term) == {}


@pytest.mark.parametrize("term", ["100%", "50_50", "a\\b", "%", "___", "\\\\", "(.*)"])
def test_signs_that_patterns_are_made_of_stand_for_themselves(applications, organization, inside, editor, find, term):  # fmt: skip
    with inside():
        contents = [
            {"name": "Plain", "vendor": "1000 50x50 ab"},
            {"name": "Signs", "vendor": r"100% 50_50 a\b"},
        ]
        create_assets(applications, contents, organization_id=organization.pk, now=NOW)
    found = {"Signs": r"Vendor: 100% 50_50 a\b"} if term in ("100%", "50_50", "a\\b") else {}
    assert find(editor, term) == found


def test_names_come_before_texts_and_need_no_note(applications, organization, inside, editor, find):
    with inside():
        contents = [{"name": "Asterisk", "vendor": "Zed PBX"}, {"name": "Zed", "vendor": "Acme"}]
        create_assets(applications, contents, organization_id=organization.pk, now=NOW)
    assert list(find(editor, "zed").items()) == [("Zed", ""), ("Asterisk", "Vendor: Zed PBX")]


def test_texts_of_the_organization_named_come_before_those_of_others(
    account, applications, organization, inside, editor, find
):
    elsewhere = make_organization(account, "Elsewhere")
    with inside():
        far = [{"name": "Asterisk", "vendor": "Zed, a client of ours"}]
        create_assets(applications, far, organization_id=elsewhere.pk, now=NOW)
        near = [{"name": "PBX", "vendor": "Zed"}, {"name": "Zed", "vendor": "Acme"}]
        create_assets(applications, near, organization_id=organization.pk, now=NOW)
    assert list(find(editor, "client zed").items()) == [
        ("PBX", "Vendor: Zed"),
        ("Zed", ""),
        ("Asterisk", "Vendor: Zed, a client of ours"),
    ]


def test_long_values_leave_room_for_short_ones(applications, organization, inside, editor, find):
    long = " ".join(f"word{number:04}" for number in range(500))
    with inside():
        contents = {"name": "Long", "manual": f"<p>{long * 4}</p>", "vendor": f"{long[:1000]} END"}
        [asset] = create_assets(applications, [contents], organization_id=organization.pk, now=NOW)
        edit_asset(asset, changes={}, notes="SN-77", now=NOW)
        kept = FlexibleAsset.objects.values_list("search_text", flat=True).get(pk=asset.pk)
    assert len(kept) == LONGEST
    assert find(editor, "sn-77") == {"Long": "Notes: SN-77"}
    [note] = find(editor, "word0050").values()
    assert note == f"Vendor: … word0047 word0048 word0049 {long[450:530].rstrip()} …"
    with inside():
        edit_asset(asset, changes={"vendor": "x" * 900 + "5CG1234" + "y" * 90}, now=NOW)
    assert find(editor, "5cg1234") == {"Long": f"Vendor: … 5CG1234{'y' * 73} …"}


def test_text_keeps_to_its_bound_however_folding_lengthens_it():
    assert len(searched_text(["\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * LONGEST])) == LONGEST


@pytest.fixture
def spectators(account, applications, payroll, organization, inside):
    """Who must not know of the asset, by what keeps it from them."""
    elsewhere = make_organization(account, "Elsewhere")
    narrow, denied, ungranted = (make_user(account, Role.EDITOR) for _ in range(3))
    with inside():
        OrganizationAccess.objects.create(account=account, organization=elsewhere, user=narrow)
        type(narrow).objects.filter(pk=narrow.pk).update(all_organizations=False)
        group = Group.objects.create(account=account, name="Helpers", sort_key="helpers")
        GroupMember.objects.create(account=account, group=group, user=denied)
        TypeDenial.objects.create(account=account, group=group, asset_type=applications.asset_type)
    return {"organization": narrow, "type": denied, "asset": ungranted}


@pytest.mark.parametrize("kept_by", ["organization", "type", "asset"])
def test_text_of_what_a_reader_may_not_see_tells_nothing(payroll, spectators, editor, find, inside, kept_by):
    if kept_by == "asset":
        with inside():
            restrict_asset(payroll, users=[editor], now=NOW)
    assert find(editor, "mirror") == {"Payroll": "Manual: The spare key is behind the mirror. Call 555-0199."}
    for term in ("mirror", "client mirror", "be/4711"):
        assert find(spectators[kept_by], term) == {}


def test_common_words_of_what_a_reader_may_not_see_take_no_place(
    account, applications, payroll, spectators, find, inside, monkeypatch
):
    """As where more assets hold the word than are looked at."""
    monkeypatch.setattr(search, "CANDIDATES", 1)
    with inside():
        elsewhere = Organization.objects.get(name="Elsewhere")
        contents = [{"name": "Theirs", "vendor": "Mirror works"}]
        create_assets(applications, contents, organization_id=elsewhere.pk, now=NOW)
    assert find(spectators["organization"], "mirror") == {"Theirs": "Vendor: Mirror works"}
    assert len(find(make_user(account, Role.EDITOR), "mirror")) == 1


def test_text_of_another_account_tells_nothing(payroll, rival, sign_in):
    browser = sign_in(make_user(rival, Role.ADMINISTRATOR))
    page = page_of(browser.get(f"/{rival.slug}/search/", {"q": "mirror"}))
    assert page.one("div", class_="empty").one("h2").text == "Nothing found"


def test_search_within_an_organization_keeps_to_its_texts(account, payroll, organization, editor, find):
    elsewhere = make_organization(account, "Elsewhere")
    assert find(editor, "mirror", organization=elsewhere.pk) == {}
    assert list(find(editor, "mirror", organization=organization.pk)) == ["Payroll"]


def test_archived_are_found_by_their_texts_only_if_asked_for(payroll, editor, find, inside):
    with inside():
        FlexibleAsset.objects.filter(pk=payroll.pk).update(archived=True)
    assert find(editor, "mirror") == {}
    assert list(find(editor, "mirror", archived="yes")) == ["Payroll"]
    with inside():
        FlexibleAsset.objects.filter(pk=payroll.pk).update(deleted_at=NOW)
    assert find(editor, "mirror", archived="yes") == {}


def test_edits_and_restored_revisions_are_found_by_what_they_say(payroll, editor, find, inside, administrator):  # fmt: skip
    with inside():
        edit_asset(payroll, changes={"manual": "Under the mat"}, notes="", now=LATER, actor=administrator)
    assert (find(editor, "mirror"), find(editor, "be/4711")) == ({}, {})
    assert find(editor, "the mat") == {"Payroll": "Manual: Under the mat"}
    with inside():
        first = AssetRevision.objects.earliest("number")
        restore_revision(first, now=LATER, actor=administrator)
    assert (list(find(editor, "mirror")), list(find(editor, "be/4711"))) == (["Payroll"], ["Payroll"])
    assert find(editor, "the mat") == {}


def test_deleted_field_takes_its_words_along_and_leaves_the_others(applications, payroll, editor, find, inside):  # fmt: skip
    with inside():
        delete_field(applications.by_key["manual"], now=LATER)
    assert find(editor, "mirror") == {}
    assert find(editor, "generale") == {"Payroll": "Vendor: Société Générale"}
    assert find(editor, "be/4711") == {"Payroll": "Notes: Circuit id: BE/4711-x Ask Ørjan first"}
    assert find(editor, SECRET) == {}


def test_number_is_found_as_its_field_writes_it_now(applications, payroll, editor, find, inside):
    price = applications.by_key["price"]
    with inside():
        FlexibleAsset.objects.filter(pk=payroll.pk).update(notes="")
        edit_field(price, _with(price, decimals=0), now=LATER)
    assert find(editor, "1,234.50") == {}
    assert find(editor, "1,235") == {"Payroll": "Price: 1,235"}
    assert list(find(editor, "mirror")) == ["Payroll"]


def test_changes_of_a_field_that_leave_its_words_leave_the_text(applications, payroll, inside):
    vendor, before = applications.by_key["vendor"], _text(payroll, inside)
    with inside():
        edit_field(vendor, _with(vendor, use_for_title=True, show_in_list=False), now=LATER)
    assert _text(payroll, inside) == before


def test_field_of_another_kind_is_searched_once_it_is_filled(applications, payroll, editor, find, inside):
    with inside():
        schema = add_own_field(applications, FieldSpec("Rack", "Checkbox"), now=NOW)
        rack = schema.by_key["rack"]
        edit_field(rack, _with(rack, kind="Text"), now=LATER)
        edit_asset(payroll, changes={"rack": "R12-U40"}, now=LATER)
    assert find(editor, "u40") == {"Payroll": "Rack: R12-U40"}


def test_imported_assets_are_found_by_their_cells(applications, organization, editor, find, inside, administrator):  # fmt: skip
    lines = [
        ("Organization", "Name", "Vendor", "Manual", "Notes"),
        ("Client", "Ledger", "Zed", "Blue binder", "Shelf 9"),
    ]
    with inside():
        for changed in ("Blue binder", "Red binder"):
            text = io.StringIO()
            csv.writer(text).writerows([lines[0], (*lines[1][:3], changed, lines[1][4])])
            target = find_target(administrator, f"type:{applications.asset_type.pk}")
            draft = begin_import(target, NewDraft("f.csv", text.getvalue()), now=NOW, actor=administrator)
            run_import(target, draft, now=NOW, actor=administrator)
    assert find(editor, "blue binder") == {}
    assert find(editor, "red binder") == {"Ledger": "Manual: Red binder"}
    assert find(editor, "shelf") == {"Ledger": "Notes: Shelf 9"}


def test_synced_assets_are_found_by_what_the_sync_and_people_wrote(schema, servers, editor, find, inside):
    dell = servers[0]
    with inside():
        own = add_own_field(schema, FieldSpec("Rack", "Text"), now=NOW)
        edit_asset(dell, changes={"rack": "R12-U40"}, notes="Warm spare", now=NOW)
        update_assets(
            own, {dell.pk: {"vendor": "Dell", "cores": 4, "site": "Graz", "notes": "SN 5CG1"}}, now=LATER
        )
    assert find(editor, "5cg1") == {"Dell": "Notes: SN 5CG1"}
    assert find(editor, "graz u40 spare") == {"Dell": "Site: Graz"}


def test_assets_of_before_get_their_text(payroll, inside):
    written = _text(payroll, inside)
    with inside():
        FlexibleAsset.objects.filter(pk=payroll.pk).update(search_text="")
    migration = import_module("flexible_assets.migrations.0006_search_text")
    with transaction.atomic(using="owner"):
        migration.fill_search_texts(apps, connections["owner"].schema_editor())
    assert _text(payroll, inside) == written
    assert SECRET not in written


def test_palette_names_the_field_as_well(account, payroll, editor, sign_in):
    page = page_of(sign_in(editor).get(f"/{account.slug}/palette/", {"q": "mirror"}))
    assert page.texts("span", class_="palette-note") == [
        "Manual: The spare key is behind the mirror. Call 555-0199."
    ]


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_search_of_texts_takes_the_same_few_queries_however_much_it_finds(
    account, applications, organization, inside, editor, sign_in, rows
):
    with inside():
        contents = [{"name": f"Port {number}", "vendor": "Harbor"} for number in range(rows)]
        create_assets(applications, contents, organization_id=organization.pk, now=NOW)
    browser = sign_in(editor)
    with CaptureQueriesContext(connection) as queries:
        page = page_of(browser.get(f"/{account.slug}/search/", {"q": "client harbor"}))
    assert len(page.all("span", class_="hit-note")) == rows
    asked = [each["sql"] for each in queries if each["sql"].startswith("SELECT")]
    assert len(asked) <= 15, "\n".join(asked)


def test_no_page_reads_the_text_but_search_by_its_condition(
    account, applications, payroll, organization, administrator, sign_in
):
    browser = sign_in(administrator)
    pages = [
        f"global/{applications.asset_type.pk}/",
        f"organizations/{organization.pk}/assets/{applications.asset_type.pk}/",
        f"assets/{payroll.pk}/",
        f"assets/{payroll.pk}/edit/",
        f"assets/{payroll.pk}/history/",
        "global/expirations/",
        f"organizations/{organization.pk}/",
        "deleted-assets/",
        "search/?q=mirror",
    ]
    with CaptureQueriesContext(connection) as queries:
        for page in pages:
            assert browser.get(f"/{account.slug}/{page}").status_code == 200, page
    read = [each["sql"] for each in queries if '"search_text"' in each["sql"].split(" FROM ")[0]]
    assert read == []


def _with(field, **changes):
    spec = spec_of(field)
    return type(spec)(**{**vars(spec), **changes})


def _text(asset, inside):
    with inside():
        return FlexibleAsset.objects.values_list("search_text", flat=True).get(pk=asset.pk)
