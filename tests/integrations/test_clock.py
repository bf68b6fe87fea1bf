"""The tick: whom it wakes, and that it changes nothing by itself. It sees all accounts, so tests look at their own."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.engine import clock
from integrations.engine.claims import claim
from integrations.models import Integration, SyncRun
from integrations.states import IntegrationStatus, SyncState
from integrations.wake import FAN_OUT
from organizations.access import account_transaction
from tests.factories import connect
from tests.integrations.places import two_tenants


@pytest.fixture
def connected(account):
    connected = connect(account, two_tenants())
    with account_transaction(account.pk):
        Integration.objects.update(next_due_at=timezone.now() + timedelta(hours=1))
    return connected


@pytest.fixture
def tick(monkeypatch, account):
    """Ticks; returns how many workers were woken for each of the account's runs and integrations."""

    def run() -> Counter[tuple[str, int]]:
        woken: Counter[tuple[str, int]] = Counter()

        def wake_run(account_id, run_id, *, times=1):
            woken.update({("run", run_id): times} if account_id == account.pk else {})

        def wake_due_sync(account_id, integration_id):
            woken.update([("due", integration_id)] if account_id == account.pk else [])

        monkeypatch.setattr(clock, "wake_run", wake_run)
        monkeypatch.setattr(clock, "wake_due_sync", wake_due_sync)
        clock.tick()
        return woken

    return run


def _change(run, **changes) -> None:
    with account_transaction(run.account_id):
        run.tenant_syncs.open().update(**changes)


def _later():
    return timezone.now() + timedelta(minutes=5)


def _earlier():
    return timezone.now() - timedelta(minutes=5)


def test_tick_wakes_a_worker_for_each_tenant_that_is_due(connected, begin, tick):
    run = begin(connected)
    assert tick() == {("run", run.pk): 2}
    assert tick() == {("run", run.pk): 2}


def test_tick_leaves_a_run_alone_that_has_its_workers(connected, begin, tick):
    run = begin(connected)
    for _ in range(2):
        claim(run.account_id, run.pk)
    assert tick() == {}


def test_tick_wakes_a_worker_for_the_tenant_that_waits_behind_a_slow_one(connected, begin, tick):
    run = begin(connected)
    claim(run.account_id, run.pk)
    assert tick() == {("run", run.pk): 1}


def test_tick_leaves_a_run_alone_that_waits_for_its_time(connected, begin, tick):
    run = begin(connected)
    _change(run, next_at=_later())
    assert tick() == {}


def test_tick_wakes_a_successor_of_a_lost_worker(connected, begin, tick):
    run = begin(connected)
    for _ in range(2):
        claim(run.account_id, run.pk)
    _change(run, lease_until=_earlier())
    assert tick() == {("run", run.pk): 2}


def test_tick_wakes_one_worker_to_end_a_run_without_open_tenants(connected, begin, tick):
    run = begin(connected)
    _change(run, state=SyncState.DONE)
    assert tick() == {("run", run.pk): 1}


def test_tick_wakes_one_worker_to_end_an_overdue_run(connected, begin, tick):
    run = begin(connected)
    _change(run, next_at=_later())
    with account_transaction(run.account_id):
        SyncRun.objects.update(deadline_at=_earlier())
    assert tick() == {("run", run.pk): 1}


def test_tick_forgets_ended_runs(connected, begin, work_off, tick):
    run = begin(connected)
    with account_transaction(run.account_id):
        SyncRun.objects.update(deadline_at=_earlier())
    work_off(run)
    assert tick() == {}


def test_tick_asks_for_due_syncs(connected, tick):
    with account_transaction(connected.account.pk):
        Integration.objects.update(next_due_at=_earlier())
    assert tick() == {("due", connected.integration.pk): 1}


def test_tick_does_not_ask_for_paused_integrations(connected, tick):
    with account_transaction(connected.account.pk):
        Integration.objects.update(next_due_at=_earlier(), status=IntegrationStatus.PAUSED)
    assert tick() == {}


def test_tick_wakes_no_more_workers_than_an_accounts_share(connected, begin, tick, account):
    run = begin(connected)
    with account_transaction(account.pk):
        matches = [
            type(connected.matches[0])(
                account=account,
                integration=connected.integration,
                tenant_id=f"0e0e0e0e-0000-4000-8000-{number:012d}",
                tenant_name="Unmatched",
            )
            for number in range(FAN_OUT)
        ]
        for match in matches:
            match.save()
            run.tenant_syncs.create(account=account, match=match, next_at=_earlier())
    assert tick() == {("run", run.pk): FAN_OUT}


def test_tick_counts_the_workers_an_account_has_into_its_share(connected, begin, tick, monkeypatch):
    monkeypatch.setattr(clock, "FAN_OUT", 1)
    run = begin(connected)
    claim(run.account_id, run.pk)
    assert tick() == {}


def test_tick_writes_nothing(connected, begin, tick):
    begin(connected)
    with CaptureQueriesContext(connections["scheduler"]) as queries:
        tick()
    statements = [query["sql"] for query in queries.captured_queries]
    assert {statement.split()[0] for statement in statements} == {"SELECT"}
