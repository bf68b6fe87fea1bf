"""What a person may change of an asset, by action and on its page."""

import pytest

from flexible_assets.actions import (
    FieldSpec,
    InvalidAssetError,
    LockedFieldError,
    add_own_field,
    edit_asset,
    release_assets,
    replace_tags,
)
from flexible_assets.models import FlexibleAsset
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW
from tests.flexible_assets.conftest import LATER
from tests.pages import page_of

EMPTY = "\N{EN DASH}"
TERM = FieldSpec("Term", "Select", options=(("Monthly", "ok"), ("Annual", "warning")))


@pytest.fixture
def own_schema(schema, inside):
    with inside():
        schema = add_own_field(schema, FieldSpec("Rack owner", "Text", hint="A team"), now=NOW)
        schema = add_own_field(schema, FieldSpec("Power", "Number", decimals=1, required=True), now=NOW)
        return add_own_field(schema, TERM, now=NOW)


@pytest.fixture
def dell(own_schema, servers):
    return servers[0]


@pytest.fixture
def released(dell, inside):
    """An ordinary asset that a disconnect left behind."""
    with inside():
        release_assets([dell.pk], now=NOW)
        return FlexibleAsset.objects.get(pk=dell.pk)


@pytest.fixture
def edit_url(account, dell):
    return f"/{account.slug}/assets/{dell.pk}/edit/"


@pytest.fixture
def stored(inside, dell):
    def read() -> FlexibleAsset:
        with inside():
            return FlexibleAsset.objects.get(pk=dell.pk)

    return read


def edits() -> list[Activity]:
    return list(Activity.objects.filter(action="flexible-asset.edited").order_by("pk"))


def test_own_fields_and_notes_are_written_and_told(dell, inside, stored, administrator, organization):
    with inside():
        edit_asset(dell, changes={"rack-owner": "Ops "}, notes=" Loud. ", now=LATER, actor=administrator)
        edit_asset(dell, changes={"rack-owner": "Net"}, now=LATER, actor=administrator)
        first, second = edits()
    assert stored().traits == {"vendor": "Dell", "cores": 4, "price": "1.50", "rack-owner": "Net"}
    assert (stored().notes, stored().updated_at) == ("Loud.", LATER)
    assert (first.subject, first.user_id, first.organization_id, first.details) == (
        "Dell",
        administrator.pk,
        organization.pk,
        {
            "fields": {"rack-owner": {"before": None, "after": "Ops"}},
            "notes": {"before": "", "after": "Loud."},
        },
    )
    assert second.details == {"fields": {"rack-owner": {"before": "Ops", "after": "Net"}}}
    assert (second.subject_kind, second.subject_id) == ("flexibleasset", dell.pk)


def test_edit_that_changes_nothing_writes_nothing(dell, inside, stored):
    with inside():
        edit_asset(dell, changes={"rack-owner": "Ops"}, notes="Loud", now=NOW)
        edit_asset(dell, changes={"rack-owner": " Ops", "term": ""}, notes="Loud ", now=LATER)
        assert len(edits()) == 1
    assert stored().updated_at == NOW


def test_empty_value_clears_a_field(dell, inside, stored):
    with inside():
        edit_asset(dell, changes={"rack-owner": "Ops", "term": "Annual"}, now=NOW)
        edit_asset(dell, changes={"rack-owner": None, "term": ""}, now=LATER)
    assert stored().traits == {"vendor": "Dell", "cores": 4, "price": "1.50"}


def test_managed_field_of_a_locked_asset_is_refused(dell, inside, stored):
    with pytest.raises(LockedFieldError) as refused, inside():
        edit_asset(dell, changes={"rack-owner": "Ops", "vendor": "HP", "cores": 8}, notes="n", now=LATER)
    assert str(refused.value) == (
        "Vendor and Cores can't be changed here, since Inventory would overwrite it. "
        "Change it in Inventory; the next sync brings it."
    )
    assert (stored().traits, stored().notes) == ({"vendor": "Dell", "cores": 4, "price": "1.50"}, "")


def test_values_that_do_not_fit_are_told_field_by_field(dell, inside, stored):
    changes = {"rack-owner": 7, "power": " ", "term": "Weekly", "color": "red"}
    with pytest.raises(InvalidAssetError) as refused, inside():
        edit_asset(dell, changes=changes, now=LATER)
    assert refused.value.errors == {
        "rack-owner": "This must be text.",
        "power": "This field is required.",
        "term": "This must be one of: Monthly, Annual.",
        "color": "This type has no such field.",
    }
    assert "rack-owner" not in stored().traits


def test_asset_that_nobody_keeps_in_step_is_open_to_the_last_field(released, inside):
    with inside():
        edit_asset(released, changes={"vendor": "Supermicro", "cores": "16", "price": "9"}, now=LATER)
        released.refresh_from_db()
    assert released.traits == {"vendor": "Supermicro", "cores": 16, "price": "9.00"}
    assert (released.name, released.sort_key, released.number_1, released.number_2) == (
        "Supermicro", "supermicro", 900, 16,
    )  # fmt: skip


