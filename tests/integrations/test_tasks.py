"""Celery's side: the tasks by name, run in this process, each of them twice."""

from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.utils import timezone

from integrations import tasks
from integrations.models import Integration, SyncRun
from integrations.states import RunState, Trigger
from organizations.access import account_transaction


def _named(name):
    return current_app.tasks[name]


def test_tasks_are_known_by_the_names_that_wake_up_calls_use():
    ours = {name for name in current_app.tasks if name.startswith("integrations.")}
    assert ours == {
        "integrations.answer",
        "integrations.disconnect",
        "integrations.drain",
        "integrations.start_due_sync",
        "integrations.tick",
        "integrations.warn_of_expiry",
        "integrations.watch_credentials",
    }


def test_no_task_runs_without_a_time_limit():
    ours = [task for name, task in current_app.tasks.items() if name.startswith("integrations.")]
    assert [task.name for task in ours if task.time_limit is None] == []


def test_ticks_have_a_queue_of_their_own():
    """So that a tick never waits behind a large account's tenants."""
    router = current_app.amqp.router
    for task in ("tick", "watch_credentials", "warn_of_expiry"):
        assert router.route({}, f"integrations.{task}")["queue"].name == "control"
    assert router.route({}, "integrations.drain")["queue"].name == "sync"


def test_ticks_expire_before_they_pile_up():
    entry = settings.CELERY_BEAT_SCHEDULE["tick"]
    assert entry["schedule"] == settings.SYNC_TICK_SECONDS
    assert entry["options"]["expires"] <= max(2.0, settings.SYNC_TICK_SECONDS)


def test_drain_twice_does_no_harm(one, begin, stored):
    run = begin(one.connected)
    _named("integrations.drain")(run.account_id, run.pk)
    with account_transaction(run.account_id):
        run.refresh_from_db()
    before, asked, finished_at = stored(), len(one.simulator.requests), run.finished_at
    _named("integrations.drain")(run.account_id, run.pk)
    with account_transaction(run.account_id):
        run.refresh_from_db()
    assert (run.state, run.finished_at) == (RunState.OK, finished_at)
    assert (stored(), len(one.simulator.requests)) == (before, asked)


def test_two_drains_at_once_do_no_harm(simulated, account, begin, in_threads, stored, one):
    """A doubled wake-up call: the second worker helps or finds nothing to do."""
    run = begin(one.connected)
    in_threads(*[lambda: tasks.drain(run.account_id, run.pk)] * 3)
    with account_transaction(run.account_id):
        run.refresh_from_db()
        assert [each.attempts for each in run.tenant_syncs.all()] == [1]
    assert run.state == RunState.OK
    assert len(stored()["LicenseRecord"]) == len(one.tenant.licenses())


def test_drain_of_another_accounts_run_does_nothing(one, begin, rival):
    run = begin(one.connected)
    tasks.drain(rival.pk, run.pk)
    with account_transaction(run.account_id):
        run.refresh_from_db()
    assert (run.state, one.simulator.requests) == (RunState.QUEUED, ())


def test_drain_of_a_deleted_run_does_nothing(account):
    tasks.drain(account.pk, 0)


def test_start_due_sync_twice_starts_one_run(one, account):
    with account_transaction(account.pk):
        Integration.objects.update(next_due_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        _named("integrations.start_due_sync")(account.pk, one.connected.integration.pk)
    with account_transaction(account.pk):
        assert [run.trigger for run in SyncRun.objects.all()] == [Trigger.SCHEDULE]


def test_start_due_sync_of_another_accounts_integration_does_nothing(one, account, rival):
    with account_transaction(account.pk):
        Integration.objects.update(next_due_at=timezone.now() - timedelta(seconds=1))
    tasks.start_due_sync(rival.pk, one.connected.integration.pk)
    with account_transaction(account.pk):
        assert not SyncRun.objects.exists()


def test_tick_twice_only_wakes_twice(one, begin, account, mailbox):
    run = begin(one.connected)
    before = len(mailbox(account))
    for _ in range(2):
        _named("integrations.tick")()
    woken = [row_id for task, row_id in mailbox(account)[before:] if task == "integrations.drain"]
    assert woken == [run.pk] * 2
    with account_transaction(account.pk):
        run.refresh_from_db()
    assert run.state == RunState.QUEUED
