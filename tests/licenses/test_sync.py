"""The licenses of a tenant through its life, synced from the simulator: bought, suspended, over-assigned, gone, back."""

from uuid import UUID

import pytest

from flexible_assets.actions import replace_tags
from flexible_assets.models import AssetTag, FlexibleAsset, OrganizationTotals
from integrations.microsoft.sku_names import sku_name
from integrations.models import ContactLink
from integrations.problems import Problem
from integrations.states import RunState
from licenses import portions
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from organizations.models import Contact
from tests.factories import connect_to


@pytest.fixture
def license_of(inside):
    """The asset of a tenant's SKU by part number, with its record."""

    def find(part_number) -> tuple[FlexibleAsset, LicenseRecord]:
        with inside():
            record = LicenseRecord.objects.select_related("asset").get(part_number=part_number)
        return record.asset, record

    return find


@pytest.fixture
def holders_of(inside):
    """User ids of the contacts tagged on a SKU's asset."""

    def read(part_number) -> set[UUID]:
        with inside():
            users = dict(ContactLink.objects.values_list("contact_id", "user_id"))
            tags = AssetTag.objects.filter(asset__license_record__part_number=part_number)
            return {users[contact_id] for contact_id in tags.values_list("contact_id", flat=True)}

    return read


@pytest.fixture
def totals_hold(inside):
    """Totals always count the assets, and sum up those that Microsoft still reports."""

    def check() -> None:
        with inside():
            for row in OrganizationTotals.objects.all():
                assets = FlexibleAsset.objects.filter(organization_id=row.organization_id, archived=False)
                slots = ("number_1", "number_2", "number_3", "number_4", "number_5")
                reported = list(assets.filter(orphaned_at=None).values_list(*slots))
                sums = tuple(sum(column) for column in zip(*reported, strict=True))
                assert (row.assets, row.number_1, row.number_2, row.number_3, row.number_4, row.number_5) == (
                    assets.count(),
                    *sums,
                )
            assert OrganizationTotals.objects.exists()

    return check


def _holders(tenant, part_number) -> set[UUID]:
    ids = {user.user_principal_name: UUID(user.id) for user in tenant.users}
    [license_] = [each for each in tenant.licenses() if each.part_number == part_number]
    return {ids[name] for name in license_.holders}


def _counts(asset) -> dict[str, object]:
    return {
        key: asset.traits[key] for key in ("status", "active", "consumed", "unused", "suspended", "warning")
    }


def test_license_as_the_portal_shows_it(one, sync, license_of, holders_of):
    sync(one.connected)
    asset, record = license_of("SPB")
    [there] = [each for each in one.tenant.licenses() if each.part_number == "SPB"]
    assert (asset.name, asset.is_locked, asset.organization_id) == (
        "Microsoft 365 Business Premium",
        True,
        one.connected.matches[0].organization_id,
    )
    assert asset.traits == {
        "license-name": "Microsoft 365 Business Premium",
        "sku": "SPB",
        "status": "Active",
        "active": there.enabled,
        "consumed": there.consumed,
        "unused": there.enabled - there.consumed,
        "suspended": 0,
        "warning": 0,
    }
    assert (record.applies_to, record.capability_status, record.holder_count) == ("User", "Enabled", 11)
    assert holders_of("SPB") == _holders(one.tenant, "SPB")


def test_suspension_shows_no_active_units_and_keeps_the_tags(one, sync, license_of, holders_of, totals_hold):
    sync(one.connected)
    before, _ = license_of("SPB")
    held = holders_of("SPB")
    one.tenant.edit.suspend_sku("SPB")
    assert sync(one.connected).state == RunState.OK
    asset, record = license_of("SPB")
    assert _counts(asset) == {
        "status": "Suspended",
        "active": 0,
        "consumed": 11,
        "unused": 0,
        "suspended": 13,
        "warning": 0,
    }
    assert (asset.pk, record.capability_status, record.orphaned_at) == (before.pk, "Suspended", None)
    assert holders_of("SPB") == held == _holders(one.tenant, "SPB")
    assert len(held) == 11
    totals_hold()


