"""What people do to types and their fields, and what becomes of the assets."""

from copy import copy
from dataclasses import replace
from datetime import date
from threading import Event

import pytest
from django.db.models.expressions import RawSQL

from flexible_assets.actions import (
    AssetContent,
    FieldSpec,
    add_own_field,
    create_asset,
    create_assets,
    edit_asset,
    lock_totals,
    refilling,
    refresh_totals,
)
from flexible_assets.actions.building import (
    StaleTypeError,
    TypeDetails,
    TypeRefusedError,
    archive_type,
    create_type,
    delete_type,
    edit_type,
    unarchive_type,
)
from flexible_assets.actions.field_rules import (
    FieldRefusedError,
    SlotsUsedUpError,
    StaleFieldError,
    assets_holding,
)
from flexible_assets.actions.field_specs import spec_of
from flexible_assets.actions.fields import delete_field, edit_field, move_field
from flexible_assets.actions.tags import set_tags
from flexible_assets.models import (
    AssetExpiration,
    FlexibleAsset,
    FlexibleAssetType,
    OrganizationTotals,
)
from flexible_assets.schema import Schema, schema_of
from organizations.access import account_transaction
from organizations.models import Activity
from tests.factories import NOW
from tests.flexible_assets.conftest import LATER

RACKS = (
    FieldSpec("Rack", "Text", required=True, use_for_title=True, show_in_list=True),
    FieldSpec("Room", "Text", show_in_list=True),
    FieldSpec("Units", "Number", show_in_list=True),
    FieldSpec("State", "Select", show_in_list=True, options=(("Good", "ok"), ("Worn", "warning"))),
    FieldSpec("Bought", "Date"),
    FieldSpec("Owners", "Tag", tag_type="Contacts"),
)


@pytest.fixture
def racks(account, inside, administrator):
    with inside():
        return create_type(
            account.pk, TypeDetails("Racks", icon="server"), fields=RACKS, now=NOW, actor=administrator
        )


@pytest.fixture
def filled(racks, organization, inside):
    """Two racks, counted in the totals."""
    contents = [
        {"rack": "B", "room": "Cellar", "units": 42, "state": "Worn", "bought": "2024-05-01"},
        {"rack": "A", "room": "Attic", "units": 12},
    ]
    with inside():
        schema = schema_of(racks)
        totals = lock_totals(schema, organization)
        assets = create_assets(schema, contents, organization_id=organization.pk, now=NOW)
        refresh_totals(schema, totals)
    return assets


def field_of(asset_type, key):
    return schema_of(asset_type).by_key[key]


def change(asset_type, key, **columns):
    field = field_of(asset_type, key)
    return edit_field(field, replace(spec_of(field), **columns), now=LATER)


def lines(action):
    return list(Activity.objects.filter(action=action).order_by("pk").values_list("subject", "details"))


def test_blank_type_starts_with_a_name_that_lists_show(account, inside):
    with inside():
        [name] = schema_of(create_type(account.pk, TypeDetails("Keys"), now=NOW)).fields
    assert (name.key, name.required, name.use_for_title, name.show_in_list) == ("name", True, True, True)


def test_new_type_is_told_in_the_activity_log(account, racks, inside, administrator):
    with inside():
        line = Activity.objects.get(action="flexible-asset-type.created", subject="Racks")
    assert (line.user_id, line.subject_kind, line.subject_id) == (
        administrator.pk,
        "flexibleassettype",
        racks.pk,
    )
    assert line.details == {"fields": [spec.name for spec in RACKS]}


@pytest.mark.parametrize("name", ["Racks", "RACKS", " racks "])
def test_two_active_types_can_not_share_a_name(account, racks, inside, name):
    with pytest.raises(TypeRefusedError, match=r"^There is a type called Racks already\."), inside():
        create_type(account.pk, TypeDetails(name), now=NOW)


def test_two_people_can_not_take_one_name_at_once(account, in_threads):
    def create():
        with account_transaction(account.pk):
            try:
                return create_type(account.pk, TypeDetails("Doors"), now=NOW).name
            except TypeRefusedError:
                return "refused"

    assert sorted(in_threads(create, create)) == ["Doors", "refused"]