def test_edit_leaves_what_a_sync_wrote_meanwhile(dell, inside, stored):
    stale = stored()
    with inside():
        fresh = stored()
        fresh.traits = {"vendor": "Dell", "cores": 32}
        fresh.save(update_fields=["traits"])
        edit_asset(stale, changes={"rack-owner": "Ops"}, now=LATER)
    assert stored().traits == {"vendor": "Dell", "cores": 32, "rack-owner": "Ops"}


# The page.


def test_page_offers_own_fields_and_shows_what_is_locked(
    client_of, dell, own_schema, people, inside, edit_url
):
    with inside():
        replace_tags(own_schema.by_key["owners"], {dell.pk: people})
    page = page_of(client_of(Role.EDITOR).get(edit_url)).one("main")
    locked = page.one("section", class_="read-only")
    assert locked.one("h2").text == "Kept in step by Inventory"
    assert locked.pairs == {
        "Vendor": "Dell", "Model": EMPTY, "Site": EMPTY, "Price": "1.50", "Cores": "4", "Notes": EMPTY,
    }  # fmt: skip
    form = page.one("form")
    assert [each.text for each in form.all("label")][:4] == ["Rack owner", "Power required", "Term", "Notes"]
    assert form.one("select").texts("option") == [EMPTY, "Monthly", "Annual"]
    assert form.one("input", name="field-power").attributes["inputmode"] == "decimal"


def test_page_saves_and_shows_what_was_saved(client_of, edit_url, stored):
    client = client_of(Role.CREATOR)
    sent = {
        "field-rack-owner": "Ops",
        "field-power": "2.25",
        "field-term": "Annual",
        "notes": "First line\r\nSecond <b>",
        "audience": "everyone",
    }
    response = client.post(edit_url, sent)
    assert (response.status_code, response.headers["Location"]) == (302, edit_url.removesuffix("edit/"))
    page = page_of(client.get(response.headers["Location"]))
    fields = page.one("section", **{"aria-labelledby": "fields-1"}).pairs
    assert (fields["Rack owner"], fields["Power"], fields["Term"]) == ("Ops", "2.3", "Annual")
    assert page.one("p", class_="plain-text").children == ["First line\nSecond <b>"]
    again = page_of(client.get(edit_url)).one("main").one("form")
    assert again.one("input", name="field-power").attributes["value"] == "2.3"
    assert [each.text for each in again.one("select").all("option") if "selected" in each.attributes] == [
        "Annual"
    ]
    assert stored().traits["vendor"] == "Dell"


def test_invalid_form_says_what_to_do_and_keeps_what_was_typed(client_of, edit_url, stored):
    sent = {"field-rack-owner": "Ops", "field-power": "much", "notes": "n", "audience": "everyone"}
    page = page_of(client_of(Role.EDITOR).post(edit_url, sent), status=422)
    assert page.one("div", id="id_field-power-error").text == "This must be a number."
    power = page.one("input", name="field-power").attributes
    assert (power["value"], power["aria-invalid"], power["aria-describedby"].split()) == (
        "much",
        "true",
        ["id_field-power-error"],
    )
    assert page.one("input", name="field-rack-owner").attributes["value"] == "Ops"
    assert page.one("textarea", name="notes").text == "n"
    assert (stored().notes, "rack-owner" in stored().traits) == ("", False)


def test_form_that_names_a_locked_field_changes_nothing_of_it(client_of, edit_url, stored):
    sent = {"field-power": "1", "field-vendor": "HP", "vendor": "HP", "notes": "", "audience": "everyone"}
    assert client_of(Role.EDITOR).post(edit_url, sent).status_code == 302
    assert (stored().name, stored().traits["vendor"], stored().traits["power"]) == ("Dell", "Dell", "1.0")


def test_released_asset_is_edited_through_the_same_form(client_of, released, edit_url, stored):
    client = client_of(Role.EDITOR)
    assert page_of(client.get(edit_url)).all("section", class_="read-only") == []
    sent = {"field-vendor": "HP", "field-power": "1", "field-notes": "a field", "notes": "the notes"}
    assert client.post(edit_url, sent | {"audience": "everyone"}).status_code == 302
    assert (stored().name, stored().traits["notes"], stored().notes) == ("HP", "a field", "the notes")
    shown = page_of(client.get(edit_url.removesuffix("edit/")))
    assert shown.all("button", popovertarget="locked-explained") == []


@pytest.mark.parametrize(("role", "may"), [(Role.CREATOR, True), (Role.READ_ONLY, False)])
def test_only_those_who_may_edit_are_offered_to(client_of, edit_url, role, may):
    client = client_of(role)
    page = page_of(client.get(edit_url.removesuffix("edit/")))
    assert page.texts("a", href=edit_url) == (["Edit"] if may else [])
    assert client.get(edit_url).status_code == (200 if may else 403)
    assert client.post(edit_url, {"notes": "n"}).status_code == (422 if may else 403)
