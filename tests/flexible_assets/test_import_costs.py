"""What importing assets costs, and that many written at once are what each would be alone."""

import csv
import io
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexible_assets.actions import AssetContent, FieldSpec, create_asset, restrict_asset, write_asset
from flexible_assets.actions.creating import NewAsset, create_several
from flexible_assets.actions.editing import write_several
from flexible_assets.actions.errors import BatchRefusedError, InvalidAssetError, LockedFieldError
from flexible_assets.field_kinds import ALL_SLOTS
from flexible_assets.models import (
    AssetExpiration,
    AssetRevision,
    AssetSecret,
    AssetTag,
    FlexibleAsset,
    OrganizationTotals,
)
from organizations.actions import ContactDetails, create_contacts
from organizations.actions.imports import NewDraft, begin_import, plan_import, run_import
from organizations.imports.targets import Effect, find_target
from organizations.models import Activity, Contact
from organizations.roles import Role
from organizations.sealing import unseal
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.conftest import LATER
from tests.flexible_assets.documentation import make_assets, make_type

FIELDS = (
    FieldSpec("Vendor", "Text", required=True, show_in_list=True),
    FieldSpec("State", "Select", options=(("Live", "ok"), ("Gone", "neutral")), show_in_list=True),
    FieldSpec("Size", "Number", decimals=2, show_in_list=True),
    FieldSpec("Share", "Percent", show_in_list=True),
    FieldSpec("Ends", "Date", is_expiration=True, show_in_list=True),
    FieldSpec("Signed", "Checkbox", show_in_list=True),
    FieldSpec("Manual", "Textbox"),
    FieldSpec("Pin", "Password"),
    FieldSpec("Code", "Password"),
)
HEADERS = (
    "Organization", "Name", "Vendor", "State", "Size", "Share", "Ends", "Signed", "Manual", "Pin", "Code",
    "Owners", "Sites", "Keepers", "Hosts", "Notes",
)  # fmt: skip
FIRST = (
    "Acme", "Live", "1.5", "20", "2027-01-02", "yes", "One", "a", "c", "Ann; Ben", "Place 0; Place 1", "Kim",
    "One; Two", "Old",
)  # fmt: skip
SECOND = (
    "Zed", "Gone", "2.5", "30", "2027-02-03", "no", "Two", "b", "d", "Ben", "Place 1", "Kim", "Two", "New"
)  # fmt: skip


@pytest.fixture
def keeper(account, inside):
    user = make_user(account, Role.ADMINISTRATOR)
    with inside():
        user.name = "Kim"
        user.save(update_fields=["name"])
    return user


@pytest.fixture
def organizations(account, inside):
    with inside():
        places = [make_organization(account, f"Place {number}") for number in range(20)]
        for place in places:
            create_contacts(place, [ContactDetails("Ann"), ContactDetails("Ben")], now=NOW)
    return places


@pytest.fixture
def servers(account, organizations, inside):
    with inside():
        schema = make_type(account, "Servers")
        return [make_assets(schema, place, "One", "Two") for place in organizations]


@pytest.fixture
def make_schema(account, servers, inside):
    """`make_schema(name)`: a field of every kind that a file can fill, and a Tag field for each kind of record."""
    tags = {
        "Owners": "Contacts",
        "Sites": "Organizations",
        "Keepers": "AccountsUsers",
        "Hosts": f"FlexibleAssetType: {servers[0][0].asset_type_id}",
    }
    fields = (*FIELDS, *(FieldSpec(name, "Tag", tag_type=kind) for name, kind in tags.items()))

    def make(name):
        with inside():
            return make_type(account, name, fields)

    return make


@pytest.fixture
def schema(make_schema):
    return make_schema("Applications")


@pytest.fixture
def prepare(schema, administrator):
    """`prepare(rows)`: the target and a draft with these rows; inside the account's transaction."""

    def begin(*rows, actor=administrator):
        text = io.StringIO()
        csv.writer(text).writerows([HEADERS, *rows])
        target = find_target(actor, f"type:{schema.asset_type.pk}")
        return target, begin_import(target, NewDraft("f.csv", text.getvalue()), now=NOW, actor=actor)

    return begin


def test_import_takes_as_many_statements_for_a_hundred_rows_as_for_one(
    keeper, prepare, inside, administrator
):
    def cost(count, cells):
        """Of importing so many rows, in as many places as there are."""
        with inside():
            rows = [(f"Place {number % 20}", f"{count} {number}", *cells) for number in range(count)]
            target, draft = prepare(*rows)
            with CaptureQueriesContext(connection) as queries:
                run_import(target, draft, now=NOW, actor=administrator)
        return len(queries)

    costs = {name: [cost(count, cells) for count in (1, 10, 100)] for name, cells in STEPS}
    assert {name: len(set(counts)) for name, counts in costs.items()} == {name: 1 for name, _ in STEPS}, costs
    assert max(max(counts) for counts in costs.values()) <= 80


