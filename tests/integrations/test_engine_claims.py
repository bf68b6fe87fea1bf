"""Who works on a tenant, and that only its holder writes: leases, fences, epochs."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from flexible_assets.models import FlexibleAsset
from integrations.engine import claims
from integrations.engine.claims import MAX_ATTEMPTS, LeaseLostError, claim, fail, fenced, retry_later
from integrations.engine.drain import sync_tenant
from integrations.microsoft.errors import TransientError
from integrations.microsoft.simulator import Fault
from integrations.models import Integration, TenantMatch, TenantSync
from integrations.problems import Problem
from integrations.states import IntegrationStatus, MatchState, RunState, SyncState
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from tests.factories import connect_to


@pytest.fixture
def connected(simulated, account):
    return connect_to(simulated(), account)


def _lose_worker(run) -> None:
    """The holder gives no sign of life any more."""
    with account_transaction(run.account_id):
        run.tenant_syncs.filter(state=SyncState.LEASED).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )


def test_claimed_tenant_is_nobody_elses(connected, begin):
    run = begin(connected)
    work = claim(run.account_id, run.pk)
    assert (work.match_id, work.attempts, work.epoch) == (connected.matches[0].pk, 1, 1)
    assert claim(run.account_id, run.pk) is None


def test_tenant_of_a_lost_worker_is_claimed_again(connected, begin):
    run = begin(connected)
    first = claim(run.account_id, run.pk)
    _lose_worker(run)
    second = claim(run.account_id, run.pk)
    assert (second.sync_id, second.attempts) == (first.sync_id, 2)
    assert second.token != first.token


def test_claim_of_another_accounts_run_finds_nothing(connected, begin, rival):
    run = begin(connected)
    assert claim(rival.pk, run.pk) is None
    assert claim(run.account_id, run.pk) is not None


def test_first_try_sets_when_the_tenant_was_started(connected, begin, only_sync):
    run = begin(connected)
    claim(run.account_id, run.pk)
    started_at = only_sync(run).started_at
    _lose_worker(run)
    claim(run.account_id, run.pk)
    assert only_sync(run).started_at == started_at


def _work_once(run) -> None:
    work = claim(run.account_id, run.pk)
    assert work is not None
    sync_tenant(work)


def test_late_writer_drops_what_it_read(connected, begin, probe, give_lease_away, stored, only_sync):
    run = begin(connected, steps=["licenses", "probe"])
    before = stored()
    probe.on_read = give_lease_away
    _work_once(run)
    assert (stored(), probe.applied) == (before, [])
    sync = only_sync(run)
    assert (sync.state, sync.problem, sync.created) == (SyncState.LEASED, "", 0)


def test_late_writer_leaves_the_new_holders_outcome_alone(connected, begin, probe, only_sync):
    run = begin(connected, steps=["licenses", "probe"])
    late = claim(run.account_id, run.pk)
    _lose_worker(run)
    new = claim(run.account_id, run.pk)
    sync_tenant(new)
    finished = only_sync(run)
    sync_tenant(late)
    assert only_sync(run).finished_at == finished.finished_at
    assert (len(probe.applied), finished.state) == (1, SyncState.DONE)


def test_late_writers_failure_is_not_told(connected, begin, probe, only_sync):
    run = begin(connected, steps=["probe"])
    late = claim(run.account_id, run.pk)
    _lose_worker(run)
    sync_tenant(claim(run.account_id, run.pk))

    def crash() -> None:
        raise KeyError("late")

    probe.on_read = crash
    sync_tenant(late)
    sync = only_sync(run)
    assert (sync.state, sync.problem) == (SyncState.DONE, "")


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": 2},
        {"status": IntegrationStatus.PAUSED},
    ],
    ids=["new-epoch", "paused"],
)
def test_nothing_is_written_after_the_integration_changed(connected, begin, probe, stored, inside, change):
    run = begin(connected, steps=["licenses", "probe"])
    before = stored()

    def leave() -> None:
        with inside():
            Integration.objects.filter(pk=connected.integration.pk).update(**change)

    probe.on_read = leave
    _work_once(run)
    assert (stored(), probe.applied) == (before, [])


def test_nothing_is_written_after_the_match_was_undone(connected, begin, work_off, probe, stored, inside):
    run = begin(connected, steps=["licenses", "probe"])
    before = stored()

    def unmatch() -> None:
        with inside():
            TenantMatch.objects.update(state=MatchState.IGNORED, organization=None)

    probe.on_read = unmatch
    work_off(run)
    assert (stored(), probe.applied) == (before, [])


def test_nothing_is_written_after_the_run_was_stopped(connected, begin, work_off, probe, stored, inside):
    run = begin(connected, steps=["licenses", "probe"])
    before = stored()

    def stop() -> None:
        with inside():
            run.state = RunState.CANCELLED
            run.save(update_fields=["state"])

    probe.on_read = stop
    assert work_off(run).state == RunState.CANCELLED
    assert (stored(), probe.applied) == (before, [])


def test_disconnect_waits_for_a_write_in_flight(connected, begin):
    """FOR SHARE against FOR UPDATE: the epoch cannot rise while a writer is between its check and its commit."""
    run = begin(connected)
    work = claim(run.account_id, run.pk)
    other = connection.copy()
    with fenced(work), transaction.atomic():
        try:
            other.ensure_connection()
            with other.connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.account_id', %s, false)", [str(run.account_id)])
                cursor.execute("SELECT set_config('lock_timeout', '100ms', false)")
                with pytest.raises(Exception, match="lock timeout"):
                    cursor.execute(
                        "SELECT 1 FROM integrations_integration WHERE id = %s FOR UPDATE",
                        [connected.integration.pk],
                    )
        finally:
            other.close()


def test_write_and_end_stand_or_fall_together(connected, begin, inside, only_sync):
    run = begin(connected)
    work = claim(run.account_id, run.pk)
    with suppress(KeyError), fenced(work):
        claims.complete(work, state=SyncState.DONE, figures={"created": 1})
        raise KeyError
    sync = only_sync(run)
    assert (sync.state, sync.created) == (SyncState.LEASED, 0)


def test_each_sign_of_life_renews_the_lease(connected, begin, only_sync, monkeypatch):
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.0)
    run = begin(connected)
    work = claim(run.account_id, run.pk)
    _lose_worker(run)
    work.checkpoint()
    assert only_sync(run).lease_until > timezone.now()
    assert claim(run.account_id, run.pk) is None


def test_lease_is_not_renewed_with_every_page(connected, begin, only_sync):
    run = begin(connected)
    work = claim(run.account_id, run.pk)
    _lose_worker(run)
    work.checkpoint()
    assert only_sync(run).lease_until < timezone.now()


def test_reading_ends_as_soon_as_the_lease_is_lost(
    simulated, account, begin, monkeypatch, give_lease_away, stored
):
    """The reading of a large tenant stops at its next page, not at the end."""
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.0)
    simulator = simulated(tenants=5)
    connected = connect_to(simulator, account, tenants=simulator.world.tenants[4:])
    run = begin(connected)
    before = stored()
    work = claim(run.account_id, run.pk)
    give_lease_away()
    sync_tenant(work)
    assert [request.endpoint for request in simulator.requests if request.endpoint == "users"] == []
    assert stored() == before


def test_checkpoint_of_a_lost_lease_raises(connected, begin, monkeypatch, give_lease_away):
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.0)
    run = begin(connected)
    work = claim(run.account_id, run.pk)
    give_lease_away()
    with pytest.raises(LeaseLostError):
        work.checkpoint()


def test_tenant_that_costs_every_worker_its_life_is_given_up(connected, begin, work_off, only_sync):
    run = begin(connected)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert claim(run.account_id, run.pk).attempts == attempt
        _lose_worker(run)
    assert claim(run.account_id, run.pk) is None
    ended = work_off(run)
    sync = only_sync(run)
    assert (sync.state, sync.problem, sync.attempts) == (SyncState.FAILED, Problem.WORKER_LOST, MAX_ATTEMPTS)
    assert (ended.state, ended.problem) == (RunState.ERROR, Problem.WORKER_LOST)


def test_last_attempts_living_worker_is_left_to_finish(connected, begin, work_off, only_sync):
    run = begin(connected)
    for _ in range(MAX_ATTEMPTS - 1):
        claim(run.account_id, run.pk)
        _lose_worker(run)
    work = claim(run.account_id, run.pk)
    assert work_off(run).state == RunState.RUNNING
    sync_tenant(work)
    assert work_off(run).state == RunState.OK


def test_claim_does_not_wait_for_a_writer(connected, begin):
    """A writer past its lease holds the row until its commit: others look for another tenant instead."""
    run = begin(connected)
    work = claim(run.account_id, run.pk)
    _lose_worker(run)

    def look() -> object:
        try:
            return claim(run.account_id, run.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, fenced(work):
        assert pool.submit(look).result(timeout=5) is None


def test_no_transaction_is_open_while_microsoft_is_read(connected, begin, work_off, probe):
    seen = []
    probe.on_read = lambda: seen.append(connection.in_atomic_block)
    assert work_off(begin(connected, steps=["probe"])).state == RunState.OK
    assert seen == [False]


def test_reading_inside_a_transaction_is_refused(connected, begin, probe, simulated):
    simulator = simulated()
    run = begin(connected, steps=["probe"])
    work = claim(run.account_id, run.pk)
    with account_transaction(run.account_id):
        sync_tenant(work)
        sync = TenantSync.objects.get(pk=work.sync_id)
    assert (sync.state, sync.problem, sync.detail) == (SyncState.PENDING, Problem.UNEXPECTED, "RuntimeError")
    assert (probe.applied, simulator.requests) == ([], ())


def test_two_workers_at_once_share_a_run_out(simulated, account, begin, in_threads):
    """Each tenant is claimed by exactly one of them."""
    run = begin(connect_to(simulated(tenants=4), account))

    def take_all() -> list[int]:
        taken = []
        while (work := claim(run.account_id, run.pk)) is not None:
            taken.append(work.match_id)
            time.sleep(0.005)
        return taken

    shares = in_threads(take_all, take_all)
    with account_transaction(run.account_id):
        everything = sorted(run.tenant_syncs.values_list("match_id", flat=True))
    assert sorted(shares[0] + shares[1]) == everything


def test_first_syncs_of_two_tenants_at_once_make_one_type(simulated, account, begin, in_threads, inside):
    """Both find no Microsoft Licenses type; both must end up with the same one."""
    run = begin(connect_to(simulated(tenants=2), account))
    works = [claim(run.account_id, run.pk) for _ in range(2)]
    in_threads(*(lambda work=work: sync_tenant(work) for work in works))
    with inside():
        states = set(run.tenant_syncs.values_list("state", flat=True))
        types = set(FlexibleAsset.objects.values_list("asset_type_id", flat=True))
        records = LicenseRecord.objects.count()
    assert states == {SyncState.DONE}
    assert (len(types), records > 0) == (1, True)


def test_token_is_fresh_for_every_claim(connected, begin):
    run = begin(connected)
    tokens = set()
    for _ in range(3):
        tokens.add(claim(run.account_id, run.pk).token)
        _lose_worker(run)
    assert len(tokens) == 3
    assert all(isinstance(token, uuid.UUID) for token in tokens)


def test_fault_is_passing_when_the_database_hangs_up(
    simulated, account, begin, work_off, probe, quick_retries
):
    """PostgreSQL ends our connection in the middle of a reading: the worker goes on with a fresh one."""
    run = begin(connect_to(simulated(), account), steps=["licenses", "probe"])
    calls = []

    def hang_up() -> None:
        calls.append(1)
        if len(calls) == 1:
            other = connection.copy()
            own = connection.connection.info.backend_pid
            other.ensure_connection()
            with other.connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [own])
            other.close()

    probe.on_read = hang_up
    assert work_off(run).state == RunState.OK
    assert (len(calls), len(probe.applied)) == (2, 1)


def test_slow_tenant_keeps_its_lease(simulated, account, begin, sync, only_sync, settings):
    """Every page is a sign of life."""
    settings.SYNC_LEASE_SECONDS = 30
    simulator = simulated()
    simulator.misbehave(Fault.slow(0.2), endpoint="subscribedSkus", times=1)
    run = sync(connect_to(simulator, account))
    assert (run.state, only_sync(run).attempts) == (RunState.OK, 1)


@pytest.mark.parametrize("late", [retry_later, fail])
def test_late_worker_waiting_for_the_row_does_not_take_it_from_its_new_holder(
    connected, begin, only_sync, late
):
    """The new holder's claim is not committed yet when the late one asks for the row's lock."""
    run = begin(connected)
    stale = claim(run.account_id, run.pk)
    _lose_worker(run)
    fault = TransientError(Problem.UNAVAILABLE, "503")
    with ThreadPoolExecutor(1) as pool:
        with account_transaction(run.account_id):
            fresh = claim(run.account_id, run.pk)
            waiting = pool.submit(_in_own_connection, late, stale, fault)
            _wait_until_blocked()
        waiting.result(timeout=10)
    sync = only_sync(run)
    assert (sync.state, sync.lease_token) == (SyncState.LEASED, fresh.token)


def _in_own_connection(late, work, fault) -> None:
    try:
        late(work, fault, calls=0)
    finally:
        connection.close()


def _wait_until_blocked() -> None:
    """Until some other connection of this database waits for a lock that this one holds."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock')"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody came to wait")
