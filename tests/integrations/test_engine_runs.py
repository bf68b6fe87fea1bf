"""How a run goes on and ends: retries, waits, limits, and a reason for every end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from flexible_assets.models import FlexibleAsset
from integrations.engine.claims import MAX_ATTEMPTS, claim
from integrations.engine.runs import SAME_FAILURES_TO_ABORT, settle
from integrations.microsoft.errors import PermanentError
from integrations.microsoft.simulator import Fault
from integrations.models import Integration, SyncRun, TenantMatch, TenantSync
from integrations.problems import Problem
from integrations.states import IntegrationStatus, MatchState, RunState, SyncState, final_run_state
from integrations.steps import StepOutcome
from organizations.access import account_transaction
from organizations.actions import ContactDetails, create_contacts
from tests.factories import NOW, connect_to

D, H, F, C = SyncState.DONE, SyncState.HELD, SyncState.FAILED, SyncState.CANCELLED


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, RunState.OK),
        ({D: 3}, RunState.OK),
        ({D: 3, F: 1}, RunState.PARTIAL),
        ({F: 3}, RunState.ERROR),
        ({D: 3, H: 1}, RunState.HELD),
        ({D: 3, H: 1, F: 1}, RunState.HELD),
        ({H: 1, F: 2}, RunState.HELD),
        ({D: 1, C: 2}, RunState.CANCELLED),
        ({D: 1, C: 2, F: 1}, RunState.PARTIAL),
        ({C: 2}, RunState.CANCELLED),
    ],
)
def test_final_state_of_a_run(counts, expected):
    assert final_run_state(counts) == expected


def _graph_requests(simulator, tenant) -> list[float]:
    return [
        request.time
        for request in simulator.requests
        if request.tenant_id == tenant.tenant_id and request.endpoint not in {"discovery", "token", "keys"}
    ]


def _overdue(run) -> None:
    with account_transaction(run.account_id):
        SyncRun.objects.filter(pk=run.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))


def test_throttled_tenant_waits_without_losing_an_attempt(simulated, account, begin, work_off, only_sync):
    simulator = simulated()
    [tenant] = simulator.world.tenants
    simulator.misbehave(Fault.throttled(retry_after=300), endpoint="subscribedSkus", times=1)
    asked_at = timezone.now()
    run = work_off(begin(connect_to(simulator, account)))
    sync = only_sync(run)
    assert run.state == RunState.RUNNING
    assert (sync.state, sync.problem) == (SyncState.PENDING, Problem.THROTTLED)
    assert (sync.attempts, sync.throttles) == (0, 1)
    assert sync.next_at >= asked_at + timedelta(seconds=300)
    assert len(_graph_requests(simulator, tenant)) == 3


def test_throttled_tenant_is_not_asked_before_its_time(simulated, account, begin, work_off, bring_forward):
    simulator = simulated()
    [tenant] = simulator.world.tenants
    simulator.misbehave(Fault.throttled(retry_after=300), endpoint="organization", times=1)
    run = begin(connect_to(simulator, account))
    for _ in range(3):
        work_off(run)
    assert len(_graph_requests(simulator, tenant)) == 1
    bring_forward(run)
    assert work_off(run).state == RunState.OK


def test_short_wait_is_waited_out_on_the_spot(simulated, account, sync, only_sync):
    simulator = simulated()
    [tenant] = simulator.world.tenants
    simulator.misbehave(Fault.throttled(retry_after=1), endpoint="organization", times=1)
    run = sync(connect_to(simulator, account))
    first, second, *_ = _graph_requests(simulator, tenant)
    assert (run.state, only_sync(run).throttles) == (RunState.OK, 0)
    assert second - first >= 1.0


def test_tenant_may_be_throttled_more_often_than_it_may_fail(
    one, begin, work_off, impatient, bring_forward, only_sync
):
    times = MAX_ATTEMPTS + 2
    one.simulator.misbehave(Fault.throttled(retry_after=60), endpoint="organization", times=times)
    run = begin(one.connected)
    for _ in range(times):
        work_off(run)
        bring_forward(run)
    assert work_off(run).state == RunState.OK
    assert (only_sync(run).attempts, only_sync(run).throttles) == (1, times)


def test_throttled_application_rests_in_all_tenants(simulated, account, begin, work_off, tenant_syncs):
    """The limit is the application's: asking for the next tenant would only make it longer."""
    simulator = simulated(tenants=4)
    simulator.misbehave(Fault.throttled(retry_after=300, scope="Application"))
    asked_at = timezone.now()
    run = work_off(begin(connect_to(simulator, account)))
    assert [each.state for each in tenant_syncs(run).values()] == [SyncState.PENDING] * 4
    assert all(each.next_at >= asked_at + timedelta(seconds=300) for each in tenant_syncs(run).values())
    assert len([request for request in simulator.requests if request.endpoint == "organization"]) == 1