#: New rows, what changes all of them, and the same once more: passwords are written anew, for nobody compares them.
STEPS = (("new", FIRST), ("changed", SECOND), ("again", SECOND))


@pytest.mark.parametrize("seed", range(3))
def test_many_written_at_once_are_what_each_would_be_alone(
    *, organizations, servers, make_schema, keeper, inside, seed
):
    chance = random.Random(seed)  # noqa: S311 - no secret
    places = organizations[:3]
    together, alone = make_schema("Together"), make_schema("Alone")
    with inside():
        drawn = [_draw(chance, number, places, servers, keeper) for number in range(8)]
        news = [NewAsset(place, content) for place, content in drawn]
        many = create_several(together, news, now=NOW, actor=keeper)
        each = [
            create_asset(alone, organization=place, content=content, now=NOW, actor=keeper)
            for place, content in drawn
        ]
        assert _told(together, many) == _told(alone, each)
        changes = [_draw_change(chance, place, servers, keeper) for place, _ in drawn]
        contents = {asset.pk: content for asset, content in zip(many, changes, strict=True)}
        write_several(contents, now=LATER, actor=keeper)
        for asset, content in zip(each, changes, strict=True):
            write_asset(asset, content, now=LATER, actor=keeper)
        assert _told(together, many) == _told(alone, each)


def _draw(chance, number, places, servers, keeper):
    place = chance.choice(places)
    content = _draw_change(chance, place, servers, keeper)
    values = {**content.values, "name": f"Asset {number}", "vendor": "Acme"}
    return place, AssetContent(values, content.notes, reason="imported")


def _draw_change(chance, place, servers, keeper):
    """Some fields, some of them cleared."""
    people = list(Contact.objects.in_organization(place).order_by("pk").values_list("pk", flat=True))
    hosts = [server.pk for made in servers for server in made if server.organization_id == place.pk]
    possible = {
        "vendor": ["Acme", "Zed"],
        "state": ["Live", "gone", None],
        "size": ["1.5", "7", None],
        "share": [20, None],
        "ends": ["2027-01-02", "2028-02-03", None],
        "signed": [True, False],
        "manual": ["One\nTwo", ""],
        "pin": ["1234", "5678", None],
        "code": ["x", None],
        "owners": [people, people[:1], ()],
        "sites": [[place.pk], ()],
        "keepers": [[keeper.pk], ()],
        "hosts": [hosts, hosts[1:], ()],
    }
    keys = [key for key in possible if chance.random() < 0.6]
    values = {key: chance.choice(possible[key]) for key in keys}
    return AssetContent(values, chance.choice([None, "", "Notes\r\nof it"]), reason="imported")


def _told(schema, assets):
    """Everything there is of these assets, but for what tells which they are."""
    number = {asset.pk: place for place, asset in enumerate(assets)}
    key = {field.pk: field.key for field in schema.fields}
    columns = ["name", "sort_key", "search_key", "traits", "notes", "organization_id", *ALL_SLOTS]
    columns += ["created_at", "updated_at"]
    here = {"asset__in": number}
    tags = AssetTag.objects.filter(**here).values_list(
        "asset_id", "field_id", "contact_id", "organization_id", "target_id", "user_id"
    )
    revisions = AssetRevision.objects.filter(**here).order_by("asset_id", "number")
    secrets = AssetSecret.objects.filter(**here).order_by("asset_id", "field_id")
    lines = Activity.objects.filter(subject_kind="flexibleasset", subject_id__in=number).order_by("id")
    told = lines.values_list("at", "action", "subject", "user_id", "organization_id", "details")
    ends = AssetExpiration.objects.filter(**here).values_list(
        "asset_id", "field_id", "organization_id", "expires_on"
    )
    totals = OrganizationTotals.objects.of_type(schema.asset_type).order_by("organization_id")
    return {
        "assets": list(FlexibleAsset.objects.filter(pk__in=number).order_by("pk").values_list(*columns)),
        "tags": sorted((number[asset], key[field], *map(str, ids)) for asset, field, *ids in tags),
        "revisions": [
            (number[pk], *rest)
            for pk, *rest in revisions.values_list(
                "asset_id", "number", "at", "user_id", "reason", "name", "traits", "tags", "notes"
            )
        ],
        "secrets": [(number[each.asset_id], key[each.field_id], _opened(each)) for each in secrets],
        "lines": {place: list(told.filter(subject_id=pk)) for pk, place in number.items()},
        "expirations": sorted((number[asset], key[field], *rest) for asset, field, *rest in ends),
        "totals": list(totals.values_list("organization_id", "assets", "number_1", "number_2", "number_3")),
    }


