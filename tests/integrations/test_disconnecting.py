"""Disconnecting: what goes, what stays, and that it can be interrupted anywhere and taken up again."""

import uuid
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from flexible_assets.actions import FieldSpec, add_own_field, edit_asset
from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetType, OrganizationTotals
from flexible_assets.schema import schema_of
from integrations.actions import disconnecting as actions
from integrations.actions.disconnecting import begin_disconnect, reach_of
from integrations.actions.matching import Tenant, match_tenant
from integrations.actions.runs import start_sync
from integrations.engine import claims, clock, disconnecting, graph
from integrations.engine.drain import sync_tenant
from integrations.models import (
    ContactLink,
    Disconnection,
    Inquiry,
    Integration,
    IntegrationCredential,
    SyncRun,
    TenantClaim,
    TenantMatch,
)
from integrations.refusals import LeavingError, RefusedError
from integrations.states import DisconnectMode, InquiryKind, IntegrationStatus, RunState, Trigger
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from organizations.models import Activity, Contact, Organization
from organizations.wall import is_account_owned
from tests.factories import NOW, Connected, connect, give_licenses, person, sku
from tests.integrations.places import tenant_of, two_tenants

LATER = NOW + timedelta(hours=1)
#: What disconnecting takes nothing from, whichever way.
STAYING = {
    "organizations.organization", "organizations.contact", "organizations.contactaddress",
    "organizations.organizationtype", "organizations.organizationstatus",
}  # fmt: skip
LOG = {"organizations.activity", "integrations.disconnection", "organizations.user"}


@pytest.fixture
def filled(account):
    """Two tenants with three licenses each, contacts who hold them, a finished run and an open one."""
    return _filled(account)


def _filled(account, *, name: str = "Microsoft") -> Connected:
    connected = connect(account, two_tenants(), name=name)
    for match in connected.matches:
        _give(match)
    with account_transaction(account.pk):
        run = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW)
        SyncRun.objects.filter(pk=run.pk).update(state=RunState.OK, finished_at=NOW)
        start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW)
        Inquiry.objects.create(
            account_id=account.pk,
            integration=connected.integration,
            kind=InquiryKind.CONNECTION,
            epoch=1,
            created_at=NOW,
        )
    return connected


def _give(match: TenantMatch) -> None:
    skus = [sku(name, enabled=5, consumed=1) for name in ("SPB", "SPE_E3", "SPE_E5")]
    give_licenses(match, skus, [person(f"{match.tenant_name} {each}", holds=skus) for each in "AB"])


@pytest.fixture
def disconnect(inside):
    """Begins and carries out, as a worker would; the finished disconnection."""

    def through(connected, mode: DisconnectMode) -> Disconnection:
        with inside(connected.account):
            begun = begin_disconnect(connected.integration.pk, mode=mode, now=LATER)
        disconnecting.proceed(connected.account.pk, begun.pk)
        with inside(connected.account):
            return Disconnection.objects.get(pk=begun.pk)

    return through


def _left(account) -> dict[str, int]:
    """How many rows of each table the account has, without the log."""
    with account_transaction(account.pk):
        counts = {
            model._meta.label_lower: model._default_manager.filter(account=account).count()
            for model in apps.get_models()
            if is_account_owned(model)
        }
    return {label: count for label, count in counts.items() if count and label not in LOG}


def _assets() -> list[tuple[object, ...]]:
    return list(
        FlexibleAsset.objects.order_by("pk").values_list("pk", "organization", "name", "traits", "notes")
    )


def test_everything_goes_with_delete_but_contacts_and_organizations(filled, account, disconnect):
    before = _left(account)
    disconnection = disconnect(filled, DisconnectMode.DELETE)
    left = _left(account)
    assert left == {label: before[label] for label in STAYING & before.keys()}
    assert (left["organizations.organization"], left["organizations.contact"]) == (2, 4)
    assert disconnection.finished_at is not None
    assert disconnection.integration_id is None


