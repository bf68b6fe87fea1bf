"""A sync from the simulated Microsoft to the rows that pages show, worked off in this process."""

from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetType
from integrations.problems import Problem
from integrations.states import RunState, SyncState
from licenses.models import LicenseRecord
from organizations.models import Contact
from tests.factories import connect_to


def test_first_sync_creates_the_locked_type_and_one_asset_for_each_sku(simulated, account, sync, inside):
    simulator = simulated(tenants=3)
    run = sync(connect_to(simulator, account))
    assert run.state == RunState.OK
    with inside():
        [asset_type] = FlexibleAssetType.objects.all()
        assert (asset_type.name, asset_type.is_locked) == ("Microsoft Licenses", True)
        stored = {
            (str(record.match.tenant_id), str(record.sku_id)): (
                record.enabled,
                record.consumed,
                record.holder_count,
            )
            for record in LicenseRecord.objects.select_related("match")
        }
        assert all(asset.is_locked for asset in FlexibleAsset.objects.all())
    expected = {
        (str(tenant.tenant_id), str(license_.sku_id)): (
            license_.enabled,
            license_.consumed,
            len(license_.holders),
        )
        for tenant in simulator.world.tenants
        for license_ in tenant.licenses()
    }
    assert stored == expected


def test_second_sync_writes_nothing_when_nothing_changed(simulated, account, sync, inside, tenant_syncs):
    simulator = simulated(tenants=2)
    connected = connect_to(simulator, account)
    sync(connected)
    with inside():
        before = list(FlexibleAsset.objects.order_by("pk").values_list("pk", "updated_at"))
        tags = set(AssetTag.objects.values_list("pk", flat=True))
        contacts = set(Contact.objects.values_list("pk", "updated_at"))
    run = sync(connected)
    with inside():
        assert list(FlexibleAsset.objects.order_by("pk").values_list("pk", "updated_at")) == before
        assert set(AssetTag.objects.values_list("pk", flat=True)) == tags
        assert set(Contact.objects.values_list("pk", "updated_at")) == contacts
    figures = [
        (each.created, each.updated, each.orphaned, each.unchanged > 0) for each in tenant_syncs(run).values()
    ]
    assert figures == [(0, 0, 0, True)] * 2


def test_wrong_secret_ends_the_run_and_says_what_to_do(simulated, account, sync, tenant_syncs):
    simulator = simulated(tenants=5)
    connected = connect_to(simulator, account, secret="wrong")
    run = sync(connected)
    assert (run.state, run.problem) == (RunState.ERROR, Problem.CREDENTIAL_WRONG)
    assert {each.state for each in tenant_syncs(run).values()} == {SyncState.FAILED}