def _opened(secret):
    text = unseal(bytes(secret.sealed), place=f"asset-secret:{secret.asset_id}:{secret.field_id}")
    return text, secret.changed_at


def test_first_that_does_not_fit_is_told_whatever_is_wrong_with_it(
    *, organizations, schema, servers, inside, administrator
):
    here, elsewhere = servers[0][0], servers[1][0]
    place = organizations[0]
    fine = {"vendor": "Acme", "hosts": [here.pk]}
    contents = [
        AssetContent(values) for values in (fine, fine | {"hosts": [elsewhere.pk]}, fine | {"size": "x"})
    ]
    with inside():
        news = [NewAsset(place, content) for content in contents]
        with pytest.raises(BatchRefusedError) as refused:
            create_several(schema, news, now=NOW, actor=administrator)
        assert (refused.value.place, type(refused.value.reason)) == (1, InvalidAssetError)
        assert refused.value.reason.errors == {
            "hosts": "Something you chose is not here any more. Choose again."
        }
        assert not FlexibleAsset.objects.of_type(schema.asset_type).exists()
        assert not Activity.objects.filter(action="flexible-asset.tagged").exists()


def test_what_is_wrong_before_the_one_that_can_not_be_filled_is_told_first(
    *, organizations, schema, inside, administrator
):
    place = organizations[0]
    with inside():
        first, second, third = make_assets(schema, place, "One", "Two", "Three", vendor="Acme")
        FlexibleAsset.objects.filter(pk=third.pk).update(is_locked=True)
        schema.asset_type.fields.filter(key="vendor").update(is_managed=True)
        changes = {
            first.pk: AssetContent({"manual": "Fine"}),
            second.pk: AssetContent({"sites": [0]}),
            third.pk: AssetContent({"vendor": "Zed"}),
        }
        with pytest.raises(BatchRefusedError) as refused:
            write_several(changes, now=LATER, actor=administrator)
        assert refused.value.place == 1
        del changes[second.pk]
        with pytest.raises(BatchRefusedError) as refused:
            write_several(changes, now=LATER, actor=administrator)
        assert (refused.value.place, type(refused.value.reason)) == (1, LockedFieldError)
        assert FlexibleAsset.objects.get(pk=first.pk).traits.get("manual") is None


def test_plan_tells_nothing_of_tags_that_the_reader_may_not_see(
    *, account, servers, prepare, keeper, inside, administrator
):
    """A file that repeats what a Manager sees is unchanged, whatever else is tagged."""
    manager = make_user(account, Role.MANAGER)
    cells = [*FIRST]
    cells[HEADERS.index("Pin") - 2] = cells[HEADERS.index("Code") - 2] = ""
    with inside():
        run_import(*prepare(("Place 0", "Payroll", *cells)), now=NOW, actor=administrator)
        restrict_asset(servers[0][1], users=[], now=NOW)
        cells[HEADERS.index("Hosts") - 2] = "One"
        plan = plan_import(*prepare(("Place 0", "Payroll", *cells), actor=manager))
        assert (plan.errors, [row.effect for row in plan.rows]) == ([], [Effect.UNCHANGED])


def test_asset_with_a_name_that_was_cut_off_is_known_again(
    keeper, prepare, inside, organizations, administrator
):
    row = ("Place 0", "n" * 300, *FIRST)
    with inside():
        run_import(*prepare(row), now=NOW, actor=administrator)
        [planned] = plan_import(*prepare(row)).rows
        assert planned.work.asset is not None


def test_cell_of_separators_alone_leaves_what_is_tagged(
    prepare, keeper, inside, organizations, administrator
):
    emptied = [""] * len(FIRST)
    emptied[HEADERS.index("Owners") - 2] = " ; "
    with inside():
        run_import(*prepare(("Place 0", "Payroll", *FIRST)), now=NOW, actor=administrator)
        plan = plan_import(*prepare(("Place 0", "Payroll", *emptied)))
        assert (plan.errors, [row.effect for row in plan.rows]) == ([], [Effect.UNCHANGED])


@pytest.mark.parametrize("odd", ["'\"\\{},NULL", "%s $1 :name", "Zoë\N{RIGHT-TO-LEFT MARK}\t!", "null", "{}"])
def test_odd_values_of_many_are_written_as_they_are(organizations, schema, inside, odd):
    with inside():
        assets = make_assets(schema, organizations[0], "One", "Two", vendor="Acme")
        content = AssetContent({"name": odd, "vendor": odd}, notes=odd)
        write_several({asset.pk: content for asset in assets}, now=LATER)
        stored = FlexibleAsset.objects.of_type(schema.asset_type)
        told = {(each.name, each.traits["vendor"], each.notes, each.updated_at) for each in stored}
    assert told == {(odd, odd, odd, LATER)}
