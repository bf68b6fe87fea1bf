import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integrations.microsoft.simulator import Simulator, Status, World
from integrations.microsoft.simulator.catalog import BY_PART_NUMBER, SKUS
from tests.integrations.microsoft.simulator.conftest import (
    ARCHITECTS,
    BAKERY,
    DAIRY,
    DENTIST,
    HARBOR,
    HOSPITAL,
    JAPAN,
    LABORATORY,
    LAWYERS,
    NOTARY,
    SHIPPING,
    TINY,
)


@pytest.fixture(scope="module")
def world():
    return World(seed=7, tenants=40)


def census_of(world):
    return [(tenant.display_name, tenant.users, tenant.skus) for tenant in world.tenants]


def held(tenant, part_number):
    return next(truth for truth in tenant.licenses() if truth.part_number == part_number)


def people(tenant):
    return [user.display_name for user in tenant.users]


def test_world_of_same_seed_and_size_is_the_same():
    assert census_of(World(seed=3, tenants=20)) == census_of(World(seed=3, tenants=20))


def test_world_does_not_depend_on_the_order_it_is_looked_at(world):
    backwards = World(seed=7, tenants=40)
    for tenant in reversed(backwards.tenants):
        assert tenant.users
    assert census_of(backwards) == census_of(world)


def test_world_of_another_seed_is_another(world):
    other = World(seed=8, tenants=40)
    assert not {tenant.tenant_id for tenant in other.tenants} & {tenant.tenant_id for tenant in world.tenants}
    assert people(other.tenants[DENTIST]) != people(world.tenants[DENTIST])


def facts_of(tenant):
    """All that is not an id Microsoft would give out once."""
    return (
        tenant.display_name,
        tenant.default_domain,
        tenant.licenses(),
        [replace(user, id="") for user in tenant.users],
        [replace(each, id="", owner_tenant_id=None) for each in tenant.subscriptions],
    )


def ids_of(world):
    tenants = (world.partner, *world.tenants)
    return [
        [tenant.tenant_id for tenant in tenants],
        [user.id for tenant in tenants for user in tenant.users],
        [each.id for tenant in tenants for each in tenant.subscriptions],
    ]


def test_world_in_another_realm_is_the_same_under_other_ids():
    here, there = World(seed=7, tenants=12), World(seed=7, tenants=12, realm="there")
    for ours, theirs in zip(here.tenants, there.tenants, strict=True):
        assert facts_of(ours)[:3] == facts_of(theirs)[:3]
        assert [replace(user, assignments=()) for user in facts_of(ours)[3]] == [
            replace(user, assignments=()) for user in facts_of(theirs)[3]
        ]
        assert facts_of(ours)[4] == facts_of(theirs)[4]
    for ours, theirs in zip(ids_of(here), ids_of(there), strict=True):
        assert len(ours) == len(theirs)
        assert not set(ours) & set(theirs)
    assert ids_of(there) == ids_of(World(seed=7, tenants=12, realm="there"))


def test_what_a_partner_sold_is_the_partners_in_its_own_realm():
    world = World(seed=7, tenants=12, realm="there")
    sellers = {each.owner_tenant_id for tenant in world.tenants for each in tenant.subscriptions}
    assert sellers == {None, world.partner.tenant_id}


def test_application_is_the_same_in_every_realm():
    assert (
        Simulator(World(seed=7, tenants=1, realm="there")).application_id
        == Simulator(World(seed=7, tenants=1)).application_id
    )


def test_some_people_have_several_addresses_and_phones_and_all_addresses_are_unique(world):
    for tenant in world.tenants[:12]:
        addresses = [
            address for user in tenant.users for address in {user.mail, *user.aliases} if address is not None
        ]
        assert len(set(addresses)) == len(addresses)
    users = world.tenants[HOSPITAL].users
    assert {len(user.aliases) for user in users} == {0, 1, 2}
    assert {len(user.business_phones) for user in users} == {0, 1, 2}


def test_larger_world_begins_with_the_smaller_one(world):
    assert census_of(World(seed=7, tenants=12)) == census_of(world)[:12]


def test_world_reckons_its_dates_from_the_epoch():
    moved = World(seed=7, tenants=1, epoch=datetime(2030, 6, 1, tzinfo=UTC)).tenants[0]
    stayed = World(seed=7, tenants=1).tenants[0]
    shift = datetime(2030, 6, 1, tzinfo=UTC) - datetime(2026, 1, 1, tzinfo=UTC)
    assert [user.created_at for user in moved.users] == [user.created_at + shift for user in stayed.users]


