"""Fields that people add to a type which an app keeps in step: theirs alone, whatever the syncs write."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flexible_assets.actions import (
    FieldRefusedError,
    FieldSpec,
    SlotsUsedUpError,
    add_own_field,
    edit_asset,
    ensure_managed_type,
    lock_totals,
    refresh_totals,
    restrict_asset,
    update_assets,
)
from flexible_assets.models import AssetGrant, FlexibleAsset, FlexibleAssetField, OrganizationTotals
from organizations.access import account_transaction
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW, make_user
from tests.flexible_assets.conftest import LATER, TAGGED
from tests.pages import page_of

OWNER = FieldSpec("Rack owner", "Text", show_in_list=True)
POWER = FieldSpec("Power", "Number", show_in_list=True)


@pytest.fixture
def own_schema(schema, inside, administrator):
    """The managed type with a text and a number of its people."""
    with inside():
        schema = add_own_field(schema, OWNER, now=NOW, actor=administrator)
        return add_own_field(schema, POWER, now=NOW, actor=administrator)


def test_managed_type_knows_its_own_fields_from_the_managed_ones(own_schema):
    assert [field.name for field in own_schema.fields if not field.is_managed] == ["Rack owner", "Power"]
    assert [field.key for field in own_schema.fields if field.is_managed] == [
        each.key for each in TAGGED.fields
    ]


def test_own_field_takes_the_next_place_and_slot(own_schema):
    owner, power = own_schema.by_key["rack-owner"], own_schema.by_key["power"]
    assert (owner.order, owner.slot, power.order, power.slot) == (8, "text_2", 9, "number_3")


def test_own_field_is_told_in_the_activity_log(account, own_schema, inside, administrator):
    with inside():
        line = Activity.objects.filter(action="flexible-asset-field.created").earliest("pk")
    assert (line.subject, line.user_id, line.details) == (
        "Servers: Rack owner",
        administrator.pk,
        {"key": "rack-owner", "kind": "Text"},
    )


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (FieldSpec("Cores", "Text"), "Servers has a field Cores already."),
        (FieldSpec("CORES", "Text"), "Servers has a field Cores already."),
        (FieldSpec("!?", "Text"), "Give the field a name with letters or digits."),
        (FieldSpec("Picture", "Hologram"), "There is no kind of field called Hologram."),
    ],
)
def test_field_that_can_not_be_is_refused_in_words(schema, inside, spec, message):
    with pytest.raises(FieldRefusedError) as refused, inside():
        add_own_field(schema, spec, now=NOW)
    assert str(refused.value) == message


def test_own_fields_share_the_slots_with_the_managed_ones(own_schema, inside):
    with inside():
        for number in range(5):
            own_schema = add_own_field(
                own_schema, FieldSpec(f"Fan {number}", "Number", show_in_list=True), now=NOW
            )
    with pytest.raises(SlotsUsedUpError, match="at most 8 number fields"), inside():
        add_own_field(own_schema, FieldSpec("Fan 5", "Number", show_in_list=True), now=NOW)


_texts = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
_managed = st.fixed_dictionaries(
    {"vendor": _texts}, optional={"cores": st.integers(0, 9999), "site": _texts, "price": st.just("7.50")}
)


_own = st.fixed_dictionaries({"rack-owner": _texts, "power": st.integers(0, 9999)})


# Each example goes on with the asset of the one before, as syncs do.
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(syncs=st.lists(_managed, min_size=1, max_size=5), own=_own, notes=_texts)
def test_own_fields_notes_and_security_survive_every_sync(own_schema, servers, reader, syncs, own, notes):
    dell = servers[0]
    with account_transaction(dell.account_id):
        edit_asset(dell, changes=own, notes=notes, now=NOW)
        restrict_asset(dell, users=[reader], now=NOW)
        for traits in syncs:
            update_assets(own_schema, {dell.pk: traits}, now=LATER)
        dell.refresh_from_db()
        granted = list(AssetGrant.objects.filter(asset=dell).values_list("user_id", flat=True))
    assert dell.traits == {**syncs[-1], **own}
    assert (dell.notes, dell.is_restricted, granted) == (notes, True, [reader.pk])
    assert (dell.text_2, dell.number_3) == (own["rack-owner"], own["power"])
    assert dell.number_2 == syncs[-1].get("cores")


@pytest.fixture
def reader(account):
    return make_user(account, Role.READ_ONLY)


def test_managed_field_that_the_source_no_longer_fills_is_emptied(own_schema, servers, inside):
    dell = servers[0]
    with inside():
        edit_asset(dell, changes={"rack-owner": "Ops"}, now=NOW)
        update_assets(own_schema, {dell.pk: {"vendor": "Dell"}}, now=LATER)
        dell.refresh_from_db()
    assert (dell.traits, dell.number_2) == ({"vendor": "Dell", "rack-owner": "Ops"}, None)


def test_own_fields_are_listed_sorted_and_summed_like_others(
    account, own_schema, servers, organization, inside, client_of
):
    with inside():
        for server, power in zip(servers, (300, 1200), strict=True):
            edit_asset(server, changes={"power": power, "rack-owner": f"Rack {power}"}, now=NOW)
        assert OrganizationTotals.objects.get().number_3 == 1500
    url = f"/{account.slug}/organizations/{organization.pk}/assets/{own_schema.asset_type.pk}/"
    page = page_of(client_of().get(f"{url}?sort=-power"))
    assert page.one("thead").texts("th") == ["Name", "Site", "Price", "Cores", "Rack owner", "Power"]
    assert [row[-2:] for row in page.rows] == [["Rack 1200", "1,200"], ["Rack 300", "300"]]
    assert page.one("tfoot").texts("td")[-1] == "1,500"


def test_own_field_makes_way_for_a_managed_one_of_the_same_name(account, own_schema, servers, inside):
    dell = servers[0]
    newer = replace(TAGGED, fields=(*TAGGED.fields, FieldSpec("Power", "Number", show_in_list=True)))
    with inside():
        edit_asset(dell, changes={"power": 300}, now=NOW)
        schema = ensure_managed_type(account.pk, newer, now=LATER)
        update_assets(schema, {dell.pk: {"vendor": "Dell", "power": 450}}, now=LATER)
        dell.refresh_from_db()
    own, managed = schema.by_key["power-own"], schema.by_key["power"]
    assert (own.name, own.is_managed, managed.name, managed.is_managed) == (
        "Power (own)",
        False,
        "Power",
        True,
    )
    assert dell.traits == {"vendor": "Dell", "power": 450, "power-own": 300}
    assert (getattr(dell, own.slot), getattr(dell, managed.slot)) == (300, 450)


def test_totals_follow_an_own_number(own_schema, servers, organization, inside):
    dell, hp = servers
    with inside():
        refresh_totals(own_schema, lock_totals(own_schema, organization))
        edit_asset(dell, changes={"power": 300}, now=NOW)
        edit_asset(hp, changes={"power": 200}, now=NOW)
        edit_asset(dell, changes={"power": ""}, now=LATER)
        row = OrganizationTotals.objects.get()
    assert (row.assets, row.number_2, row.number_3) == (2, 12, 200)


def test_fields_of_a_type_that_was_there_before_stay_managed(account, own_schema, inside):
    with inside():
        again = ensure_managed_type(account.pk, TAGGED, now=LATER)
        assert FlexibleAssetField.objects.filter(is_managed=True).count() == len(TAGGED.fields)
        assert not FlexibleAsset.objects.exists()
    assert again.fields == own_schema.fields
