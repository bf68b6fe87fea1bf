"""Importing assets of a type from CSV files: by name in their organization, all or nothing."""

import csv
import io

import pytest

from flexible_assets.actions import FieldSpec, add_own_field
from flexible_assets.actions.building import TypeDetails, create_type
from flexible_assets.models import AssetRevision, AssetSecret, AssetTag, FlexibleAsset, OrganizationTotals
from flexible_assets.schema import schema_of
from organizations.actions import ContactDetails, create_contacts
from organizations.actions.imports import ImportRefusedError, NewDraft, begin_import, plan_import, run_import
from organizations.imports.targets import Effect, find_target
from tests.factories import NOW, connect, give_licenses, make_organization, sku
from tests.integrations.places import tenant_named

FIELDS = (
    FieldSpec("Name", "Text", use_for_title=True, required=True, show_in_list=True),
    FieldSpec("Size", "Number", decimals=1, show_in_list=True),
    FieldSpec("State", "Select", options=(("Fine", "ok"), ("Broken", "danger"))),
    FieldSpec("Ends", "Date"),
    FieldSpec("Monitored", "Checkbox"),
    FieldSpec("Owner", "Tag", tag_type="Contacts"),
    FieldSpec("Secret", "Password"),
)
HEADERS = ("Organization", "Name", "Size", "State", "Ends", "Monitored", "Owner", "Secret", "Notes")


@pytest.fixture
def alder(account):
    return make_organization(account, "Alder")


@pytest.fixture
def backups(account, inside, administrator):
    with inside():
        details = TypeDetails("Backups")
        asset_type = create_type(account.pk, details, fields=FIELDS, now=NOW, actor=administrator)
        return schema_of(asset_type)


@pytest.fixture
def prepare(inside, administrator):
    """`prepare(type, lines)`: the target and a draft with these lines below the headers."""

    def begin(asset_type, *rows, headers=HEADERS):
        text = io.StringIO()
        csv.writer(text).writerows([headers, *rows])
        target = find_target(administrator, f"type:{asset_type.pk}")
        return target, begin_import(target, NewDraft("f.csv", text.getvalue()), now=NOW, actor=administrator)

    return begin


def test_assets_of_every_kind_of_field_are_imported(alder, backups, prepare, inside, administrator):
    row = (
        "alder",
        "Nightly",
        "1,250.5",
        "Fine",
        "2027-03-01",
        "yes",
        "Ada; bob",
        "pa55",
        "Tapes in the safe",
    )
    with inside():
        create_contacts(
            alder, [ContactDetails("Ada"), ContactDetails("Bob"), ContactDetails("Cleo")], now=NOW
        )
        run_import(*prepare(backups.asset_type, row), now=NOW, actor=administrator)
        [asset] = FlexibleAsset.objects.all()
        assert (asset.name, asset.notes, asset.organization) == ("Nightly", "Tapes in the safe", alder)
        assert asset.traits == {
            "name": "Nightly",
            "size": "1250.5",
            "state": "Fine",
            "ends": "2027-03-01",
            "monitored": True,
            "secret": True,
        }
        assert sorted(AssetTag.objects.values_list("contact__name", flat=True)) == ["Ada", "Bob"]
        assert (AssetSecret.objects.count(), AssetRevision.objects.get().reason) == (1, "imported")
        assert OrganizationTotals.objects.get().assets == 1


def test_known_assets_are_changed_and_empty_cells_leave_what_is_there(
    alder, backups, prepare, inside, administrator
):
    headers = ("Organization", "Name", "Size", "State")
    with inside():
        run_import(
            *prepare(backups.asset_type, ("Alder", "Nightly", "1", "Fine"), headers=headers),
            now=NOW,
            actor=administrator,
        )
        plan = run_import(
            *prepare(
                backups.asset_type,
                ("Alder", "NIGHTLY", "", "Broken"),
                ("Alder", "Weekly", "2", ""),
                headers=headers,
            ),
            now=NOW,
            actor=administrator,
        )
        assert [row.effect for row in plan.rows] == [Effect.CHANGED, Effect.NEW]
        assert [(each.name, each.traits.get("size"), each.traits.get("state")) for each in _assets()] == [
            ("NIGHTLY", "1.0", "Broken"),
            ("Weekly", "2.0", None),
        ]


def test_three_bad_rows_are_told_and_the_good_ones_wait(alder, backups, prepare, inside, administrator):
    with inside():
        target, draft = prepare(
            backups.asset_type,
            ("Alder", "Good", "1", "Fine", "2027-03-01", "no", "", "", ""),
            ("Alder", "Late", "1", "Fine", "someday", "no", "", "", ""),
            ("Alder", "", "1", "Fine", "", "", "", "", ""),
            ("Alder", "Odd", "many", "Sunny", "", "", "Nobody", "", ""),
        )
        with pytest.raises(ImportRefusedError) as refused:
            run_import(target, draft, now=NOW, actor=administrator)
        errors = [(error.number, error.column) for error in refused.value.plan.errors]
        assert errors == [(3, "Ends"), (4, ""), (5, "Size"), (5, "State"), (5, "Owner")]
        assert not FlexibleAsset.objects.exists()


def test_people_of_another_organization_can_not_be_tagged(account, alder, backups, prepare, inside):
    with inside():
        create_contacts(make_organization(account, "Birch"), [ContactDetails("Ada")], now=NOW)
        row = ("Alder", "Nightly", "", "", "", "", "Ada", "", "")
        plan = plan_import(*prepare(backups.asset_type, row))
    assert [(error.column, "no contact called “Ada”" in error.message) for error in plan.errors] == [
        ("Owner", True)
    ]


def test_synced_fields_stay_their_integrations_and_own_ones_are_imported(
    account, prepare, inside, administrator
):
    match = connect(account, [tenant_named("Harbor")]).matches[0]
    give_licenses(match, [sku("ENTERPRISEPACK", enabled=5, consumed=3)])
    headers = ("Organization", "License Name", "Active", "Owner")
    with inside():
        [asset] = FlexibleAsset.objects.all()
        name = asset.name
        schema = schema_of(asset.asset_type)
        add_own_field(schema, FieldSpec("Owner", "Text"), now=NOW, actor=administrator)
        place = asset.organization.name
        run_import(
            *prepare(schema.asset_type, (place, name, "5", "Ops"), headers=headers),
            now=NOW,
            actor=administrator,
        )
        assert FlexibleAsset.objects.get().traits["owner"] == "Ops"
        plan = plan_import(
            *prepare(
                schema.asset_type, (place, name, "99", "Dev"), (place, "Made up", "1", ""), headers=headers
            )
        )
    assert [(error.number, "Microsoft" in error.message) for error in plan.errors] == [(2, True), (3, True)]


def _assets():
    return FlexibleAsset.objects.order_by("sort_key")