def test_large_world_starts_at_once():
    started = time.process_time()
    world = World(seed=7, tenants=200)
    assert time.process_time() - started < 1
    assert len({tenant.display_name for tenant in world.tenants}) == 200
    assert len({tenant.default_domain for tenant in world.tenants}) == 200


def test_names_stay_apart_when_the_lists_run_out():
    world = World(seed=7, tenants=1500)
    assert len({tenant.display_name for tenant in world.tenants}) == 1500
    assert len({tenant.profile.initial_domain for tenant in world.tenants}) == 1500


def test_world_has_tenants_of_every_size():
    sizes = sorted(len(tenant.users) for tenant in World(seed=7, tenants=200).tenants)
    assert sizes[0] < 10
    assert len([size for size in sizes if 100 <= size <= 430]) >= 10
    assert len([size for size in sizes if size > 1500]) == 2


def test_world_can_be_evened_out_for_measurements():
    even = World(seed=7, tenants=60, skus_per_tenant=20)
    assert {len(tenant.skus) for tenant in even.tenants} == {20}
    assert {
        len(truth.holders)
        for tenant in even.tenants
        for truth in tenant.licenses()
        if truth.applies_to == "Company"
    } == {0}


def test_every_holder_is_counted_and_only_one_number_disagrees(world):
    disagreeing = [
        (tenant.display_name, truth.part_number, truth.consumed - len(truth.holders))
        for tenant in world.tenants
        for truth in tenant.licenses()
        if truth.consumed != len(truth.holders)
    ]
    assert disagreeing == [(world.tenants[SHIPPING].display_name, "CPC_E_2C_8GB_128GB", 2)]


def test_suspended_sku_keeps_its_holders(world):
    suite = held(world.tenants[BAKERY], "O365_BUSINESS_PREMIUM")
    assert (suite.enabled, suite.suspended, suite.consumed, len(suite.holders)) == (0, 22, 19, 19)


def test_over_assigned_sku_has_more_holders_than_units(world):
    suite = held(world.tenants[HARBOR], "SPB")
    assert (suite.enabled, suite.consumed) == (25, 31)


def test_expired_sku_is_in_grace_and_one_claims_to_be_enabled(world):
    suite = held(world.tenants[NOTARY], "O365_BUSINESS_PREMIUM")
    assert (suite.enabled, suite.warning, suite.consumed) == (0, 10, 9)
    statuses = {pool.sku.part_number: pool.capability_status for pool in world.tenants[NOTARY].skus}
    assert (statuses["O365_BUSINESS_PREMIUM"], statuses["EXCHANGEARCHIVE_ADDON"]) == ("Warning", "Enabled")


def test_trial_is_marked_on_the_subscription(world):
    trials = {each.sku.part_number for each in world.tenants[DAIRY].subscriptions if each.is_trial}
    assert trials == {"Microsoft_365_Copilot", "POWERAPPS_VIRAL", "CCIBOTS_PRIVPREV_VIRAL"}


def test_free_pools_are_as_large_as_microsofts(world):
    assert held(world.tenants[HOSPITAL], "FLOW_FREE").enabled == 10_000
    assert held(world.tenants[HOSPITAL], "POWER_BI_STANDARD").enabled == 1_000_000


def test_company_scoped_sku_has_no_holders(world):
    store = held(world.tenants[DENTIST], "WINDOWS_STORE")
    assert (store.applies_to, store.holders) == ("Company", ())


def test_abandoned_sku_is_locked_out(world):
    left = held(world.tenants[LAWYERS], "STANDARDPACK")
    assert (left.enabled, left.locked_out, len(left.holders)) == (0, 10, 3)


def test_sizes_of_the_showcase(world):
    assert len(world.tenants[TINY].users) == 3
    assert len(world.tenants[HOSPITAL].users) > 999


def test_names_are_written_in_their_own_script(world):
    assert world.tenants[JAPAN].display_name == "東雲精密工業株式会社"
    assert world.tenants[LABORATORY].display_name == "מעבדות כרמל בע״מ"
    assert any("\u4e00" <= name[0] <= "\u9fff" for name in people(world.tenants[JAPAN]) if name)


def test_addresses_are_plain_ascii_and_unique(world):
    for tenant in world.tenants:
        addresses = [user.user_principal_name for user in tenant.users]
        assert all(address.isascii() for address in addresses)
        assert len(set(addresses)) == len(addresses)


