"""What disconnecting and matching anew do to assets in batches, and to types when the last asset has gone."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connection

from flexible_assets.actions import (
    FieldSpec,
    add_own_field,
    create_assets,
    edit_asset,
    ensure_managed_type,
    lock_totals,
    move_assets,
    orphan_assets,
    purge_assets,
    purge_type,
    refresh_totals,
    release_assets,
    release_type,
    replace_tags,
    restrict_asset,
)
from flexible_assets.actions.tags import set_tags
from flexible_assets.models import (
    AssetGrant,
    AssetTag,
    FlexibleAsset,
    FlexibleAssetField,
    FlexibleAssetType,
    OrganizationTotals,
)
from flexible_assets.schema import schema_of
from organizations.access import account_transaction
from organizations.actions import create_organization
from organizations.models import Activity
from tests.factories import NOW, connect, give_licenses, person, sku
from tests.flexible_assets.conftest import LATER, TAGGED
from tests.integrations.places import tenant_named


@pytest.fixture
def elsewhere(account, inside):
    with inside():
        return create_organization(account.pk, name="Elsewhere", now=NOW)


@pytest.fixture
def standing(schema, servers, organization, inside):
    """The ids of two servers that are counted."""
    with inside():
        refresh_totals(schema, lock_totals(schema, organization))
    return [each.pk for each in servers]


@pytest.fixture
def totals(inside):
    """Count, prices and cores by organization id."""

    def read() -> dict[int, list[int]]:
        with inside():
            rows = OrganizationTotals.objects.values_list("organization_id", "assets", "number_1", "number_2")
            return {organization_id: figures for organization_id, *figures in rows}

    return read


def test_released_assets_are_ordinary_and_no_orphans(standing, organization, totals, inside):
    dell, hp = standing
    with inside():
        orphan_assets([dell], now=NOW)
    assert totals() == {organization.pk: [2, 200, 8]}
    with inside():
        assert release_assets([dell], now=LATER) == 1
        stored = {each.pk: (each.is_locked, each.orphaned_at) for each in FlexibleAsset.objects.all()}
    assert stored == {dell: (False, None), hp: (True, None)}
    assert totals() == {organization.pk: [2, 350, 12]}


def test_orphans_keep_their_first_date_and_count_in_no_sum(standing, organization, totals, inside):
    dell, hp = standing
    with inside():
        assert orphan_assets([dell], now=NOW) == 1
        assert orphan_assets([dell, hp], now=LATER) == 1
        assert dict(FlexibleAsset.objects.values_list("pk", "orphaned_at")) == {dell: NOW, hp: LATER}
    assert totals() == {organization.pk: [2, 0, 0]}


def test_moved_assets_leave_their_contacts_behind_and_nothing_else(
    administrator, standing, elsewhere, people, totals, inside
):
    dell, hp = standing
    with inside():
        schema = schema_of(FlexibleAssetType.objects.get())
        organization_id = FlexibleAsset.objects.get(pk=dell).organization_id
        schema = add_own_field(schema, FieldSpec("Rack owner", "Text"), now=NOW)
        edit_asset(FlexibleAsset.objects.get(pk=dell), changes={"rack-owner": "Ops"}, notes="Loud", now=NOW)
        restrict_asset(FlexibleAsset.objects.get(pk=dell), users=[administrator], now=NOW)
        replace_tags(schema.by_key["owners"], {dell: people, hp: people[:1]})
        before = Activity.objects.count()
        assert move_assets([dell], organization=elsewhere, now=LATER) == 1
        assert Activity.objects.count() == before
        moved = FlexibleAsset.objects.get(pk=dell)
        assert set(AssetTag.objects.values_list("asset_id", flat=True)) == {hp}
        assert AssetGrant.objects.get().user_id == administrator.pk
    assert (moved.organization_id, moved.traits["rack-owner"], moved.notes, moved.is_restricted) == (
        elsewhere.pk, "Ops", "Loud", True,
    )  # fmt: skip
    assert totals() == {organization_id: [1, 200, 8], elsewhere.pk: [0, 0, 0]}


def test_moved_asset_keeps_what_its_own_fields_name_of_the_whole_account(
    *, schema, standing, elsewhere, people, administrator, inside
):
    dell = standing[0]
    engineers = FieldSpec("Engineers", "Tag", tag_type="AccountsUsers")
    carriers = FieldSpec("Carriers", "Tag", tag_type="Organizations")
    with inside():
        owned = add_own_field(schema, engineers, now=NOW)
        owned = add_own_field(owned, carriers, now=NOW)
        asset = FlexibleAsset.objects.get(pk=dell)
        set_tags(asset, owned.by_key["engineers"], [administrator.pk], now=NOW)
        set_tags(asset, owned.by_key["carriers"], [elsewhere.pk], now=NOW)
        replace_tags(owned.by_key["owners"], {dell: people})
        move_assets([dell], organization=elsewhere, now=LATER)
        kept = AssetTag.objects.filter(asset=dell).order_by("field__order")
        assert [(tag.user_id, tag.organization_id) for tag in kept] == [
            (administrator.pk, None),
            (None, elsewhere.pk),
        ]


def test_asset_moved_to_where_it_is_keeps_its_contacts(schema, standing, organization, people, inside):
    with inside():
        replace_tags(schema.by_key["owners"], {standing[0]: people})
        assert move_assets(standing, organization=organization, now=LATER) == 0
        assert AssetTag.objects.count() == len(people)


def test_moving_counts_in_both_organizations(standing, organization, elsewhere, totals, inside):
    with inside():
        assert move_assets(standing, organization=elsewhere, now=LATER) == 2
    assert totals() == {organization.pk: [0, 0, 0], elsewhere.pk: [2, 350, 12]}
    with inside():
        move_assets(standing[:1], organization=organization, now=LATER)
    assert totals() == {organization.pk: [1, 150, 4], elsewhere.pk: [1, 200, 8]}


def test_purged_assets_are_gone_with_all_that_hung_on_them(
    administrator, schema, standing, people, totals, inside
):
    dell, hp = standing
    with inside():
        replace_tags(schema.by_key["owners"], {dell: people, hp: people[:1]})
        restrict_asset(FlexibleAsset.objects.get(pk=dell), users=[administrator], now=NOW)
        assert purge_assets([dell]) == Counter(assets=1, tags=3, grants=1)
        assert purge_assets([dell]) == Counter()
        assert list(FlexibleAsset.objects.values_list("pk", flat=True)) == [hp]
        assert AssetTag.objects.count() == 1
        assert not AssetGrant.objects.exists()
    assert list(totals().values()) == [[1, 200, 8]]


def test_purge_counts_what_higher_apps_keep_of_an_asset(account, inside):
    plan = sku("PLAN", enabled=5, consumed=2)
    [match] = connect(account, [tenant_named("Harbor")]).matches
    give_licenses(match, [plan], [person("A", holds=[plan]), person("B", holds=[plan])])
    with inside():
        ids = list(FlexibleAsset.objects.values_list("pk", flat=True))
        assert purge_assets(ids) == Counter({"assets": 1, "tags": 2, "license records": 1})


def test_batches_reach_over_types_and_organizations(account, schema, standing, elsewhere, totals, inside):
    racks = replace(TAGGED, system_key="racks", name="Racks")
    with inside():
        other = ensure_managed_type(account.pk, racks, now=NOW)
        created = create_assets(
            other, [{"vendor": "Rittal", "cores": 1, "price": "3.00"}], organization_id=elsewhere.pk, now=NOW
        )
        refresh_totals(other, lock_totals(other, elsewhere))
        assert orphan_assets([*standing, created[0].pk], now=LATER) == 3
    assert sorted(totals().values()) == [[1, 0, 0], [2, 0, 0]]
    with inside():
        assert purge_assets([*standing, created[0].pk]) == Counter(assets=3)
    assert sorted(totals().values()) == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("batch", [release_assets, orphan_assets])
def test_batch_of_nothing_is_nothing(inside, account, batch):
    with inside():
        assert batch([], now=NOW) == 0
        assert purge_assets([]) == Counter()


def test_batches_reach_no_other_account(standing, rival, inside):
    with inside(rival):
        theirs = create_organization(rival.pk, name="Theirs", now=NOW)
        assert release_assets(standing, now=LATER) == 0
        assert orphan_assets(standing, now=LATER) == 0
        assert move_assets(standing, organization=theirs, now=LATER) == 0
        assert purge_assets(standing) == Counter()
    with inside():
        stored = FlexibleAsset.objects.values_list("is_locked", "orphaned_at")
        assert list(stored) == [(True, None)] * 2


def test_batches_that_meet_wait_for_each_other(account, schema, organization, elsewhere):
    """Two at once, which name the same assets in opposite orders and move them in opposite directions."""
    with account_transaction(account.pk):
        ids = [
            each.pk
            for each in create_assets(
                schema,
                [{"vendor": f"Server {number}", "cores": 1} for number in range(40)],
                organization_id=organization.pk,
                now=NOW,
            )
        ]
    together = Barrier(2)

    def move(target, order):
        try:
            for _ in range(5):
                together.wait(timeout=30)
                with account_transaction(account.pk):
                    move_assets(order, organization=target, now=LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        moves = [
            pool.submit(move, elsewhere, ids),
            pool.submit(move, organization, list(reversed(ids))),
        ]
        assert [each.result(timeout=60) for each in moves] == [None, None]
    with account_transaction(account.pk):
        counted = dict(OrganizationTotals.objects.values_list("organization_id", "assets"))
        here = FlexibleAsset.objects.in_organization(organization).count()
    assert counted == {organization.pk: here, elsewhere.pk: 40 - here}


# Types.


def test_type_is_released_once_none_of_its_assets_is_locked(schema, standing, inside):
    with inside():
        release_assets(standing[:1], now=NOW)
        assert release_type(schema.asset_type, now=NOW) is False
        assert FlexibleAssetType.objects.get().is_locked
        release_assets(standing[1:], now=NOW)
        assert release_type(schema.asset_type, now=LATER) is True
        released = FlexibleAssetType.objects.get()
        assert not FlexibleAssetField.objects.filter(is_managed=True).exists()
        line = Activity.objects.get(action="flexible-asset-type.released")
    assert (released.manager, released.system_key, released.is_locked) == ("", None, False)
    assert (line.subject, line.at) == ("Servers", LATER)


def test_type_without_assets_is_purged_with_its_fields_and_totals(schema, standing, inside):
    with inside():
        assert purge_type(schema.asset_type) is False
        purge_assets(standing)
        assert purge_type(schema.asset_type) is True
        for model in (FlexibleAssetType, FlexibleAssetField, OrganizationTotals):
            assert not model.objects.exists()


def test_type_of_which_somebody_kept_assets_is_theirs_instead_of_purged(schema, standing, inside):
    with inside():
        purge_assets(standing[:1])
        release_assets(standing[1:], now=NOW)
        assert purge_type(schema.asset_type) is False
        kept = FlexibleAssetType.objects.get()
        assert (kept.is_locked, kept.fields.count()) == (False, len(TAGGED.fields))
        assert FlexibleAsset.objects.get().pk == standing[1]


def test_new_managed_type_takes_its_name_from_the_kept_one(account, schema, standing, inside):
    names = []
    with inside():
        for _ in range(2):
            asset_type = FlexibleAssetType.objects.get(system_key=TAGGED.system_key)
            release_assets(list(FlexibleAsset.objects.values_list("pk", flat=True)), now=NOW)
            release_type(asset_type, now=NOW)
            ensure_managed_type(account.pk, TAGGED, now=LATER)
            names.append(list(FlexibleAssetType.objects.order_by("pk").values_list("name", flat=True)))
        told = Activity.objects.filter(action="flexible-asset-type.renamed").order_by("pk")
        assert [line.details for line in told] == [
            {"before": "Servers", "after": "Servers (kept)"},
            {"before": "Servers", "after": "Servers (kept 2)"},
        ]
        assert FlexibleAssetType.objects.get(name="Servers (kept 2)").sort_key == "servers (kept 0000000002)"
    assert names == [["Servers (kept)", "Servers"], ["Servers (kept)", "Servers (kept 2)", "Servers"]]


def test_type_that_is_being_written_to_is_not_released_under_the_writer(
    account, schema, organization, inside
):
    """A first sync and the last disconnect meet: the release waits, and then sees what the sync wrote."""
    wrote, asked = Barrier(2), Barrier(2)

    def sync():
        try:
            with account_transaction(account.pk):
                held = ensure_managed_type(account.pk, TAGGED, now=NOW)
                wrote.wait(timeout=30)
                asked.wait(timeout=30)
                create_assets(held, [{"vendor": "Dell"}], organization_id=organization.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        syncing = pool.submit(sync)
        wrote.wait(timeout=30)
        with account_transaction(account.pk):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '20s'")
            asked.wait(timeout=30)
            assert release_type(schema.asset_type, now=LATER) is False
        syncing.result(timeout=30)
    with inside():
        assert FlexibleAssetType.objects.get().is_locked
        assert FlexibleAsset.objects.get().is_locked
