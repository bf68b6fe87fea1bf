"""What changes types and assets in batches: managed types, assets, tags, totals."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexible_assets.actions import (
    FieldSpec,
    SlotsUsedUpError,
    create_assets,
    ensure_managed_type,
    lock_totals,
    mark_orphaned,
    refresh_totals,
    replace_tags,
    update_assets,
)
from flexible_assets.models import (
    AssetTag,
    FlexibleAsset,
    FlexibleAssetField,
    FlexibleAssetType,
    OrganizationTotals,
)
from organizations.actions import ContactDetails, create_contacts, create_organization
from organizations.models import Activity
from tests.factories import NOW
from tests.flexible_assets.conftest import LATER, TAGGED
from tests.flexible_assets.test_schema import SERVERS


@pytest.fixture
def totals(schema, organization, inside):
    def refresh() -> tuple[int, int, int]:
        with inside():
            refresh_totals(schema, lock_totals(schema, organization))
            row = OrganizationTotals.objects.get()
        return row.assets, row.number_1, row.number_2

    return refresh


def test_managed_type_is_made_once_and_locked(account, schema, inside):
    with inside():
        again = ensure_managed_type(account.pk, TAGGED, now=LATER)
        [asset_type] = FlexibleAssetType.objects.all()
        lines = Activity.objects.filter(action="flexible-asset-type.created").count()
    assert (again.asset_type.pk, asset_type.is_locked, asset_type.created_at) == (
        schema.asset_type.pk,
        True,
        NOW,
    )
    assert lines == 1


def test_newer_version_of_a_managed_type_adds_its_fields(account, inside):
    with inside():
        old = ensure_managed_type(account.pk, SERVERS, now=NOW)
        new = ensure_managed_type(
            account.pk,
            replace(TAGGED, fields=(*TAGGED.fields, FieldSpec("Disks", "Number", show_in_list=True))),
            now=LATER,
        )
        assert FlexibleAssetField.objects.count() == len(TAGGED.fields) + 1
    assert new.fields[: len(old.fields)] == old.fields
    assert (new.by_key["owners"].order, new.by_key["disks"].slot) == (7, "number_3")


def test_type_shows_no_more_fields_in_lists_than_there_are_slots(account, inside):
    fields = tuple(FieldSpec(f"Number {position}", "Number", show_in_list=True) for position in range(9))
    with pytest.raises(SlotsUsedUpError, match="at most 8"), inside():
        ensure_managed_type(account.pk, replace(SERVERS, fields=fields), now=NOW)
    with inside():
        assert not FlexibleAssetType.objects.exists()


def test_created_assets_are_locked_and_in_order(servers, inside):
    with inside():
        stored = list(FlexibleAsset.objects.order_by("pk").values_list("name", "is_locked", "number_2"))
    assert stored == [("Dell", True, 4), ("HP", True, 8)]
    assert [asset.name for asset in servers] == ["Dell", "HP"]


def test_update_writes_only_what_is_named(schema, servers, inside):
    dell, hp = servers
    with inside():
        update_assets(schema, {hp.pk: {"vendor": "HPE", "cores": 16}}, now=LATER)
        stored = {
            each.pk: (each.name, each.number_2, each.updated_at) for each in FlexibleAsset.objects.all()
        }
    assert stored == {dell.pk: ("Dell", 4, NOW), hp.pk: ("HPE", 16, LATER)}


def test_update_of_nothing_asks_nothing(schema, inside, django_assert_num_queries):
    with inside(), django_assert_num_queries(0):
        update_assets(schema, {}, now=LATER)


def test_orphan_keeps_everything_and_its_first_date(schema, servers, inside):
    dell, _ = servers
    with inside():
        assert mark_orphaned(schema, [dell.pk], now=LATER) == 1
        assert mark_orphaned(schema, [dell.pk], now=LATER + timedelta(days=1)) == 0
        dell.refresh_from_db()
        assert list(FlexibleAsset.objects.filter(orphaned_at=None).values_list("name", flat=True)) == ["HP"]
    assert (dell.orphaned_at, dell.name, dell.number_2) == (LATER, "Dell", 4)


def test_orphan_that_is_updated_is_back(schema, servers, inside):
    dell, _ = servers
    with inside():
        mark_orphaned(schema, [dell.pk], now=NOW)
        update_assets(schema, {dell.pk: {"vendor": "Dell"}}, now=LATER)
        dell.refresh_from_db()
    assert dell.orphaned_at is None


def test_tags_become_exactly_those_wanted(schema, servers, people, inside):
    (dell, hp), (anna, ben, cleo) = servers, people
    owners = schema.by_key["owners"]
    with inside():
        replace_tags(owners, {dell.pk: {anna, ben}, hp.pk: {cleo}})
        kept = AssetTag.objects.get(asset=dell, contact_id=ben).pk
        replace_tags(owners, {dell.pk: {ben, cleo}, hp.pk: ()})
        stored = set(AssetTag.objects.values_list("asset_id", "contact_id"))
        assert AssetTag.objects.get(asset=dell, contact_id=ben).pk == kept
    assert stored == {(dell.pk, ben), (dell.pk, cleo)}


def test_tags_of_assets_not_named_stay(schema, servers, people, inside):
    (dell, hp), (anna, *_) = servers, people
    owners = schema.by_key["owners"]
    with inside():
        replace_tags(owners, {dell.pk: {anna}, hp.pk: {anna}})
        replace_tags(owners, {dell.pk: ()})
        assert set(AssetTag.objects.values_list("asset_id", "contact_id")) == {(hp.pk, anna)}


def test_database_refuses_to_tag_another_accounts_contact(schema, servers, rival, inside):
    with inside(rival):
        organization = create_organization(rival.pk, name="Rival's client", now=NOW)
        [foreign] = create_contacts(organization, [ContactDetails(name="Foreign")], now=NOW)
    with pytest.raises(Exception, match="same_account"), inside():
        replace_tags(schema.by_key["owners"], {servers[0].pk: {foreign.pk}})
    with inside():
        assert not AssetTag.objects.exists()


def test_totals_are_the_sums_of_the_active_assets(schema, servers, totals, inside):
    assert totals() == (2, 350, 12)
    with inside():
        FlexibleAsset.objects.filter(pk=servers[0].pk).update(archived=True)
    assert totals() == (1, 200, 8)


def test_totals_of_nothing_are_zero(totals):
    assert totals() == (0, 0, 0)


def test_totals_of_other_organizations_are_not_mixed_in(account, schema, servers, totals, inside):
    with inside():
        other = create_organization(account.pk, name="Other", now=NOW)
        create_assets(schema, [{"vendor": "IBM", "cores": 96}], organization_id=other.pk, now=NOW)
    assert totals() == (2, 350, 12)


def test_totals_that_did_not_change_are_not_written(schema, servers, totals, organization, inside):
    totals()
    with inside(), CaptureQueriesContext(connection) as queries:
        refresh_totals(schema, lock_totals(schema, organization))
    assert [query["sql"] for query in queries.captured_queries if query["sql"].startswith("UPDATE")] == []
