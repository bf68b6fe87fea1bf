"""The pages of the type builder, as a person without JavaScript walks them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexible_assets.actions import FieldSpec, add_own_field, create_assets, lock_totals, refresh_totals
from flexible_assets.actions.building import TypeDetails, archive_type, create_type
from flexible_assets.actions.field_rules import FieldRefusedError
from flexible_assets.models import FlexibleAsset, FlexibleAssetField, FlexibleAssetType, TypeDenial
from flexible_assets.schema import schema_of
from flexible_assets.views import fields as views
from organizations.models import Group, GroupMember
from organizations.roles import Right, Role, has_right
from tests.factories import NOW, make_user
from tests.flexible_assets.test_types import RACKS, field_of
from tests.pages import page_of


@pytest.fixture
def racks(account, inside):
    with inside():
        return create_type(account.pk, TypeDetails("Racks", icon="server"), fields=RACKS, now=NOW)


@pytest.fixture
def filled(racks, organization, inside):
    with inside():
        schema = schema_of(racks)
        totals = lock_totals(schema, organization)
        contents = [{"rack": "B", "room": "Cellar", "state": "Worn"}, {"rack": "A", "room": "Attic"}]
        assets = create_assets(schema, contents, organization_id=organization.pk, now=NOW)
        refresh_totals(schema, totals)
    return assets


@pytest.fixture
def client(client_of):
    return client_of(Role.MANAGER)


@pytest.fixture
def base(account):
    return f"/{account.slug}/flexible-asset-types/"


def field_form(**sent):
    return {"kind": "Text", "name": "Depth", "show_in_list": "on"} | sent


def stored(inside, asset_type):
    with inside():
        return {field.key: field for field in schema_of(asset_type).fields}


def test_only_those_who_manage_types_reach_the_builder(client_of, base, racks):
    allowed = {role for role in Role if has_right(role, Right.MANAGE_TYPES)}
    assert allowed == {Role.ADMINISTRATOR, Role.MANAGER}
    for role in Role:
        answers = {client_of(role).get(f"{base}{page}").status_code for page in ("", f"{racks.pk}/")}
        assert answers == ({200} if role in allowed else {403})


def test_list_tells_what_there_is_of_each_type(client, base, filled, racks, account, inside):
    with inside():
        archive_type(create_type(account.pk, TypeDetails("Old"), now=NOW), now=NOW)
    page = page_of(client.get(base))
    assert page.rows == [["Racks", "Apps & Services", "Yes", "", "6", "2"]]
    assert page_of(client.get(f"{base}?show=archived")).rows[0][0] == "Old"
    assert [row[0] for row in page_of(client.get(f"{base}?show=all&q=rac")).rows] == ["Racks"]


def test_list_takes_as_many_queries_for_fifty_types_as_for_one(client, base, account, inside):
    counts = []
    client.get(base)  # the first page of a session writes it down
    for number in (1, 2, 47):
        with inside():
            for _ in range(number):
                create_type(account.pk, TypeDetails(f"Type {FlexibleAssetType.objects.count()}"), now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(base).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 15


def test_builder_takes_as_many_queries_for_fifty_fields_as_for_three(client, base, racks, inside, account):
    counts = []
    client.get(base)  # the first page of a session writes it down
    for number in (0, 44):
        with inside():
            FlexibleAssetField.objects.bulk_create(
                FlexibleAssetField(
                    account_id=account.pk,
                    asset_type=racks,
                    order=100 + each,
                    name=f"F{each}",
                    key=f"f{each}",
                    kind="Text",
                )
                for each in range(number)
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{base}{racks.pk}/").status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 15


def test_denied_type_is_not_there_for_a_manager(client_of, sign_in, base, racks, account, inside):
    manager = make_user(account, Role.MANAGER)
    with inside():
        group = Group.objects.create(account=account, name="g", sort_key="g")
        GroupMember.objects.create(account=account, group=group, user=manager)
        TypeDenial.objects.create(account=account, group=group, asset_type=racks)
    client = sign_in(manager)
    assert "Racks" not in page_of(client.get(base)).text
    assert client.get(f"{base}{racks.pk}/").status_code == 404
    assert client.post(f"{base}{racks.pk}/archive/").status_code == 404


def test_blank_type_is_made_and_shown(client, base, inside):
    answer = client.post(f"{base}new/", {"start": "", "name": "Keys"}, follow=True)
    page = page_of(answer)
    assert page.one("h1").text == "Keys"
    assert [each.text for each in page.all(class_="field-name")] == ["Name"]


def test_blank_type_needs_a_name(client, base):
    page = page_of(client.post(f"{base}new/", {"start": "", "name": " "}), status=422)
    assert page.texts(id="name-error") == ["Give the type a name."]


def test_ready_made_type_brings_its_name_and_fields(client, base, inside):
    page = page_of(client.post(f"{base}new/", {"start": "backup", "name": ""}, follow=True))
    assert page.one("h1").text == "Backup"
    assert "Last restore test" in page.texts(class_="field-name")


def test_ready_made_type_of_a_name_that_is_taken_is_told_so(client, base):
    client.post(f"{base}new/", {"start": "backup", "name": ""})
    page = page_of(client.post(f"{base}new/", {"start": "backup", "name": ""}), status=422)
    assert page.texts(id="name-error") == ["There is a type called Backup already. Choose another name."]
    assert page.one("input", id="start-backup").attributes["checked"] == ""
    assert page_of(client.post(f"{base}new/", {"start": "backup", "name": "Backup 2"}, follow=True)).one(
        "h1"
    ).text == ("Backup 2")


def test_type_is_edited(client, base, racks, inside):
    sent = {"name": "Cabinets", "description": "d", "section": "administration", "icon": "cpu"}
    page_of(client.post(f"{base}{racks.pk}/edit/", sent, follow=True))
    with inside():
        racks.refresh_from_db()
    assert (racks.name, racks.icon, racks.section, racks.show_in_menu) == (
        "Cabinets",
        "cpu",
        "administration",
        False,
    )


def test_edited_type_loses_nothing_when_something_is_wrong(client, base, racks):
    sent = {"name": "", "description": "kept", "section": "nowhere", "icon": "no-such-icon"}
    page = page_of(client.post(f"{base}{racks.pk}/edit/", sent), status=422)
    assert page.one("textarea", id="id_description").text == "kept"
    assert page.texts(id="name-error") == ["Give the type a name."]
    assert "There is no such icon. Choose one below." in page.texts("p", class_="form-error")


def test_icons_are_found_without_javascript_and_nothing_is_saved(client, base, racks, inside):
    sent = {
        "name": "Changed",
        "section": "administration",
        "icon": "server",
        "icon_search": "wifi",
        "find": "icons",
    }
    page = page_of(client.post(f"{base}{racks.pk}/edit/", sent))
    icons = [each.attributes["value"] for each in page.all("input", name="icon")]
    assert icons[:2] == ["server", "wifi"]
    assert page.one("input", id="id_name").attributes["value"] == "Changed"
    with inside():
        racks.refresh_from_db()
    assert racks.name == "Racks"


def test_icons_are_found_as_one_types(client, base):
    page = page_of(client.get(f"{base}icons/?icon=box&icon_search=printer"))
    assert [each.attributes["value"] for each in page.all("input", name="icon")][:2] == ["box", "printer"]
    assert "No icon is called so" in page_of(client.get(f"{base}icons/?icon=box&icon_search=zzz")).text


def test_field_is_added_and_the_next_one_offered(client, base, racks, inside):
    sent = field_form(kind="Number", decimals="2", default="1,250.5", hint="cm", required="on", another="1")
    answer = client.post(f"{base}{racks.pk}/fields/new/", sent)
    assert answer.headers["Location"] == f"{base}{racks.pk}/fields/new/"
    depth = stored(inside, racks)["depth"]
    assert (depth.kind, depth.decimals, depth.default, depth.slot, depth.required, depth.hint) == (
        "Number",
        2,
        "1250.50",
        "number_2",
        True,
        "cm",
    )


def test_what_another_kind_left_in_the_form_is_dropped(client, base, racks, inside):
    sent = field_form(
        kind="Header",
        required="on",
        use_for_title="on",
        is_expiration="on",
        options="a",
        decimals="2",
        default="x",
    )
    assert client.post(f"{base}{racks.pk}/fields/new/", sent).status_code == 302
    depth = stored(inside, racks)["depth"]
    assert (depth.required, depth.use_for_title, depth.show_in_list, depth.is_expiration) == (False,) * 4
    assert (depth.options, depth.decimals, depth.default) == ([], 0, None)


@pytest.mark.parametrize(
    ("sent", "place", "message"),
    [
        ({"name": ""}, "name-error", "Give the field a name."),
        ({"name": "ROOM"}, "name-error", "Racks has a field Room already."),
        ({"kind": "Select"}, "options-error", "Name at least one option, each on a line of its own."),
        ({"kind": "Tag"}, "tag-type-error", "Choose what the field links to."),
        (
            {"kind": "Tag", "tag_type": "FlexibleAssetType: 999999"},
            "tag-type-error",
            "Choose what the field links to.",
        ),
        ({"kind": "Date", "default": "soon"}, "default-error", "This must be a date, such as 2026-03-31."),
    ],
)
def test_field_that_can_not_be_is_told_at_its_place(client, base, racks, sent, place, message):
    page = page_of(client.post(f"{base}{racks.pk}/fields/new/", field_form(hint="kept", **sent)), status=422)
    assert page.texts(id=place) == [message]
    assert page.one("input", id="id_hint").attributes["value"] == "kept"


def test_tag_field_links_to_a_type_of_the_account(client, base, racks, schema, inside):
    sent = field_form(kind="Tag", tag_type=f"FlexibleAssetType: {schema.asset_type.pk}")
    assert client.post(f"{base}{racks.pk}/fields/new/", sent).status_code == 302
    assert stored(inside, racks)["depth"].tag_type == f"FlexibleAssetType: {schema.asset_type.pk}"


def test_tag_field_links_to_no_type_of_another_account(client, base, racks, rival, inside):
    with inside(rival):
        foreign = create_type(rival.pk, TypeDetails("Foreign"), now=NOW)
    sent = field_form(kind="Tag", tag_type=f"FlexibleAssetType: {foreign.pk}")
    page = page_of(client.post(f"{base}{racks.pk}/fields/new/", sent), status=422)
    assert page.texts(id="tag-type-error") == ["Choose what the field links to."]
    assert "Foreign" not in page.text


def test_edited_options_keep_the_tones_of_those_that_stay(client, base, racks, inside):
    field = stored(inside, racks)["state"]
    url = f"{base}{racks.pk}/fields/{field.pk}/"
    assert page_of(client.get(url)).one("textarea", id="id_options").text == "Good Worn"
    client.post(
        url, {"kind": "Select", "name": "State", "show_in_list": "on", "options": "New\r\n\r\n Worn "}
    )
    assert stored(inside, racks)["state"].options == [["New", ""], ["Worn", "warning"]]


def test_kind_of_a_field_with_values_is_no_choice(client, base, racks, filled, inside):
    room, bought = stored(inside, racks)["room"], stored(inside, racks)["bought"]
    page = page_of(client.get(f"{base}{racks.pk}/fields/{room.pk}/"))
    assert [each.attributes["value"] for each in page.all("input", name="kind")] == ["Text"]
    assert "2 assets hold values of it, so the kind stays." in page.text
    assert len(page_of(client.get(f"{base}{racks.pk}/fields/{bought.pk}/")).all("input", name="kind")) == 11
    refused = client.post(f"{base}{racks.pk}/fields/{room.pk}/", field_form(name="Room", kind="Number"))
    assert "Room holds values of 2 assets" in page_of(refused, status=422).text


def test_fields_move_by_their_buttons(client, base, racks, inside):
    keys = stored(inside, racks)
    url = f"{base}{racks.pk}/fields/order/"
    client.post(url, {"order": [field.pk for field in keys.values()], "down": keys["rack"].pk})
    assert list(stored(inside, racks))[:2] == ["room", "rack"]
    client.post(url, {"up": keys["owners"].pk})
    assert list(stored(inside, racks))[-2:] == ["owners", "bought"]
    dragged = {"order": [keys["owners"].pk, "x", 10**30, keys["rack"].pk]}
    client.post(url, dragged)
    client.post(url, dragged | {"moved": "x"})
    assert list(stored(inside, racks))[:2] == ["room", "rack"]
    client.post(url, dragged | {"moved": keys["owners"].pk})
    client.post(url, dragged | {"moved": keys["rack"].pk})
    assert list(stored(inside, racks))[:2] == ["owners", "rack"]
    client.post(url, {"up": keys["owners"].pk})
    assert list(stored(inside, racks))[:2] == ["owners", "rack"]


def test_field_that_holds_nothing_is_deleted_at_a_press(client, base, racks, inside):
    bought = stored(inside, racks)["bought"]
    url = f"{base}{racks.pk}/fields/{bought.pk}/delete/"
    assert "No asset holds anything in it" in page_of(client.get(url)).text
    client.post(url)
    assert "bought" not in stored(inside, racks)


def test_field_that_assets_fill_is_deleted_by_typing_its_name(client, base, racks, filled, inside):
    room = stored(inside, racks)["room"]
    url = f"{base}{racks.pk}/fields/{room.pk}/delete/"
    assert "2 assets lose what they hold in Room" in page_of(client.get(url)).text
    page = page_of(client.post(url, {"confirmation": "Rooom"}), status=422)
    assert page.texts(id="confirmation-error") == ["Type Room to delete what assets hold in it."]
    assert "room" in stored(inside, racks)
    client.post(url, {"confirmation": " room "})
    assert "room" not in stored(inside, racks)
    with inside():
        assert [asset.traits for asset in FlexibleAsset.objects.order_by("pk")] == [
            {"rack": "B", "state": "Worn"},
            {"rack": "A"},
        ]


def test_field_of_another_type_is_not_there(client, base, racks, schema):
    foreign = schema.by_key["site"]
    assert client.get(f"{base}{racks.pk}/fields/{foreign.pk}/").status_code == 404
    assert client.post(f"{base}{racks.pk}/fields/{foreign.pk}/delete/").status_code == 404


def test_locked_type_says_why_and_lets_people_add(client, base, schema, inside):
    servers = schema.asset_type
    page = page_of(client.get(f"{base}{servers.pk}/"))
    assert "Locked: kept in step with Inventory" in page.text
    assert page.texts("a", href=f"{base}{servers.pk}/fields/{schema.by_key['site'].pk}/") == []
    edit = page_of(client.get(f"{base}{servers.pk}/edit/"))
    assert (edit.all("input", id="id_name"), len(edit.all("select", id="id_section"))) == ([], 1)
    assert client.post(f"{base}{servers.pk}/fields/new/", field_form()).status_code == 302
    assert stored(inside, servers)["depth"].is_managed is False
    site = f"{base}{servers.pk}/fields/{schema.by_key['site'].pk}/"
    assert "Kept by Inventory" in page_of(client.get(site)).text
    assert client.post(site, field_form(name="Mine")).status_code == 422
    assert client.post(f"{site}delete/").status_code == 422
    client.post(f"{base}{servers.pk}/edit/", {"icon": "cpu", "section": "core-assets", "name": "Stolen"})
    with inside():
        servers.refresh_from_db()
    assert (servers.name, servers.icon, servers.section) == ("Servers", "cpu", "core-assets")


def test_type_is_archived_brought_back_and_deleted(client, base, racks, filled, inside):
    page = page_of(client.post(f"{base}{racks.pk}/archive/", follow=True))
    assert "Racks is archived" in page.text
    assert "Racks is active again." in page_of(client.post(f"{base}{racks.pk}/unarchive/", follow=True)).text
    page = page_of(client.post(f"{base}{racks.pk}/delete/"), status=422)
    assert "Racks has 2 assets" in page.text
    with inside():
        FlexibleAsset.objects.all().delete()
    assert "Racks is deleted." in page_of(client.post(f"{base}{racks.pk}/delete/", follow=True)).text
    with inside():
        assert not FlexibleAssetType.objects.filter(pk=racks.pk).exists()


def test_type_without_a_title_is_warned_about(client, base, account, inside):
    with inside():
        plain = create_type(
            account.pk, TypeDetails("Plain"), fields=[FieldSpec("Size", "Number", show_in_list=True)], now=NOW
        )
    assert "No field is used for the title" in page_of(client.get(f"{base}{plain.pk}/")).text


def test_names_of_types_and_fields_are_only_words(client, base, account, inside):
    with inside():
        sharp = create_type(
            account.pk,
            TypeDetails("<b>Sharp</b>", "<i>d</i>"),
            fields=[FieldSpec("<u>Edge</u>", "Text", hint="<s>h</s>", show_in_list=True)],
            now=NOW,
        )
        edge = field_of(sharp, FieldSpec("<u>Edge</u>", "Text").key)
    for page in ("", f"{sharp.pk}/", f"{sharp.pk}/edit/", f"{sharp.pk}/fields/{edge.pk}/"):
        html = client.get(f"{base}{page}").content.decode()
        assert [each for each in ("<b>Sharp", "<u>Edge", "<s>h", "<i>d") if each in html] == []


def test_form_of_a_field_that_was_changed_meanwhile_writes_over_nothing(client, base, racks, inside):
    url = f"{base}{racks.pk}/fields/{stored(inside, racks)['room'].pk}/"
    version = page_of(client.get(url)).one("input", name="version").attributes["value"]
    client.post(url, field_form(name="Room", hint="Theirs", version=version))
    wrong = page_of(client.post(url, field_form(name="", hint="Mine", version=version)), status=422)
    assert wrong.one("input", name="version").attributes["value"] == version
    page = page_of(client.post(url, field_form(name="Room", hint="Mine", version=version)), status=422)
    assert "Somebody else changed Room meanwhile." in page.text
    assert page.one("input", id="id_hint").attributes["value"] == "Mine"
    assert stored(inside, racks)["room"].hint == "Theirs"
    fresh = page.one("input", name="version").attributes["value"]
    client.post(url, field_form(name="Room", hint="Mine", version=fresh))
    assert stored(inside, racks)["room"].hint == "Mine"


def test_form_of_a_type_that_was_changed_meanwhile_writes_over_nothing(client, base, racks, inside):
    url = f"{base}{racks.pk}/edit/"
    version = page_of(client.get(url)).one("input", name="version").attributes["value"]
    sent = {"name": "Racks", "section": "core-assets", "icon": "server", "version": version}
    client.post(url, sent | {"description": "Theirs"})
    page = page_of(client.post(url, sent | {"description": "Mine"}), status=422)
    assert "Somebody else changed Racks meanwhile." in page.text
    assert page.one("textarea", name="description").text == "Mine"
    fresh = page.one("input", name="version").attributes["value"]
    assert client.post(url, sent | {"description": "Mine", "version": fresh}).status_code == 302
    with inside():
        racks.refresh_from_db()
    assert racks.description == "Mine"


def test_field_that_links_to_an_archived_type_is_edited_all_the_same(client, base, racks, account, inside):
    with inside():
        keys = create_type(account.pk, TypeDetails("Keys"), now=NOW)
        spec = FieldSpec("Opens with", "Tag", tag_type=f"FlexibleAssetType: {keys.pk}")
        add_own_field(schema_of(racks), spec, now=NOW)
        archive_type(keys, now=NOW)
    field = stored(inside, racks)["opens-with"]
    url = f"{base}{racks.pk}/fields/{field.pk}/"
    chosen = page_of(client.get(url)).one("select", id="id_tag_type").texts("option", selected="")
    assert chosen == ["What it links to now"]
    sent = {"kind": "Tag", "name": "Opens with", "hint": "A key", "tag_type": field.tag_type}
    assert client.post(url, sent).status_code == 302
    assert stored(inside, racks)["opens-with"].hint == "A key"


def test_deleting_what_somebody_filled_or_deleted_meanwhile_is_told(client, base, racks, inside, monkeypatch):
    """Between the look at what assets hold and the deletion."""
    bought = stored(inside, racks)["bought"]
    url = f"{base}{racks.pk}/fields/{bought.pk}/delete/"

    def refuse(*_, **__):
        raise FieldRefusedError("Somebody filled Bought meanwhile.")

    monkeypatch.setattr(views, "delete_field", refuse)
    assert client.post(url).status_code == 302
    assert "Somebody filled Bought meanwhile." in page_of(client.get(f"{base}{racks.pk}/")).text
    assert "bought" in stored(inside, racks)