def test_receipt_of_delete_counts_every_row_that_went(filled, account, disconnect):
    before = _left(account)
    counts = disconnect(filled, DisconnectMode.DELETE).counts
    assert counts == {
        "license assets": before["flexible_assets.flexibleasset"],
        "license records": before["licenses.licenserecord"],
        "tags": before["flexible_assets.assettag"],
        "flexible asset types": 1,
        "contact links": before["integrations.contactlink"],
        "integration credentials": 1,
        "sync runs": before["integrations.syncrun"],
        "tenant syncs": before["integrations.tenantsync"],
        "inquiries": 1,
        "tenant matches": 2,
        "sync settings": 1,
        "integrations": 1,
        "organizations": 2,
        "contacts": 4,
    }
    assert (counts["license assets"], counts["tags"], counts["sync runs"]) == (6, 12, 2)


def test_assets_become_ordinary_with_keep(filled, account, disconnect, inside):
    with inside():
        FlexibleAsset.objects.filter(pk=FlexibleAsset.objects.order_by("pk").first().pk).update(
            orphaned_at=NOW
        )
        before, tags, totals = _assets(), _pairs(), list(OrganizationTotals.objects.values_list("assets"))
    counts = disconnect(filled, DisconnectMode.KEEP).counts
    with inside():
        assert _assets() == before
        assert _pairs() == tags
        assert list(OrganizationTotals.objects.values_list("assets")) == totals
        assert set(FlexibleAsset.objects.values_list("is_locked", "orphaned_at")) == {(False, None)}
        [asset_type] = FlexibleAssetType.objects.all()
        assert (asset_type.name, asset_type.manager, asset_type.system_key) == (
            "Microsoft Licenses",
            "",
            None,
        )
        assert not asset_type.fields.filter(is_managed=True).exists()
    assert (counts["license assets"], counts["flexible asset types"], counts["contacts"]) == (6, 1, 4)
    kept = {"flexible_assets.flexibleasset", "flexible_assets.flexibleassettype", "flexible_assets.assettag"}
    kept |= {"flexible_assets.flexibleassetfield", "flexible_assets.organizationtotals"}
    assert _left(account).keys() - STAYING == kept


def _woken(mailbox, account) -> list[int]:
    letters = mailbox(account, queue="control")
    return [row_id for task, row_id in letters if task == "integrations.disconnect"]


def _pairs() -> set[tuple[int, int]]:
    return set(AssetTag.objects.values_list("asset_id", "contact_id"))


def test_every_field_of_a_kept_asset_can_be_edited(filled, disconnect, inside):
    disconnect(filled, DisconnectMode.KEEP)
    with inside():
        asset = FlexibleAsset.objects.order_by("pk").first()
        edit_asset(asset, changes={"active": "77"}, now=LATER)
        asset.refresh_from_db()
        assert asset.traits["active"] == 77


def test_own_fields_of_an_empty_type_survive_keep(account, disconnect, inside):
    connected = connect(account, two_tenants())
    give_licenses(connected.matches[0], [sku("SPB", enabled=1)])
    with inside():
        [asset_type] = FlexibleAssetType.objects.all()
        add_own_field(schema_of(asset_type), FieldSpec("Cost center", "Text"), now=NOW)
        FlexibleAsset.objects.all().delete()
    disconnect(connected, DisconnectMode.KEEP)
    with inside():
        [asset_type] = FlexibleAssetType.objects.all()
        assert not asset_type.is_locked
        assert asset_type.fields.filter(key="cost-center").exists()