def test_name_of_an_archived_type_is_free_until_it_comes_back(account, racks, inside):
    with inside():
        archive_type(racks, now=NOW)
        other = create_type(account.pk, TypeDetails("Racks"), now=LATER)
        with pytest.raises(TypeRefusedError) as refused:
            unarchive_type(racks, now=LATER)
        edit_type(other, TypeDetails("Other racks"), now=LATER)
        unarchive_type(racks, now=LATER)
        racks.refresh_from_db()
    assert (refused.value.about, racks.archived) == ("name", False)


def test_edited_type_keeps_what_it_was_in_the_log(racks, inside):
    with inside():
        edit_type(
            racks,
            TypeDetails("Cabinets", icon="server", section="administration", show_in_menu=False),
            now=LATER,
        )
        racks.refresh_from_db()
        [(subject, details)] = lines("flexible-asset-type.edited")
    assert (racks.name, racks.sort_key, racks.section, racks.show_in_menu) == (
        "Cabinets",
        "cabinets",
        "administration",
        False,
    )
    assert subject == "Cabinets"
    assert details["fields"] == {
        "name": {"before": "Racks", "after": "Cabinets"},
        "section": {"before": "apps-and-services", "after": "administration"},
        "show_in_menu": {"before": True, "after": False},
    }


def test_saving_a_type_unchanged_tells_nothing(racks, inside):
    with inside():
        edit_type(racks, TypeDetails("Racks", icon="server"), now=LATER)
        assert lines("flexible-asset-type.edited") == []


def test_locked_type_lets_people_choose_its_icon_and_place_alone(schema, inside):
    servers = schema.asset_type
    ours = TypeDetails(servers.name, servers.description, "cpu", "administration", show_in_menu=False)
    with inside():
        edit_type(servers, ours, now=LATER)
        servers.refresh_from_db()
        with pytest.raises(TypeRefusedError, match="Inventory keeps the name"):
            edit_type(servers, ours.renamed("Mine"), now=LATER)
        with pytest.raises(TypeRefusedError, match="Inventory keeps Servers in step"):
            archive_type(servers, now=LATER)
    assert (servers.icon, servers.section, servers.show_in_menu) == ("cpu", "administration", False)


def test_only_a_type_without_assets_is_deleted(account, racks, filled, inside):
    with inside():
        with pytest.raises(TypeRefusedError, match=r"^Racks has 2 assets, .* Archive the type instead\.$"):
            delete_type(racks, now=LATER)
        empty = create_type(account.pk, TypeDetails("Empty"), now=NOW)
        delete_type(empty, now=LATER)
        assert list(FlexibleAssetType.objects.values_list("name", flat=True)) == ["Racks"]
        assert lines("flexible-asset-type.deleted") == [("Empty", {})]


@pytest.mark.parametrize(
    ("spec", "about", "message"),
    [
        (FieldSpec("room", "Number"), "name", "Racks has a field Room already."),
        (FieldSpec("Grade", "Select"), "options", "Name at least one option, each on a line of its own."),
        (
            FieldSpec("Grade", "Select", options=(("A", ""), ("a", ""))),
            "options",
            "The option a stands there twice.",
        ),
        (FieldSpec("Text", "Textbox", use_for_title=True), "use_for_title", "A Textbox field can't be used for the title."),
        (FieldSpec("Part", "Header", show_in_list=True), "show_in_list", "Lists can't show a Header field."),
        (FieldSpec("PIN", "Password", show_in_list=True), "show_in_list", "Lists can't show a Password field."),
        (FieldSpec("Cost", "Number", decimals=7), "decimals", "Choose 0 to 6 decimals."),
        (FieldSpec("Who", "Tag"), "tag_type", "Choose what the field links to."),
        (FieldSpec("Cost", "Number", default="much"), "default", "This must be a number."),
    ],
)  # fmt: skip
def test_field_that_can_not_be_is_refused_in_words(racks, inside, spec, about, message):
    with pytest.raises(FieldRefusedError) as refused, inside():
        add_own_field(schema_of(racks), spec, now=LATER)
    assert (str(refused.value), refused.value.about) == (message, about)