def test_license_suspended_from_the_first_sync_on_is_tagged_as_well(
    simulated, account, sync, license_of, holders_of
):
    simulator = simulated(tenants=2)
    tenant = simulator.world.tenants[1]
    sync(connect_to(simulator, account, tenants=[tenant]))
    asset, _ = license_of("O365_BUSINESS_PREMIUM")
    assert (asset.traits["status"], asset.traits["active"]) == ("Suspended", 0)
    assert holders_of("O365_BUSINESS_PREMIUM") == _holders(tenant, "O365_BUSINESS_PREMIUM")
    assert len(holders_of("O365_BUSINESS_PREMIUM")) == 19


def test_reactivation_is_the_same_license_again(one, sync, license_of):
    sync(one.connected)
    before, _ = license_of("SPB")
    one.tenant.edit.suspend_sku("SPB")
    sync(one.connected)
    one.tenant.edit.reactivate_sku("SPB")
    sync(one.connected)
    after, _ = license_of("SPB")
    assert (after.pk, after.traits) == (before.pk, before.traits)


def test_more_consumed_than_bought_is_over_assigned(one, sync, license_of, holders_of, totals_hold):
    sync(one.connected)
    one.tenant.edit.set_units("SPB", enabled=5)
    assert sync(one.connected).state == RunState.OK
    asset, record = license_of("SPB")
    assert (asset.traits["status"], asset.traits["active"]) == ("Over-assigned", 5)
    assert (asset.traits["consumed"], asset.traits["unused"], record.units.over_assigned) == (11, 0, 6)
    assert len(holders_of("SPB")) == 11
    totals_hold()


def test_expired_units_in_grace_are_a_warning(one, sync, license_of, holders_of):
    sync(one.connected)
    one.tenant.edit.expire_sku("SPB")
    sync(one.connected)
    asset, _ = license_of("SPB")
    assert _counts(asset) == {
        "status": "Warning",
        "active": 0,
        "consumed": 11,
        "unused": 0,
        "suspended": 0,
        "warning": 13,
    }
    assert len(holders_of("SPB")) == 11


def test_locked_out_units_count_as_suspended(one, sync, license_of):
    sync(one.connected)
    one.tenant.edit.lock_out_sku("SPB")
    sync(one.connected)
    asset, record = license_of("SPB")
    assert (asset.traits["status"], asset.traits["suspended"], record.locked_out) == ("Locked out", 13, 13)


def test_vanished_license_is_orphaned_not_deleted(one, sync, license_of, holders_of, only_sync, totals_hold):
    sync(one.connected)
    held = holders_of("EXCHANGESTANDARD")
    before, _ = license_of("EXCHANGESTANDARD")
    one.tenant.edit.remove_sku("EXCHANGESTANDARD")
    run = sync(one.connected)
    asset, record = license_of("EXCHANGESTANDARD")
    assert (run.state, only_sync(run).orphaned) == (RunState.OK, 1)
    assert (asset.pk, asset.traits, asset.orphaned_at) == (before.pk, before.traits, record.orphaned_at)
    assert (record.orphaned_at is not None, holders_of("EXCHANGESTANDARD")) == (True, held)
    totals_hold()


def test_orphan_is_orphaned_once(one, sync, only_sync, license_of):
    sync(one.connected)
    one.tenant.edit.remove_sku("EXCHANGESTANDARD")
    sync(one.connected)
    _, first = license_of("EXCHANGESTANDARD")
    run = sync(one.connected)
    _, second = license_of("EXCHANGESTANDARD")
    assert (only_sync(run).orphaned, second.orphaned_at) == (0, first.orphaned_at)


