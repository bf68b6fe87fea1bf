"""Single tenants of a run: trying again, and accepting or discarding what was held."""

from datetime import timedelta

import pytest
from django.utils import timezone

from flexible_assets.models import FlexibleAsset
from integrations.actions.retrying import accept_held, discard_held, retry_failed, retry_tenant
from integrations.actions.runs import cancel_sync, pause_sync, resume_sync
from integrations.actions.settings import save_sync_settings
from integrations.engine.claims import claim
from integrations.microsoft.simulator import Fault
from integrations.models import ContactLink, SyncRun, TenantMatch, TenantSync
from integrations.problems import Problem
from integrations.refusals import RefusedError
from integrations.states import MatchState, Resolution, RunState, SyncState
from licenses.models import LicenseRecord
from organizations.models import Activity
from tests.factories import connect_to


@pytest.fixture
def held(one, sync, only_sync):
    """All licenses of the one tenant are gone from Microsoft's answer. Returns its part in the run that was held."""
    sync(one.connected)
    for pool in one.tenant.skus:
        one.tenant.edit.remove_sku(pool.sku.id)
    run = sync(one.connected)
    assert run.state == RunState.HELD
    return only_sync(run)


@pytest.fixture
def shaken(simulated, account, sync, quick_retries):
    """Three tenants, two of which withdrew their consent."""
    simulator = simulated(tenants=3)
    connected = connect_to(simulator, account)
    for tenant in simulator.world.tenants[:2]:
        simulator.revoke_consent(tenant.tenant_id)
    run = sync(connected)
    assert run.state == RunState.PARTIAL
    return simulator, connected, run


@pytest.fixture
def fresh(inside):
    def read(row):
        with inside():
            return type(row).objects.get(pk=row.pk)

    return read


@pytest.fixture
def decide(inside, administrator):
    def act(action, row_id):
        with inside():
            return action(row_id, now=timezone.now(), actor=administrator)

    return act


@pytest.fixture
def run_and_look(sync, work_off, only_sync):
    """A new run, or one that goes on, and its one tenant's part in it."""

    def to_the_end(connected, *, of=None):
        run = sync(connected) if of is None else work_off(of)
        return run, only_sync(run)

    return to_the_end


def _orphans(inside) -> list[bool]:
    with inside():
        marks = FlexibleAsset.objects.order_by("pk").values_list("orphaned_at", flat=True)
        return [mark is not None for mark in marks]


def test_held_sync_tells_what_would_vanish(held, inside):
    with inside():
        records = LicenseRecord.objects.select_related("asset")
        names = {f"license:{record.sku_id}": record.asset.name for record in records}
    assert {change["key"]: change["subject"] for change in held.changes} == names
    assert {change["kind"] for change in held.changes} == {"license orphaned"}
    details = {change["subject"]: change["detail"] for change in held.changes}
    assert details["Microsoft 365 Business Premium"] == "Active 13, Consumed 11"


def test_accepted_tenant_is_read_anew_and_what_was_held_vanishes(
    held, decide, work_off, only_sync, inside, administrator
):
    run = decide(accept_held, held.pk)
    assert (run.pk, run.state, run.finished_at) == (held.run_id, RunState.QUEUED, None)
    assert _orphans(inside) == [False] * 4
    ended = work_off(run)
    sync = only_sync(run)
    assert (ended.state, sync.state, sync.orphaned, sync.problem) == (RunState.OK, SyncState.DONE, 4, "")
    assert (sync.resolution, sync.resolved_by_id) == (Resolution.ACCEPTED, administrator.pk)
    assert _orphans(inside) == [True] * 4
    with inside():
        line = Activity.objects.get(action="held.accepted")
    assert (line.user_id, line.subject, line.details) == (
        administrator.pk,
        sync.match.tenant_name,
        {"run": run.pk, "approved": 4},
    )