def test_some_people_are_disabled_guests_or_without_a_name(world):
    users = world.tenants[ARCHITECTS].users + world.tenants[SHIPPING].users
    assert {user.account_enabled for user in users} == {True, False}
    assert len([user for user in users if user.user_type == "Guest"]) == 9 + 14
    assert len([user for user in users if user.display_name is None]) == 4 + 3


def test_group_assignment_may_fail_or_come_on_top_of_a_direct_one(world):
    users = world.tenants[SHIPPING].users
    failed = [user for user in users if any(not each.is_effective for each in user.assignments)]
    assert all(
        each.sku_id not in user.sku_ids
        for user in failed
        for each in user.assignments
        if not each.is_effective
    )
    both = [user for user in users if len(user.assignments) > len({each.sku_id for each in user.assignments})]
    assert (len(failed), len(both)) == (3, 12)


def test_person_can_hold_several_skus(world):
    assert max(len(user.sku_ids) for user in world.tenants[HOSPITAL].users) >= 4


def test_catalog_names_every_sku_once():
    assert len({sku.id for sku in SKUS}) == len({sku.part_number for sku in SKUS}) == len(SKUS)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ("suspend_sku", (0, 0, 13, 0)),
        ("expire_sku", (0, 13, 0, 0)),
        ("lock_out_sku", (0, 0, 0, 13)),
        ("reactivate_sku", (13, 0, 0, 0)),
    ],
)
def test_sku_changes_state_and_keeps_its_holders(edit, expected):
    tenant = World(seed=7, tenants=1).tenants[0]
    before = held(tenant, "SPB")
    getattr(tenant.edit, edit)("SPB")
    after = held(tenant, "SPB")
    assert (after.enabled, after.warning, after.suspended, after.locked_out) == expected
    assert after.holders == before.holders


def test_removed_sku_leaves_its_people_too():
    tenant = World(seed=7, tenants=1).tenants[0]
    tenant.edit.remove_sku("SPB")
    assert [truth.part_number for truth in tenant.licenses()] == [
        "EXCHANGESTANDARD",
        "FLOW_FREE",
        "WINDOWS_STORE",
    ]
    assert not any(BY_PART_NUMBER["SPB"].id in user.sku_ids for user in tenant.users)


def test_stranded_sku_is_still_held_by_its_people():
    tenant = World(seed=7, tenants=1).tenants[0]
    tenant.edit.strand_sku("SPB")
    assert [truth.part_number for truth in tenant.licenses()] == [
        "EXCHANGESTANDARD",
        "FLOW_FREE",
        "WINDOWS_STORE",
    ]
    assert len([user for user in tenant.users if BY_PART_NUMBER["SPB"].id in user.sku_ids]) == 11


def test_newcomer_gets_and_loses_a_license():
    tenant = World(seed=7, tenants=1).tenants[0]
    address = f"new.person@{tenant.default_domain}"
    before = held(tenant, "SPB").holders

    user = tenant.edit.add_user(address, display_name="New Person")
    tenant.edit.assign(address, "SPB")
    assert held(tenant, "SPB").holders == (*before, address)

    tenant.edit.unassign(user.id, "SPB")
    assert held(tenant, "SPB").holders == before

    tenant.edit.remove_user(address)
    assert address not in {user.user_principal_name for user in tenant.users}


def test_units_and_skus_can_be_set():
    tenant = World(seed=7, tenants=1).tenants[0]
    tenant.edit.set_units("SPB", enabled=4, suspended=9)
    tenant.edit.add_sku("VISIOCLIENT", enabled=2)
    assert (
        held(tenant, "SPB").enabled,
        held(tenant, "SPB").suspended,
        held(tenant, "VISIOCLIENT").enabled,
    ) == (4, 9, 2)
    assert {each.status for each in tenant.subscriptions if each.sku.part_number == "SPB"} == {
        Status.ENABLED,
        Status.SUSPENDED,
    }


def test_user_can_be_changed():
    tenant = World(seed=7, tenants=1).tenants[0]
    first = tenant.users[0]
    tenant.edit.change_user(first.id, account_enabled=False, display_name=None)
    assert (tenant.users[0].account_enabled, tenant.users[0].display_name) == (False, None)


def test_edit_of_unknown_user_changes_nothing():
    tenant = World(seed=7, tenants=1).tenants[0]
    with pytest.raises(KeyError):
        tenant.edit.remove_user("nobody@nowhere.example")
    assert (len(tenant.users), tenant.revision) == (14, 0)