def test_passing_fault_is_tried_again(simulated, account, sync, impatient, only_sync):
    simulator = simulated()
    simulator.misbehave(Fault.server_error(503), endpoint="users", times=MAX_ATTEMPTS - 1)
    run = sync(connect_to(simulator, account))
    outcome = only_sync(run)
    assert (run.state, outcome.state, outcome.attempts) == (RunState.OK, SyncState.DONE, MAX_ATTEMPTS)
    assert (outcome.problem, outcome.detail) == ("", "")


def test_passing_fault_that_does_not_pass_fails_the_tenant(simulated, account, sync, impatient, only_sync):
    simulator = simulated()
    [tenant] = simulator.world.tenants
    simulator.misbehave(Fault.server_error(503), endpoint="organization")
    run = sync(connect_to(simulator, account))
    outcome = only_sync(run)
    assert (run.state, run.problem) == (RunState.ERROR, Problem.UNAVAILABLE)
    assert (outcome.state, outcome.problem, outcome.attempts) == (
        SyncState.FAILED,
        Problem.UNAVAILABLE,
        MAX_ATTEMPTS,
    )
    assert outcome.detail.startswith("status 503")
    assert outcome.request_id != ""
    assert outcome.calls == len(_graph_requests(simulator, tenant)) == MAX_ATTEMPTS


def test_retries_spread_out_in_the_row(one, begin, work_off, impatient, settings, only_sync):
    """The wait stands in the row, not in a countdown that Redis could lose."""
    settings.SYNC_RETRY_SECONDS = 10_000.0
    one.simulator.misbehave(Fault.server_error(503, retry_after=45), endpoint="organization", times=1)
    asked_at = timezone.now()
    run = work_off(begin(one.connected))
    outcome = only_sync(run)
    assert (run.state, outcome.state, outcome.attempts) == (RunState.RUNNING, SyncState.PENDING, 1)
    assert timedelta(seconds=45) <= outcome.next_at - asked_at <= timedelta(seconds=62)


def test_lasting_fault_fails_the_tenant_at_once(simulated, account, sync, only_sync):
    simulator = simulated()
    [tenant] = simulator.world.tenants
    simulator.revoke_consent(tenant.tenant_id)
    run = sync(connect_to(simulator, account))
    outcome = only_sync(run)
    assert (outcome.state, outcome.problem, outcome.attempts) == (
        SyncState.FAILED,
        Problem.CONSENT_MISSING,
        1,
    )
    assert len([request for request in simulator.requests if request.endpoint == "token"]) == 1


def test_one_tenants_failure_stays_that_tenants(simulated, account, sync, tenant_syncs):
    simulator = simulated(tenants=3)
    broken, *others = simulator.world.tenants
    simulator.revoke_consent(broken.tenant_id)
    run = sync(connect_to(simulator, account))
    states = {tenant_id: each.state for tenant_id, each in tenant_syncs(run).items()}
    assert states == {broken.tenant_id: SyncState.FAILED} | {
        each.tenant_id: SyncState.DONE for each in others
    }
    assert (run.state, run.problem) == (RunState.PARTIAL, Problem.CONSENT_MISSING)


def test_wrong_secret_is_tried_three_times_not_once_for_each_tenant(simulated, account, sync, tenant_syncs):
    simulator = simulated(tenants=12)
    run = sync(connect_to(simulator, account, secret="wrong"))
    outcomes = tenant_syncs(run).values()
    assert (run.state, run.problem) == (RunState.ERROR, Problem.CREDENTIAL_WRONG)
    assert {(each.state, each.problem) for each in outcomes} == {(SyncState.FAILED, Problem.CREDENTIAL_WRONG)}
    tokens = [request for request in simulator.requests if request.endpoint == "token"]
    assert len(tokens) == SAME_FAILURES_TO_ABORT


def test_run_goes_on_where_some_tenants_accept_the_credential(simulated, account, sync, probe, tenant_syncs):
    """A secret that has worked in this run is not wrong; the failures are those tenants' own."""
    simulator = simulated(tenants=6)
    connected = connect_to(simulator, account)
    outcomes = iter([None, *[Problem.CREDENTIAL_WRONG] * 4, None])

    def sign_in() -> None:
        problem = next(outcomes)
        if problem is not None:
            raise PermanentError(problem, "refused")

    probe.on_read = sign_in
    with account_transaction(account.pk):
        connected.integration.settings.steps = ["probe"]
        connected.integration.settings.save()
    run = sync(connected)
    states = sorted(each.state for each in tenant_syncs(run).values())
    assert states == sorted([SyncState.DONE] * 2 + [SyncState.FAILED] * 4)
    assert run.state == RunState.PARTIAL