def test_more_than_was_accepted_is_held_again(simulated, account, run_and_look, decide, inside):
    """Between the look and the reading another license goes."""
    simulator = simulated(tenants=3)
    tenant = max(simulator.world.tenants, key=lambda each: len(each.licenses()))
    connected = connect_to(simulator, account, tenants=[tenant])
    run_and_look(connected)
    skus = [pool.sku.id for pool in tenant.skus]
    assert len(skus) == 5
    for sku_id in skus[:-1]:
        tenant.edit.remove_sku(sku_id)
    run, held = run_and_look(connected)
    assert (run.state, len(held.changes)) == (RunState.HELD, len(skus) - 1)
    tenant.edit.remove_sku(skus[-1])
    run, again = run_and_look(connected, of=decide(accept_held, held.pk))
    assert (run.state, again.orphaned, len(again.changes), again.resolution) == (
        RunState.HELD, 0, len(skus), Resolution.ACCEPTED,
    )  # fmt: skip
    assert set(_orphans(inside)) == {False}
    run, _ = run_and_look(connected, of=decide(accept_held, held.pk))
    assert run.state == RunState.OK
    assert set(_orphans(inside)) == {True}


def test_accepted_but_back_again_is_simply_in_step(held, one, decide, work_off, only_sync, inside):
    one.tenant.edit.add_sku("SPB", enabled=5)
    run = decide(accept_held, held.pk)
    assert work_off(run).state == RunState.OK
    assert (only_sync(run).orphaned, only_sync(run).updated) == (3, 1)


def test_acceptance_counts_for_this_run_only(held, one, decide, work_off, sync):
    assert work_off(decide(accept_held, held.pk)).state == RunState.OK
    one.tenant.edit.add_sku("SPB", enabled=5)
    assert sync(one.connected).state == RunState.OK
    one.tenant.edit.remove_sku("SPB")
    assert sync(one.connected).state == RunState.HELD


def test_accepted_people_lose_their_tags(one, run_and_look, decide, stored, inside):
    """Microsoft lists nobody any more, although it counts their licenses as assigned."""
    run_and_look(one.connected)
    before = stored()
    one.simulator.misbehave(Fault.empty(), endpoint="users")
    run, held = run_and_look(one.connected)
    lost = sum(change["count"] for change in held.changes if change["kind"] == "tags removed")
    gone = sum(change["count"] for change in held.changes if change["kind"] == "contact removed")
    assert (run.state, stored()) == (RunState.HELD, before)
    assert (lost, gone) == (len(before["AssetTag"]), len(before["ContactLink"]))
    run, done = run_and_look(one.connected, of=decide(accept_held, held.pk))
    assert (run.state, done.changes, stored()["AssetTag"]) == (RunState.OK, [], [])
    with inside():
        assert ContactLink.objects.filter(removed_at=None).count() == 0


def test_discarded_tenant_stays_as_it_is(held, decide, stored, fresh, inside, administrator):
    before = stored()
    run = decide(discard_held, held.pk)
    sync = fresh(held)
    assert (run.state, run.problem, run.detail) == (RunState.OK, "", "")
    assert (sync.state, sync.resolution, sync.resolved_by_id) == (
        SyncState.DONE,
        Resolution.DISCARDED,
        administrator.pk,
    )
    assert stored() == before
    with inside():
        assert Activity.objects.get(action="held.discarded").user_id == administrator.pk


def test_next_sync_judges_a_discarded_tenant_anew(held, one, decide, sync):
    decide(discard_held, held.pk)
    assert sync(one.connected).state == RunState.HELD


def test_discarding_leaves_the_other_tenants_troubles(simulated, account, sync, tenant_syncs, decide, inside):
    simulator = simulated(tenants=3)
    connected = connect_to(simulator, account)
    sync(connected)
    first, second, _ = simulator.world.tenants
    for pool in first.skus:
        first.edit.remove_sku(pool.sku.id)
    simulator.misbehave(Fault.another_tenants(), tenant=second.tenant_id, endpoint="organization")
    run = sync(connected)
    assert (run.state, run.problem) == (RunState.HELD, Problem.SUSPICIOUS)
    ended = decide(discard_held, tenant_syncs(run)[first.tenant_id].pk)
    assert (ended.state, ended.problem, ended.finished_at) == (
        RunState.PARTIAL,
        Problem.WRONG_TENANT,
        run.finished_at,
    )