def test_field_is_named_in_any_script(racks, organization, inside):
    with inside():
        schema = schema_of(racks)
        for name in ("Модель", "型番"):
            schema = add_own_field(schema, FieldSpec(name, "Text", show_in_list=True), now=LATER)
        assert [field.key for field in schema.fields[-2:]] == ["field", "field-2"]
        with pytest.raises(FieldRefusedError, match="Racks has a field Модель already"):
            add_own_field(schema, FieldSpec("модель", "Text"), now=LATER)
        with pytest.raises(FieldRefusedError, match="a name with letters or digits"):
            add_own_field(schema, FieldSpec("--", "Text"), now=LATER)


def test_heading_is_never_required(racks, inside):
    with inside():
        schema = add_own_field(schema_of(racks), FieldSpec("Place", "Header", required=True), now=LATER)
    assert schema.by_key["place"].required is False


def test_default_is_kept_as_traits_hold_it(racks, inside):
    spec = FieldSpec("Price", "Number", decimals=2, default="12.5")
    with inside():
        assert add_own_field(schema_of(racks), spec, now=LATER).by_key["price"].default == "12.50"


def test_renamed_field_leaves_its_key_and_values(racks, filled, inside):
    with inside():
        change(racks, "room", name="Place")
        schema = add_own_field(schema_of(racks), FieldSpec("Room", "Text"), now=LATER)
        held = FlexibleAsset.objects.get(pk=filled[0].pk).traits
    assert [(field.name, field.key) for field in schema.fields if "oom" in field.key] == [
        ("Place", "room"),
        ("Room", "room-2"),
    ]
    assert held["room"] == "Cellar"


def test_kind_changes_only_while_no_asset_holds_a_value(racks, filled, inside):
    with inside():
        with pytest.raises(
            FieldRefusedError, match="Units holds values of 2 assets, so its kind can't change"
        ):
            change(racks, "units", kind="Text")
        schema = add_own_field(schema_of(racks), FieldSpec("Depth", "Text", show_in_list=True), now=LATER)
        assert schema.by_key["depth"].slot == "text_3"
        change(racks, "depth", kind="Number")
        assert field_of(racks, "depth").slot == "number_2"


def test_field_shown_in_lists_fills_its_slot_at_once(racks, filled, inside):
    with inside():
        change(racks, "bought", show_in_list=True)
        assert field_of(racks, "bought").slot == "date_1"
        assert list(FlexibleAsset.objects.order_by("pk").values_list("date_1", flat=True)) == [
            date(2024, 5, 1),
            None,
        ]


def test_field_taken_out_of_lists_frees_its_slot_for_another(racks, filled, inside):
    with inside():
        change(racks, "room", show_in_list=False)
        rows = FlexibleAsset.objects.order_by("pk")
        assert list(rows.values_list("text_1", flat=True)) == [None, None]
        add_own_field(schema_of(racks), FieldSpec("Floor", "Text", show_in_list=True), now=LATER)
        assert (field_of(racks, "room").slot, field_of(racks, "floor").slot) == ("", "text_1")
        assert [asset.traits["room"] for asset in rows] == ["Cellar", "Attic"]


def test_totals_follow_a_number_into_and_out_of_lists(racks, filled, inside):
    with inside():
        assert OrganizationTotals.objects.get().number_1 == 54
        change(racks, "units", show_in_list=False)
        assert OrganizationTotals.objects.get().number_1 == 0
        change(racks, "units", show_in_list=True)
        assert OrganizationTotals.objects.get().number_1 == 54


def test_lists_always_show_a_field(account, inside):
    with inside():
        keys = create_type(account.pk, TypeDetails("Keys"), now=NOW)
        with pytest.raises(FieldRefusedError) as refused:
            change(keys, "name", show_in_list=False)
        with pytest.raises(FieldRefusedError, match="Show another field in lists first"):
            delete_field(field_of(keys, "name"), now=LATER)
    assert refused.value.about == "show_in_list"