@pytest.mark.parametrize("mode", DisconnectMode)
def test_another_integration_keeps_what_is_its_own(account, disconnect, inside, mode):
    """Both share an organization, and so its totals and the type."""
    leaving, staying = _filled(account), connect(account, [], name="Other")
    shared = leaving.matches[0].organization
    with inside():
        tenant = Tenant(uuid.uuid4(), "Second tenant", "second.example")
        match = match_tenant(staying.integration, tenant, organization=shared, now=NOW)
    _give(match)
    with inside():
        records = list(LicenseRecord.objects.of_tenant(match.pk).order_by("pk").values())
        own = {record["asset_id"] for record in records}
        assets = list(FlexibleAsset.objects.filter(pk__in=own).order_by("pk").values())
        tags = set(AssetTag.objects.filter(asset__in=own).values_list())
        contacts = list(Contact.objects.order_by("pk").values_list())
    disconnect(leaving, mode)
    with inside():
        assert list(LicenseRecord.objects.order_by("pk").values()) == records
        assert list(FlexibleAsset.objects.filter(pk__in=own).order_by("pk").values()) == assets
        assert set(AssetTag.objects.filter(asset__in=own).values_list()) == tags
        assert list(Contact.objects.order_by("pk").values_list()) == contacts
        assert [each.pk for each in Integration.objects.all()] == [staying.integration.pk]
        assert IntegrationCredential.objects.of_integration(staying.integration).count() == 1
        assert set(TenantClaim.objects.values_list("tenant_id", flat=True)) == {tenant.tenant_id}
        [asset_type] = FlexibleAssetType.objects.all()
        assert asset_type.is_locked
        counted = OrganizationTotals.objects.get(organization=shared).assets
        assert counted == FlexibleAsset.objects.filter(organization=shared).count()
        assert counted == (3 if mode == DisconnectMode.DELETE else 6)


def test_kept_type_is_the_peoples_when_the_other_integration_deletes_all(account, disconnect, inside):
    kept, deleted = _filled(account), _filled(account, name="Other")
    disconnect(kept, DisconnectMode.KEEP)
    disconnect(deleted, DisconnectMode.DELETE)
    with inside():
        assert FlexibleAsset.objects.count() == 6
        [asset_type] = FlexibleAssetType.objects.all()
        assert not asset_type.is_locked


def test_tenants_can_be_linked_in_another_account_afterwards(filled, rival, disconnect, inside):
    disconnect(filled, DisconnectMode.KEEP)
    again = connect(rival, [tenant_of(match) for match in filled.matches])
    with inside(rival):
        assert TenantClaim.objects.count() == len(again.matches) == 2


def test_log_outlives_the_integration(filled, inside, administrator):
    with inside():
        begun = begin_disconnect(
            filled.integration.pk, mode=DisconnectMode.DELETE, now=LATER, actor=administrator
        )
        before = list(Activity.objects.order_by("pk").values())
    disconnecting.proceed(filled.account.pk, begun.pk)
    with inside():
        lines = list(Activity.objects.order_by("pk").values())
        *older, deleted = lines
        assert older == before
        assert [(line["action"], line["subject"], line["user_id"]) for line in (before[-1], deleted)] == [
            ("integration.disconnecting", "Microsoft", administrator.pk),
            ("integration.disconnected", "Microsoft", administrator.pk),
        ]
        assert deleted["details"]["counts"]["license assets"] == 6


# -- The moment it begins --------------------------------------------------------------------------------------------


def test_credentials_run_and_inquiries_end_at_once(filled, inside, mailbox):
    with inside():
        begun = begin_disconnect(filled.integration.pk, mode=DisconnectMode.DELETE, now=LATER)
        integration = Integration.objects.get()
        assert integration.status == IntegrationStatus.DISCONNECTING
        assert (integration.epoch, integration.next_due_at) == (filled.integration.epoch + 1, None)
        assert not SyncRun.objects.live().exists()
        assert SyncRun.objects.order_by("-pk").first().state == RunState.CANCELLED
        assert not Inquiry.objects.open().exists()
        with pytest.raises(LeavingError):
            start_sync(integration.pk, trigger=Trigger.MANUAL, now=LATER)
    assert _woken(mailbox, filled.account) == [begun.pk]