def test_license_that_comes_back_is_the_same_asset(one, sync, license_of, holders_of, totals_hold):
    sync(one.connected)
    before, _ = license_of("EXCHANGESTANDARD")
    one.tenant.edit.remove_sku("EXCHANGESTANDARD")
    sync(one.connected)
    one.tenant.edit.add_sku("EXCHANGESTANDARD", enabled=7)
    sync(one.connected)
    asset, record = license_of("EXCHANGESTANDARD")
    assert (asset.pk, asset.orphaned_at, record.orphaned_at) == (before.pk, None, None)
    assert (asset.traits["active"], holders_of("EXCHANGESTANDARD")) == (7, set())
    totals_hold()


def test_all_licenses_gone_at_once_are_held(one, sync, stored, only_sync):
    sync(one.connected)
    before = stored()
    for pool in one.tenant.skus:
        one.tenant.edit.remove_sku(pool.sku.id)
    run = sync(one.connected)
    assert (run.state, run.problem, only_sync(run).orphaned) == (RunState.HELD, Problem.SUSPICIOUS, 0)
    assert run.detail.startswith("4 of 4 licenses are missing from Microsoft's answer")
    assert stored() == before


def test_person_who_leaves_is_untagged_and_stays_a_contact(one, sync, holders_of, inside):
    sync(one.connected)
    with inside():
        contacts = Contact.objects.count()
    leaver = one.tenant.licenses()[0].holders[0]
    one.tenant.edit.remove_user(leaver)
    run = sync(one.connected)
    assert run.state == RunState.OK
    assert holders_of("SPB") == _holders(one.tenant, "SPB")
    assert len(holders_of("SPB")) == 10
    with inside():
        assert Contact.objects.count() == contacts


def test_person_who_joins_is_tagged(one, sync, holders_of, license_of):
    sync(one.connected)
    joiner = one.tenant.edit.add_user("new@birch.example", display_name="New Person")
    one.tenant.edit.assign("new@birch.example", "SPB")
    sync(one.connected)
    asset, record = license_of("SPB")
    assert UUID(joiner.id) in holders_of("SPB")
    assert (asset.traits["consumed"], record.holder_count) == (12, 12)


def test_deleted_contact_is_made_and_tagged_again(one, sync, holders_of, inside):
    """A person cleaned up contacts; Microsoft's answer is still the same."""
    sync(one.connected)
    with inside():
        contact = (
            Contact.objects.filter(tags__asset__license_record__part_number="SPB").order_by("pk").first()
        )
        email = contact.email
        contact.delete()
    assert len(holders_of("SPB")) == 10
    sync(one.connected)
    assert holders_of("SPB") == _holders(one.tenant, "SPB")
    with inside():
        assert Contact.objects.filter(email=email).count() == 1


def test_contact_deleted_while_its_tags_are_written_is_made_again(
    one, sync, only_sync, in_threads, quick_retries, monkeypatch
):
    """The database refuses the tag of a contact that is gone at commit; the next attempt makes a new one."""
    assert sync(one.connected).state == RunState.OK
    user = next(
        each for each in one.tenant.users if each.user_principal_name in one.tenant.licenses()[0].holders
    )
    one.tenant.edit.assign(user.user_principal_name, "WINDOWS_STORE")

    def delete_contact() -> None:
        with account_transaction(one.connected.account.pk):
            ContactLink.objects.get(user_id=user.id).contact.delete()

    def delete_once(*args) -> None:
        monkeypatch.undo()
        in_threads(delete_contact)
        replace_tags(*args)

    monkeypatch.setattr(portions, "replace_tags", delete_once)
    run = sync(one.connected)
    assert (run.state, only_sync(run).attempts) == (RunState.OK, 2)
    with account_transaction(one.connected.account.pk):
        tags = AssetTag.objects.filter(contact__links__user_id=user.id)
        assert tags.count() == len(user.sku_ids) + 1