def test_slots_run_out_in_words(racks, inside):
    with inside():
        schema = schema_of(racks)
        for number in range(4):
            schema = add_own_field(schema, FieldSpec(f"Day {number}", "Date", show_in_list=True), now=LATER)
        with pytest.raises(SlotsUsedUpError) as refused:
            change(racks, "bought", show_in_list=True)
    assert str(refused.value) == (
        "Lists show at most 4 date fields of a type. Take another one out of lists first."
    )


def test_title_renames_every_asset(racks, filled, inside):
    with inside():
        change(racks, "room", use_for_title=True)
        names = list(FlexibleAsset.objects.order_by("pk").values_list("name", "sort_key", "text_1"))
        assert names == [("B Cellar", "b cellar", None), ("A Attic", "a attic", None)]
        schema = schema_of(racks)
        move_field(schema.by_key["rack"], behind=[schema.by_key["room"].pk], now=LATER)
        assert list(FlexibleAsset.objects.order_by("pk").values_list("name", flat=True)) == [
            "Cellar B",
            "Attic A",
        ]


def test_decimals_are_written_anew(racks, filled, inside):
    with inside():
        change(racks, "units", decimals=2)
        rows = FlexibleAsset.objects.order_by("pk")
        assert [(asset.traits["units"], asset.number_1) for asset in rows] == [
            ("42.00", 4200),
            ("12.00", 1200),
        ]
        assert OrganizationTotals.objects.get().number_1 == 5400


def test_decimals_that_a_value_has_no_room_for_are_refused(racks, organization, inside):
    with inside():
        schema = schema_of(racks)
        create_assets(schema, [{"rack": "A", "units": 10**17}], organization_id=organization.pk, now=NOW)
        with pytest.raises(FieldRefusedError, match="has no room for 3 decimals") as refused:
            change(racks, "units", decimals=3)
    assert refused.value.about == "decimals"


def test_option_in_use_stays(racks, filled, inside):
    with inside():
        with pytest.raises(FieldRefusedError, match=r"^Still chosen: Worn \(1 asset\)\."):
            change(racks, "state", options=(("Good", "ok"),))
        change(racks, "state", options=(("Worn", "warning"), ("New", "")))
        assert field_of(racks, "state").options == [["Worn", "warning"], ["New", ""]]


def test_expiration_switched_on_and_off_moves_its_dates(racks, filled, inside):
    with inside():
        change(racks, "bought", is_expiration=True)
        assert list(AssetExpiration.objects.values_list("asset_id", "expires_on")) == [
            (filled[0].pk, date(2024, 5, 1))
        ]
        change(racks, "bought", is_expiration=False)
        assert AssetExpiration.objects.count() == 0


def test_deleted_field_takes_its_values_along(racks, filled, inside):
    with inside():
        field = field_of(racks, "room")
        assert assets_holding(field).count() == 2
        delete_field(field, now=LATER)
        rows = list(FlexibleAsset.objects.order_by("pk"))
        assert [asset.traits for asset in rows] == [
            {"rack": "B", "units": 42, "state": "Worn", "bought": "2024-05-01"},
            {"rack": "A", "units": 12},
        ]
        assert [(asset.text_1, asset.text_2) for asset in rows] == [(None, "Worn"), (None, None)]
        assert lines("flexible-asset-field.deleted") == [("Racks: Room", {"key": "room", "kind": "Text"})]


def test_managed_fields_are_their_managers(schema, inside):
    with inside():
        cores = schema.by_key["cores"]
        with pytest.raises(FieldRefusedError, match="Cores is kept by Inventory"):
            edit_field(cores, replace(spec_of(cores), hint="h"), now=LATER)
        with pytest.raises(FieldRefusedError, match="Cores is kept by Inventory"):
            delete_field(cores, now=LATER)


def order_of(asset_type):
    return [field.key for field in schema_of(asset_type).fields]