@pytest.mark.parametrize("action", [accept_held, discard_held])
def test_what_was_decided_is_not_decided_again(held, decide, action):
    decide(discard_held, held.pk)
    with pytest.raises(RefusedError, match=r"This tenant is no longer held\."):
        decide(action, held.pk)


def test_failed_tenant_is_tried_again_within_its_run(
    shaken, decide, work_off, tenant_syncs, inside, administrator
):
    simulator, _, run = shaken
    repaired, broken, sound = simulator.world.tenants
    simulator.grant_consent(repaired.tenant_id)
    sync = tenant_syncs(run)[repaired.tenant_id]
    before = tenant_syncs(run)[sound.tenant_id]
    again = decide(retry_tenant, sync.pk)
    assert (again.state, again.problem, again.finished_at) == (RunState.QUEUED, "", None)
    assert again.deadline_at > run.deadline_at
    assert work_off(again).state == RunState.PARTIAL
    after = tenant_syncs(run)
    assert (after[repaired.tenant_id].state, after[repaired.tenant_id].attempts) == (SyncState.DONE, 1)
    assert after[broken.tenant_id].state == SyncState.FAILED
    assert after[sound.tenant_id].finished_at == before.finished_at, "nobody else is read again"
    with inside():
        line = Activity.objects.get(action="tenant.retried")
    assert (line.user_id, line.organization_id) == (administrator.pk, sync.match.organization_id)


def test_figures_of_the_failed_try_are_forgotten(shaken, decide, fresh, inside):
    _, _, run = shaken
    with inside():
        TenantSync.objects.filter(run=run, state=SyncState.FAILED).update(
            attempts=4, throttles=3, calls=9, created=8, contacts=7, changes=[{"key": "k"}], approved=["k"]
        )
        sync = TenantSync.objects.filter(run=run, state=SyncState.FAILED).first()
    decide(retry_tenant, sync.pk)
    sync = fresh(sync)
    assert (sync.state, sync.attempts, sync.throttles, sync.calls) == (SyncState.PENDING, 0, 0, 0)
    assert (sync.created, sync.contacts, sync.changes, sync.approved) == (0, 0, [], [])
    assert (sync.problem, sync.detail, sync.request_id, sync.started_at, sync.finished_at) == (
        "", "", "", None, None,
    )  # fmt: skip


def test_all_failed_tenants_are_tried_again(shaken, decide, work_off, tenant_syncs, inside):
    simulator, _, run = shaken
    for tenant in simulator.world.tenants[:2]:
        simulator.grant_consent(tenant.tenant_id)
    assert work_off(decide(retry_failed, run.pk)).state == RunState.OK
    assert {each.state for each in tenant_syncs(run).values()} == {SyncState.DONE}
    with inside():
        line = Activity.objects.get(action="tenants.retried")
    assert line.details == {"run": run.pk, "tenants": 2}


def test_nothing_failed_nothing_to_try(one, sync, decide, only_sync):
    run = sync(one.connected)
    with pytest.raises(RefusedError, match=r"No tenant of this run has failed\."):
        decide(retry_failed, run.pk)
    with pytest.raises(RefusedError, match=r"This tenant came through; there is nothing to try again\."):
        decide(retry_tenant, only_sync(run).pk)


def test_tenant_that_is_being_synced_is_not_tried_twice(one, begin, decide, only_sync):
    run = begin(one.connected)
    claim(run.account_id, run.pk)
    with pytest.raises(RefusedError, match=r"This tenant is still being synced\."):
        decide(retry_tenant, only_sync(run).pk)


def test_older_run_does_not_go_on(shaken, sync, decide, tenant_syncs, fresh):
    simulator, connected, run = shaken
    old = tenant_syncs(run)[simulator.world.tenants[0].tenant_id]
    sync(connected)
    for act, row_id in ((retry_tenant, old.pk), (retry_failed, run.pk)):
        with pytest.raises(RefusedError, match=r"A newer sync has run since\. Look at that one\."):
            decide(act, row_id)
    assert fresh(run).state == RunState.PARTIAL