def test_contact_that_a_person_wrote_is_tagged_not_doubled(one, sync, inside):
    """Written before the first sync, in capitals."""
    user = next(user for user in one.tenant.users if user.sku_ids)
    organization = one.connected.matches[0].organization
    with inside():
        known = Contact.objects.create(
            account_id=organization.account_id,
            organization=organization,
            name="Known",
            email=user.user_principal_name.upper(),
            email_key=user.user_principal_name.casefold(),
        )
    sync(one.connected)
    with inside():
        assert AssetTag.objects.filter(contact=known).count() == len(user.sku_ids)
        assert Contact.objects.filter(email__iexact=user.user_principal_name).count() == 1


def test_only_license_holders_become_contacts(one, sync, inside):
    sync(one.connected)
    with inside():
        assert Contact.objects.count() == len([user for user in one.tenant.users if user.sku_ids])


def test_only_what_changed_is_written(one, sync, stored, only_sync):
    sync(one.connected)
    before = {row[0]: row for row in stored()["FlexibleAsset"]}
    one.tenant.edit.set_units("SPB", enabled=50)
    run = sync(one.connected)
    after = {row[0]: row for row in stored()["FlexibleAsset"]}
    changed = [pk for pk in before if before[pk] != after[pk]]
    outcome = only_sync(run)
    assert len(changed) == 1
    assert (outcome.created, outcome.updated, outcome.unchanged, outcome.orphaned) == (0, 1, 3, 0)


def test_license_unknown_to_the_catalogue_goes_by_its_part_number(one, sync, license_of):
    unknown = UUID("00000000-0000-4000-8000-00000000beef")
    assert sku_name(unknown, part_number="NEW_THING") == "NEW_THING"
    assert sku_name(unknown, part_number="") == str(unknown)


def test_two_tenants_of_one_organization_keep_their_licenses_apart(
    simulated, account, sync, inside, totals_hold
):
    simulator = simulated(tenants=2)
    connected = connect_to(simulator, account)
    first, second = connected.matches
    with inside():
        second.organization = first.organization
        second.save()
    assert sync(connected).state == RunState.OK
    with inside():
        records = LicenseRecord.objects.values_list("match__tenant_id", "sku_id", "asset__organization_id")
        assert sorted(records) == sorted(
            (UUID(tenant.tenant_id), UUID(each.sku_id), first.organization_id)
            for tenant in simulator.world.tenants
            for each in tenant.licenses()
        )
    totals_hold()
    simulator.world.tenants[0].edit.remove_sku("FLOW_FREE")
    sync(connected)
    with inside():
        orphans = list(LicenseRecord.objects.exclude(orphaned_at=None).values_list("match_id", "part_number"))
    assert orphans == [(first.pk, "FLOW_FREE")]
    totals_hold()


def test_showcase_arrives_as_it_is(simulated, account, sync, inside, totals_hold):
    """All twelve situations of the simulated world: numbers, holders, names."""
    simulator = simulated(tenants=12)
    assert sync(connect_to(simulator, account)).state == RunState.OK
    with inside():
        here = {
            (str(each.match.tenant_id), str(each.sku_id)): (
                each.asset.name,
                each.asset.traits["active"],
                each.asset.traits["consumed"],
                each.asset.traits["unused"],
                each.asset.traits["suspended"],
                each.asset.traits["warning"],
                each.holder_count,
                AssetTag.objects.filter(asset_id=each.asset_id).count(),
            )
            for each in LicenseRecord.objects.select_related("match", "asset")
        }
    assert here == {
        (tenant.tenant_id, each.sku_id): (
            sku_name(UUID(each.sku_id), part_number=each.part_number),
            each.enabled,
            each.consumed,
            max(0, each.enabled - each.consumed),
            each.suspended + each.locked_out,
            each.warning,
            len(each.holders),
            len(each.holders),
        )
        for tenant in simulator.world.tenants
        for each in tenant.licenses()
    }
    totals_hold()