def test_field_goes_behind_the_nearest_that_is_still_there(racks, inside):
    with inside():
        keys = schema_of(racks).by_key
        delete_field(keys["state"], now=LATER)
        behind = [keys["state"].pk, keys["rack"].pk]
        schema = move_field(keys["owners"], behind=behind, now=LATER)
        assert [field.key for field in schema.fields] == ["rack", "owners", "room", "units", "bought"]
        assert [field.order for field in schema.fields] == [1, 2, 3, 4, 5]
        move_field(keys["owners"], behind=behind, now=LATER)
        assert len(lines("flexible-asset-field.ordered")) == 1


def test_two_people_move_fields_and_both_have_it_their_way(racks, inside):
    """Each moved one from what the page showed at first."""
    with inside():
        keys = schema_of(racks).by_key
        move_field(keys["owners"], behind=[], now=LATER)
        move_field(keys["units"], behind=[keys["state"].pk], now=LATER)
        assert order_of(racks) == ["owners", "rack", "room", "state", "units", "bought"]


@pytest.mark.parametrize(
    "act",
    [
        lambda field: edit_field(field, replace(spec_of(field), hint="h"), now=LATER),
        lambda field: delete_field(field, now=LATER),
        lambda field: move_field(field, behind=[], now=LATER),
    ],
)
def test_field_that_was_deleted_meanwhile_is_told_so(racks, inside, act):
    with inside():
        room = field_of(racks, "room")
        delete_field(room, now=LATER)
        room.pk = room.pk or 0
    with pytest.raises(FieldRefusedError, match=r"^Room was deleted meanwhile\.$"), inside():
        act(room)


def test_type_that_was_deleted_meanwhile_is_told_so(account, inside):
    with inside():
        keys = create_type(account.pk, TypeDetails("Keys"), now=NOW)
        [name] = schema_of(keys).fields
        delete_type(copy(keys), now=LATER)
    with pytest.raises(FieldRefusedError, match=r"^This type was deleted meanwhile\.$"), inside():
        edit_field(name, replace(spec_of(name), hint="h"), now=LATER)
    with pytest.raises(FieldRefusedError, match=r"^This type was deleted meanwhile\.$"), inside():
        add_own_field(Schema(keys, (name,)), FieldSpec("More", "Text"), now=LATER)
    for act in (archive_type, unarchive_type, delete_type):
        with pytest.raises(TypeRefusedError, match=r"^Keys was deleted meanwhile\.$"), inside():
            act(keys, now=LATER)


def test_field_that_somebody_changed_meanwhile_is_not_written_over(racks, inside):
    with inside():
        field = field_of(racks, "room")
        read = spec_of(field)
        edit_field(field, replace(read, hint="Which one"), version=read.version, now=LATER)
        with pytest.raises(StaleFieldError) as refused:
            edit_field(field, replace(read, name="Place"), version=read.version, now=LATER)
        edit_field(field, replace(read, name="Place"), version=refused.value.version, now=LATER)
        assert (field_of(racks, "room").name, field_of(racks, "room").hint) == ("Place", "")


def test_type_that_somebody_changed_meanwhile_is_not_written_over(racks, inside):
    read = TypeDetails.of(racks)
    with inside():
        edit_type(racks, replace(read, icon="cpu"), version=read.version, now=LATER)
        with pytest.raises(StaleTypeError) as refused:
            edit_type(racks, read.renamed("Cabinets"), version=read.version, now=LATER)
        edit_type(racks, read.renamed("Cabinets"), version=refused.value.version, now=LATER)
        racks.refresh_from_db()
    assert (racks.name, racks.icon) == ("Cabinets", "server")


def test_field_that_somebody_filled_meanwhile_is_not_deleted_as_empty(racks, filled, inside):
    with pytest.raises(FieldRefusedError, match="Somebody filled Room meanwhile"), inside():
        delete_field(field_of(racks, "room"), only_empty=True, now=LATER)


def test_what_a_tag_field_links_to_stays_while_it_links(racks, filled, people, inside):
    with inside():
        set_tags(filled[0], field_of(racks, "owners"), people[:1], now=NOW)
        with pytest.raises(FieldRefusedError, match="so what it links to can't change") as refused:
            change(racks, "owners", tag_type="Organizations")
        set_tags(filled[0], field_of(racks, "owners"), [], now=NOW)
        change(racks, "owners", tag_type="Organizations")
        assert field_of(racks, "owners").tag_type == "Organizations"
    assert refused.value.about == "tag_type"