def test_held_tenant_of_an_older_run_can_be_discarded_only(held, one, sync, decide, fresh):
    sync(one.connected)
    with pytest.raises(RefusedError, match="A newer sync has run since"):
        decide(accept_held, held.pk)
    decide(discard_held, held.pk)
    assert fresh(held).resolution == Resolution.DISCARDED


def test_preview_since_then_does_not_outdate_a_run(shaken, preview, decide, work_off, tenant_syncs):
    simulator, connected, run = shaken
    preview(connected)
    sync = tenant_syncs(run)[simulator.world.tenants[0].tenant_id]
    assert work_off(decide(retry_tenant, sync.pk)).state == RunState.PARTIAL


def test_run_does_not_go_on_beside_another(shaken, begin_preview, decide, tenant_syncs):
    simulator, connected, run = shaken
    begin_preview(connected)
    sync = tenant_syncs(run)[simulator.world.tenants[0].tenant_id]
    with pytest.raises(RefusedError, match="Another run of this integration is going on"):
        decide(retry_tenant, sync.pk)


def test_cancelled_run_goes_on_with_one_tenant(one, begin, decide, inside, work_off, only_sync):
    """Although the integration was paused meanwhile, which outdates everything that had begun before."""
    run = begin(one.connected)
    with inside():
        cancel_sync(one.connected.integration.pk, now=timezone.now())
        pause_sync(one.connected.integration.pk, now=timezone.now())
        resume_sync(one.connected.integration.pk, now=timezone.now())
    assert work_off(decide(retry_tenant, only_sync(run).pk)).state == RunState.OK


def test_retry_follows_the_settings_of_now(shaken, decide, tenant_syncs, inside):
    simulator, connected, run = shaken
    sync = tenant_syncs(run)[simulator.world.tenants[0].tenant_id]
    with inside():
        save_sync_settings(connected.integration, steps=["contacts"], now=timezone.now())
    assert decide(retry_tenant, sync.pk).steps == ["contacts"]


@pytest.fixture
def hinder(one, inside, obstacle):
    def put_in_the_way() -> None:
        integration, now = one.connected.integration, timezone.now()
        with inside():
            match obstacle:
                case "paused":
                    pause_sync(integration.pk, now=now)
                case "nothing ticked":
                    save_sync_settings(integration, steps=[], now=now)
                case "unmatched":
                    TenantMatch.objects.update(state=MatchState.IGNORED, organization=None)

    return put_in_the_way


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [
        ("paused", r"Syncing is paused\. Resume it first\."),
        ("nothing ticked", "Nothing is ticked in Sync Settings yet"),
        ("unmatched", "This tenant is no longer matched to an organization"),
    ],
)
def test_retry_and_accept_are_refused_where_a_sync_would_be(held, decide, fresh, hinder, words):
    hinder()
    for act in (retry_tenant, accept_held):
        with pytest.raises(RefusedError, match=words):
            decide(act, held.pk)
    assert fresh(held).state == SyncState.HELD


def test_retries_at_the_same_moment_are_one(shaken, in_threads, decide, tenant_syncs):
    simulator, _, run = shaken
    sync = tenant_syncs(run)[simulator.world.tenants[0].tenant_id]

    def retry() -> str:
        try:
            decide(retry_tenant, sync.pk)
        except RefusedError as refused:
            return str(refused)
        return "retried"

    assert sorted(in_threads(retry, retry)) == ["This tenant is still being synced.", "retried"]


def test_retried_run_has_its_time_anew(shaken, decide, inside, work_off):
    _, _, run = shaken
    with inside():
        SyncRun.objects.filter(pk=run.pk).update(deadline_at=timezone.now() - timedelta(hours=5))
    decide(retry_failed, run.pk)
    assert work_off(run).problem == Problem.CONSENT_MISSING