def test_no_sealed_byte_is_left_once_it_has_begun(filled, inside):
    with inside():
        assert IntegrationCredential.objects.count() == 1
        begin_disconnect(filled.integration.pk, mode=DisconnectMode.KEEP, now=LATER)
        assert list(IntegrationCredential.objects.all()) == []


def test_second_call_returns_the_disconnection_that_is_going_on(filled, inside):
    with inside():
        first = begin_disconnect(filled.integration.pk, mode=DisconnectMode.KEEP, now=LATER)
        again = begin_disconnect(filled.integration.pk, mode=DisconnectMode.KEEP, now=LATER)
        assert (again.pk, Disconnection.objects.count()) == (first.pk, 1)
        with pytest.raises(
            RefusedError, match="Microsoft is being disconnected already, and its data is kept"
        ):
            begin_disconnect(filled.integration.pk, mode=DisconnectMode.DELETE, now=LATER)
        assert Disconnection.objects.get().mode == DisconnectMode.KEEP


def test_two_who_disconnect_at_once_begin_it_once(filled, in_threads):
    def begin() -> int:
        with account_transaction(filled.account.pk):
            return begin_disconnect(filled.integration.pk, mode=DisconnectMode.DELETE, now=LATER).pk

    first, second = in_threads(begin, begin)
    assert first == second


def test_integration_without_tenants_is_gone_on_the_spot(account, inside, mailbox):
    before = _left(account)
    connected = connect(account, [])
    with inside():
        begun = begin_disconnect(connected.integration.pk, mode=DisconnectMode.DELETE, now=LATER)
        assert begun.finished_at == LATER
        assert begun.counts == {"integration credentials": 1, "sync settings": 1, "integrations": 1}
    assert _left(account) == before
    assert _woken(mailbox, account) == []


def test_reach_tells_what_disconnecting_would_touch(filled, inside):
    with inside():
        reach = reach_of(filled.integration)
    assert reach.records["license assets"] == 6
    assert reach.records["tags"] == 12
    assert (reach.tenants, reach.organizations, reach.contacts) == (2, 2, 4)


def test_work_that_was_claimed_before_reads_nothing_more_and_writes_nothing(one, begin, sync, stored, inside):
    """Its identity is cached in this process, with tokens that Microsoft would still take."""
    sync(one.connected)
    run = begin(one.connected)
    work = claims.claim(one.connected.account.pk, run.pk)
    assert any(key[1] == one.connected.integration.pk for key in graph._identities)
    with inside():
        begin_disconnect(one.connected.integration.pk, mode=DisconnectMode.DELETE, now=timezone.now())
    before = stored()
    work.renewed_at -= claims.RENEW_SECONDS
    asked = len(_graph_calls(one.simulator))
    sync_tenant(work)
    assert len(_graph_calls(one.simulator)) == asked
    assert stored() == before


def test_cached_identity_is_not_used_for_a_new_epoch(one, begin, sync, inside):
    sync(one.connected)
    run = begin(one.connected)
    work = claims.claim(one.connected.account.pk, run.pk)
    cached = graph._identity_of(work)
    assert graph._identity_of(work) is cached
    work.epoch += 1
    assert graph._identity_of(work) is not cached


def _graph_calls(simulator) -> list[object]:
    return [each for each in simulator.requests if each.path.startswith("/v1.0")]


# -- Carrying it out -------------------------------------------------------------------------------------------------


class PulledPlugError(Exception):
    pass


def _batches(account, begun) -> int:
    """Works it off batch by batch, each a call of its own; how many there were."""
    for number in range(1, 200):
        with account_transaction(account.pk):
            if begun.finished_at is not None:
                return number
            disconnection = Disconnection.objects.select_for_update().get(pk=begun.pk)
            if not actions.carry_on(disconnection, now=LATER):
                return number
    raise AssertionError("it never ends")