@pytest.mark.parametrize("name", ["2024", "State__of mind", "contains"])
def test_options_are_in_use_whatever_their_field_is_called(racks, organization, inside, name):
    with inside():
        options = (("Good", ""), ("Bad", ""))
        schema = add_own_field(schema_of(racks), FieldSpec(name, "Select", options=options), now=NOW)
        key = schema.fields[-1].key
        create_assets(schema, [{"rack": "A", key: "Bad"}], organization_id=organization.pk, now=NOW)
        with pytest.raises(FieldRefusedError, match=r"^Still chosen: Bad \(1 asset\)\."):
            change(racks, key, options=options[:1])
        change(racks, key, show_in_list=True)
        assert FlexibleAsset.objects.values_list(field_of(racks, key).slot, flat=True).get() == "Bad"
        delete_field(field_of(racks, key), now=LATER)
        assert FlexibleAsset.objects.get().traits == {"rack": "A"}


def test_change_writes_no_asset_that_it_does_not_touch(racks, filled, inside):
    """A row that is written anew is another version of itself, which every index has to follow."""
    with inside():
        versions = FlexibleAsset.objects.order_by("pk").annotate(version=RawSQL("xmin::text", ()))
        before = list(versions.values_list("version", flat=True))
        change(racks, "bought", show_in_list=True)
        [first, second] = list(versions.values_list("version", flat=True))
    assert (first == before[0], second == before[1]) == (False, True)


def test_value_that_is_saved_while_a_field_changes_is_seen_by_it(account, racks, filled, inside, in_threads):
    """An editor holds the asset with a value that the change would lose sight of."""
    saving, deciding = Event(), Event()

    def save():
        with account_transaction(account.pk):
            edit_asset(filled[1], changes={"state": "Good"}, now=LATER)
            saving.set()
            deciding.wait(1)

    def decide():
        saving.wait(5)
        with pytest.raises(FieldRefusedError, match=r"Good \(1 asset\)"), account_transaction(account.pk):
            change(racks, "state", options=(("Worn", ""),))
        deciding.set()

    in_threads(save, decide)
    with inside():
        assert FlexibleAsset.objects.get(pk=filled[1].pk).traits["state"] == "Good"


def test_sums_that_no_column_holds_stand_at_its_end(racks, organization, inside):
    most = 2**63 - 1
    contents = AssetContent({"rack": "A", "units": most}, reason="created")
    with inside():
        for _ in range(2):
            create_asset(schema_of(racks), organization=organization, content=contents, now=NOW)
        assert OrganizationTotals.objects.get().number_1 == most


def test_two_changes_at_once_both_come_about(account, racks, filled, inside, in_threads):
    def changing(key, **columns):
        def act():
            with account_transaction(account.pk):
                change(racks, key, **columns)

        return act

    in_threads(changing("units", decimals=1), changing("bought", show_in_list=True, use_for_title=True))
    with inside():
        asset = FlexibleAsset.objects.get(pk=filled[0].pk)
        assert (asset.traits["units"], asset.number_1, asset.name) == ("42.0", 420, "B 2024-05-01")
        assert OrganizationTotals.objects.get().number_1 == 540


def test_change_that_stops_half_way_leaves_nothing_behind(racks, filled, inside, monkeypatch):
    written = []

    def stop(*args, **merged):
        if written:
            raise ConnectionError
        written.append(write(*args, **merged))

    write = refilling.write_columns
    monkeypatch.setattr(refilling, "_BATCH", 1)
    monkeypatch.setattr(refilling, "write_columns", stop)
    with pytest.raises(ConnectionError), inside():
        change(racks, "room", use_for_title=True)
    with inside():
        assert field_of(racks, "room").use_for_title is False
        assert set(FlexibleAsset.objects.values_list("name", flat=True)) == {"A", "B"}