def test_held_tenant_holds_the_run(simulated, account, begin, work_off, probe, only_sync):
    probe.outcome = StepOutcome(unchanged=2, held="Everything is gone.")
    run = work_off(begin(connect_to(simulated(), account), steps=["probe"]))
    outcome = only_sync(run)
    assert (run.state, run.problem, run.detail) == (RunState.HELD, Problem.SUSPICIOUS, "Everything is gone.")
    assert (outcome.state, outcome.problem, outcome.unchanged) == (SyncState.HELD, Problem.SUSPICIOUS, 2)


def test_bug_in_a_step_is_told_and_tried_again(one, begin, work_off, probe, quick_retries, caplog):
    run = begin(one.connected, steps=["probe"])
    reads = []

    def crash() -> None:
        reads.append(1)
        raise ZeroDivisionError("canary 4711")

    probe.on_read = crash
    ended = work_off(run)
    assert (ended.state, ended.problem) == (RunState.ERROR, Problem.UNEXPECTED)
    assert (ended.detail, len(reads)) == ("ZeroDivisionError", MAX_ATTEMPTS)
    assert "canary 4711" in caplog.text


def test_bug_in_writing_leaves_nothing_half_written(one, begin, work_off, probe, quick_retries, stored):
    organization = one.connected.matches[0].organization
    run = begin(one.connected, steps=["probe"])
    before = stored()
    probe.on_apply = lambda: create_contacts(organization, [ContactDetails("Half of two")], now=NOW)
    probe.outcome = None
    assert work_off(run).state == RunState.ERROR
    assert stored() == before


def test_overdue_run_ends_and_starts_no_further_tenant(simulated, account, begin, work_off, tenant_syncs):
    simulator = simulated(tenants=3)
    run = begin(connect_to(simulator, account))
    _overdue(run)
    ended = work_off(run)
    assert (ended.state, ended.problem) == (RunState.ERROR, Problem.DEADLINE)
    assert {(each.state, each.problem) for each in tenant_syncs(run).values()} == {
        (SyncState.FAILED, Problem.DEADLINE)
    }
    assert simulator.requests == ()


def test_run_that_becomes_overdue_keeps_what_it_has(simulated, account, begin, work_off, probe, tenant_syncs):
    simulator = simulated(tenants=3)
    run = begin(connect_to(simulator, account), steps=["licenses", "probe"])
    probe.on_read = lambda: len(probe.applied) == 1 and _overdue(run)
    ended = work_off(run)
    assert (ended.state, ended.problem) == (RunState.PARTIAL, Problem.DEADLINE)
    problems = sorted(each.problem for each in tenant_syncs(run).values())
    assert problems == ["", "", Problem.DEADLINE]


def test_ended_run_stays_as_it_ended(simulated, account, begin, work_off, stored):
    simulator = simulated()
    run = work_off(begin(connect_to(simulator, account)))
    before, asked = stored(), len(simulator.requests)
    again = work_off(run)
    assert (again.state, again.finished_at) == (RunState.OK, run.finished_at)
    assert (stored(), len(simulator.requests)) == (before, asked)
    assert settle(run.account_id, run.pk) is None


def test_match_undone_before_its_turn_is_let_go_and_the_run_ends(simulated, account, begin, work_off, inside):
    """No organization to write for."""
    run = begin(connect_to(simulated(), account))
    with inside():
        TenantMatch.objects.update(state=MatchState.IGNORED, organization=None)
    assert work_off(run).state == RunState.CANCELLED
    with inside():
        assert not FlexibleAsset.objects.exists()


def test_pause_ends_the_run_without_asking_microsoft(simulated, account, begin, work_off, inside):
    simulator = simulated(tenants=3)
    run = begin(connect_to(simulator, account))
    with inside():
        Integration.objects.update(status=IntegrationStatus.PAUSED)
    assert work_off(run).state == RunState.CANCELLED
    assert simulator.requests == ()


def test_worker_lost_before_a_pause_does_not_keep_the_run_open(simulated, account, begin, work_off, inside):
    run = begin(connect_to(simulated(), account))
    assert claim(run.account_id, run.pk) is not None
    with inside():
        Integration.objects.update(epoch=2)
        TenantSync.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert work_off(run).state == RunState.CANCELLED


def test_settings_ticked_later_do_not_change_a_run_that_goes_on(simulated, account, begin, work_off, probe):
    connected = connect_to(simulated(), account)
    run = begin(connected)
    with account_transaction(account.pk):
        connected.integration.settings.steps = ["licenses", "probe"]
        connected.integration.settings.save()
    assert work_off(run).state == RunState.OK
    assert probe.applied == []
