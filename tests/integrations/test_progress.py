"""What pages say of a run, computed from its rows whenever they ask."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.engine.claims import claim
from integrations.models import SyncRun
from integrations.problems import Problem
from integrations.progress import STALLED_AFTER, duration_text, latest_runs, progress_of
from integrations.states import RunState, SyncState
from tests.factories import NOW, connect
from tests.integrations.places import tenant_named, two_tenants


@pytest.fixture
def run(account, begin):
    return begin(connect(account, two_tenants()))


@pytest.fixture
def progress(inside, run):
    def read(*, now=None):
        with inside():
            run.refresh_from_db()
            return progress_of([run], now=now or timezone.now())[run.pk]

    return read


def _finish(run, inside, *, state=RunState.OK, seconds=90, problem="", tenants=()):
    with inside():
        for sync, changes in zip(run.tenant_syncs.order_by("pk"), tenants, strict=True):
            run.tenant_syncs.filter(pk=sync.pk).update(**changes)
        SyncRun.objects.update(
            state=state, finished_at=run.created_at + timedelta(seconds=seconds), problem=problem
        )


def test_run_that_has_just_been_started(progress):
    shown = progress()
    assert (shown.status, shown.tone, shown.is_live, shown.stalled) == ("Syncing...", "busy", True, False)
    assert (shown.done, shown.total, shown.written_text, shown.estimate_text) == (0, 2, "", "")


def test_run_in_figures(progress, run, inside):
    _finish(
        run,
        inside,
        state=RunState.PARTIAL,
        problem=Problem.CONSENT_MISSING,
        seconds=80,
        tenants=[
            {"state": SyncState.DONE, "created": 4, "updated": 2, "unchanged": 7, "orphaned": 1, "calls": 6},
            {"state": SyncState.FAILED, "calls": 1},
        ],
    )
    shown = progress()
    assert (shown.status, shown.tone, shown.is_live) == ("Partial", "warning", False)
    assert (shown.done, shown.total, shown.failed) == (2, 2, 1)
    assert (shown.created, shown.updated, shown.unchanged, shown.orphaned, shown.calls) == (4, 2, 7, 1, 7)
    assert (shown.written_text, shown.duration_text) == ("6 assets written", "80 s")
    assert (shown.hint, shown.problem) == ("1 of 2 tenants failed", Problem.CONSENT_MISSING)


def test_every_state_of_a_run_has_its_words(progress, run, inside):
    words = {}
    for state in RunState:
        with inside():
            SyncRun.objects.update(state=state)
        words[state] = progress().status
    assert words == {
        RunState.QUEUED: "Syncing...",
        RunState.RUNNING: "Syncing...",
        RunState.OK: "OK",
        RunState.PARTIAL: "Partial",
        RunState.HELD: "Held",
        RunState.ERROR: "Error",
        RunState.CANCELLED: "Cancelled",
    }


def test_pace_is_told_once_a_few_tenants_are_done(account, begin, inside, many):
    run, finish = many
    finish(2)
    with inside():
        early = progress_of([run], now=run.created_at + timedelta(seconds=1))[run.pk]
    assert (early.rate_text, early.estimate_text, early.elapsed_text) == ("", "", "1.0 s so far")
    finish(6)
    with inside():
        fast = progress_of([run], now=run.created_at + timedelta(seconds=0.5))[run.pk]
        slow = progress_of([run], now=run.created_at + timedelta(seconds=20))[run.pk]
    assert (fast.rate_text, fast.estimate_text) == ("12 tenants/s", "about 0.3 s left")
    assert (slow.rate_text, slow.estimate_text) == ("18 tenants/min", "about 13 s left")


def test_run_that_goes_on_is_timed_anew_and_shows_no_pace(account, begin, inside, many, settings):
    run, finish = many
    finish(6)
    again = run.created_at + timedelta(hours=3)
    with inside():
        run.deadline_at = again + timedelta(seconds=settings.SYNC_RUN_SECONDS)
        shown = progress_of([run], now=again + timedelta(seconds=40))[run.pk]
    assert (shown.elapsed_text, shown.rate_text, shown.estimate_text) == ("40 s so far", "", "")


@pytest.fixture
def many(account, begin, inside):
    """A run of ten tenants, and a way to end the first few of them."""
    run = begin(connect(account, [tenant_named(f"Client {number}") for number in range(10)]))

    def finish(count: int) -> None:
        with inside():
            first = list(run.tenant_syncs.order_by("pk").values_list("pk", flat=True)[:count])
            run.tenant_syncs.filter(pk__in=first).update(state=SyncState.DONE)

    return run, finish


def test_held_and_failed_tenants_are_counted_beside_each_other(progress, run, inside):
    _finish(
        run,
        inside,
        state=RunState.HELD,
        tenants=[{"state": SyncState.HELD}, {"state": SyncState.FAILED}],
    )
    shown = progress()
    assert (shown.held, shown.failed) == (1, 1)
    assert shown.hint == "1 of 2 tenants held, 1 of 2 tenants failed"


def test_run_without_a_sign_of_life_looks_stalled(progress, run):
    soon, late = run.created_at + STALLED_AFTER, run.created_at + STALLED_AFTER + timedelta(seconds=1)
    assert (progress(now=soon).stalled, progress(now=late).stalled) == (False, True)
    assert progress(now=late).hint == "waiting for a worker; check that worker and beat are running"


def test_living_worker_keeps_a_run_from_looking_stalled(progress, run):
    claim(run.account_id, run.pk)
    assert not progress(now=timezone.now() + timedelta(seconds=60)).stalled
    assert progress(now=timezone.now() + timedelta(seconds=120)).stalled


def test_tenant_that_waits_for_microsoft_keeps_a_run_from_looking_stalled(progress, run, inside):
    with inside():
        run.tenant_syncs.update(next_at=timezone.now() + timedelta(minutes=30))
    assert not progress(now=timezone.now() + timedelta(minutes=30)).stalled
    assert progress(now=timezone.now() + timedelta(minutes=31)).stalled


def test_ended_run_never_looks_stalled(progress, run, inside):
    with inside():
        run.tenant_syncs.update(state=SyncState.DONE)
        SyncRun.objects.update(state=RunState.OK, finished_at=timezone.now())
    assert not progress(now=timezone.now() + timedelta(days=1)).stalled


def test_progress_of_many_runs_costs_one_query(account, begin, inside, django_assert_num_queries):
    runs = [begin(connect(account, two_tenants(), name=f"Microsoft {number}")) for number in range(3)]
    with inside(), django_assert_num_queries(1):
        assert [each.total for each in progress_of(runs, now=NOW).values()] == [2, 2, 2]


def test_latest_run_of_each_integration(account, begin, inside):
    first = connect(account, two_tenants(), name="First")
    second = connect(account, two_tenants(), name="Second")
    unused = connect(account, two_tenants(), name="Unused")
    ended = begin(first)
    with inside():
        SyncRun.objects.filter(pk=ended.pk).update(state=RunState.OK, finished_at=NOW)
    live, other = begin(first), begin(second)
    with inside():
        found = latest_runs([first.integration, second.integration, unused.integration])
    assert {key: (run.pk, ended_at) for key, (run, ended_at) in found.items()} == {
        first.integration.pk: (live.pk, NOW),
        second.integration.pk: (other.pk, None),
    }


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0.1 s"),
        (0, "0.1 s"),
        (1.26, "1.3 s"),
        (42, "42 s"),
        (89, "89 s"),
        (90, "2 min"),
        (600, "10 min"),
        (7200, "2 h"),
    ],
)
def test_duration_in_words(seconds, text):
    assert duration_text(timedelta(seconds=seconds)) == text