@pytest.mark.parametrize("mode", DisconnectMode)
def test_interrupted_before_each_commit_it_comes_out_the_same(account, rival, disconnect, monkeypatch, mode):
    monkeypatch.setattr(actions, "BATCH", 2)
    undisturbed = disconnect(_filled(rival), mode)
    disturbed = _filled(account)
    with account_transaction(account.pk):
        begun = begin_disconnect(disturbed.integration.pk, mode=mode, now=LATER)
    calls = Counter()

    def pulled(disconnection, *, now):
        more = actions.carry_on(disconnection, now=now)
        calls["all"] += 1
        if calls["all"] % 2:
            raise PulledPlugError  # and the batch is rolled back
        return more

    monkeypatch.setattr(disconnecting, "carry_on", pulled)
    while _is_open(begun):
        with suppress(PulledPlugError):
            disconnecting.proceed(account.pk, begun.pk)
    with account_transaction(account.pk):
        assert Disconnection.objects.get(pk=begun.pk).counts == undisturbed.counts
    assert calls["all"] > 20
    assert _left(account) == _left(rival)


def _is_open(begun) -> bool:
    with account_transaction(begun.account_id):
        return Disconnection.objects.open().filter(pk=begun.pk).exists()


@pytest.mark.parametrize("mode", DisconnectMode)
def test_interrupted_after_each_commit_it_comes_out_the_same(account, rival, disconnect, monkeypatch, mode):
    monkeypatch.setattr(actions, "BATCH", 2)
    undisturbed = disconnect(_filled(rival), mode)
    disturbed = _filled(account)
    with account_transaction(account.pk):
        begun = begin_disconnect(disturbed.integration.pk, mode=mode, now=LATER)
    assert _batches(account, begun) > 10
    with account_transaction(account.pk):
        assert Disconnection.objects.get(pk=begun.pk).counts == undisturbed.counts
    assert _left(account) == _left(rival)


def test_two_workers_never_do_the_same_batch(filled, account, rival, disconnect, in_threads, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    undisturbed = disconnect(_filled(rival), DisconnectMode.DELETE)
    with account_transaction(account.pk):
        begun = begin_disconnect(filled.integration.pk, mode=DisconnectMode.DELETE, now=LATER)
    while _is_open(begun):
        in_threads(*[lambda: disconnecting.proceed(account.pk, begun.pk)] * 3)
    with account_transaction(account.pk):
        assert Disconnection.objects.get(pk=begun.pk).counts == undisturbed.counts
    assert _left(account) == _left(rival)


def test_worker_whose_turn_is_over_asks_for_another(filled, inside, mailbox, monkeypatch):
    monkeypatch.setattr(disconnecting, "TURN_SECONDS", 0)
    with inside():
        begun = begin_disconnect(filled.integration.pk, mode=DisconnectMode.DELETE, now=LATER)
    disconnecting.proceed(filled.account.pk, begun.pk)
    assert _woken(mailbox, filled.account) == [begun.pk] * 2


def test_clock_wakes_what_is_not_finished(filled, inside, mailbox):
    with inside():
        begun = begin_disconnect(filled.integration.pk, mode=DisconnectMode.DELETE, now=LATER)
    clock.tick()
    assert _woken(mailbox, filled.account) == [begun.pk] * 2
    disconnecting.proceed(filled.account.pk, begun.pk)
    clock.tick()
    assert _woken(mailbox, filled.account) == [begun.pk] * 2


def test_finished_disconnection_is_left_alone(filled, disconnect):
    finished = disconnect(filled, DisconnectMode.DELETE)
    disconnecting.proceed(filled.account.pk, finished.pk)
    with account_transaction(filled.account.pk):
        assert Disconnection.objects.values().get() == {
            name: value for name, value in finished.__dict__.items() if not name.startswith("_")
        }


def test_organizations_and_links_of_others_are_untouched(filled, rival, disconnect, inside):
    theirs = _filled(rival)
    before = _left(rival)
    disconnect(filled, DisconnectMode.DELETE)
    assert _left(rival) == before
    with inside(rival):
        assert ContactLink.objects.filter(match__in=theirs.matches).count() == 4
        assert Organization.objects.count() == 2
