"""How a run goes on and ends: every run ends, with a reason."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet

from integrations.endings import ending_of
from integrations.engine.claims import MAX_ATTEMPTS
from integrations.models import SyncRun, TenantSync
from integrations.notices import tell_of_end
from integrations.problems import Problem
from integrations.querysets import DATABASE_CLOCK, TenantSyncQuerySet
from integrations.states import RunState, SyncState
from organizations.access import account_transaction

#: Tenants that must have failed for the same credential-wide reason, and none succeeded, before the rest is spared.
SAME_FAILURES_TO_ABORT = 3
#: How long the results of finished runs are kept.
RUNS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Pause:
    """Nothing can be claimed right now; something may be in `seconds`."""

    seconds: float


def begin(account_id: int, run_id: int) -> None:
    """In a transaction of its own: claiming locks tenants, and locks go from run to tenant, never back."""
    with account_transaction(account_id):
        SyncRun.objects.of_account(account_id).filter(pk=run_id, state=RunState.QUEUED).update(
            state=RunState.RUNNING
        )


def settle(account_id: int, run_id: int) -> Pause | None:
    """Fails what nobody will finish, then ends the run if nothing is open; otherwise says when to look again."""
    with account_transaction(account_id):
        run = SyncRun.objects.of_account(account_id).live().filter(pk=run_id).select_for_update().first()
        if run is None:
            return None
        now = _database_now(run)
        syncs = TenantSync.objects.of_account(account_id).filter(run=run)
        _cancel_if_stopped(run, syncs)
        _fail_all(syncs.lost(attempts=MAX_ATTEMPTS), Problem.WORKER_LOST)
        if now >= run.deadline_at:
            _fail_all(syncs.open(), Problem.DEADLINE)
        _abort_if_hopeless(syncs)
        next_at = syncs.filter(state=SyncState.PENDING).aggregate(next_at=Min("next_at"))["next_at"]
        if next_at is not None:
            return Pause(max(0.0, (next_at - now).total_seconds()))
        if not syncs.open().exists():
            _finish(run, syncs, now=now)
        return None


def _cancel_if_stopped(run: SyncRun, syncs: TenantSyncQuerySet) -> None:
    """After a pause, a disconnect or a new credential nobody may claim the rest; living workers let go by themselves."""
    if SyncRun.objects.of_account(run.account_id).current().filter(pk=run.pk).exists():
        return
    syncs.unattended().update(state=SyncState.CANCELLED, finished_at=DATABASE_CLOCK, lease_token=None)


def _fail_all(syncs: QuerySet[TenantSync], problem: Problem) -> None:
    syncs.update(
        state=SyncState.FAILED, problem=problem, detail="", finished_at=DATABASE_CLOCK, lease_token=None
    )


def _abort_if_hopeless(syncs: QuerySet[TenantSync]) -> None:
    """A wrong secret is wrong for three thousand tenants too: one message, not three thousand refused sign-ins."""
    if syncs.filter(state__in=(SyncState.DONE, SyncState.HELD)).exists():
        return
    failed = syncs.filter(state=SyncState.FAILED).values_list("problem").annotate(Count("id"))
    failures = Counter(dict(failed.order_by()))
    for problem, count in failures.most_common(1):
        if count >= SAME_FAILURES_TO_ABORT and Problem(problem).is_credential_wide:
            _fail_all(syncs.filter(state=SyncState.PENDING), Problem(problem))


def _finish(run: SyncRun, syncs: TenantSyncQuerySet, *, now: datetime) -> None:
    ending = ending_of(syncs)
    run.state, run.problem, run.detail = ending.state, ending.problem, ending.detail
    run.finished_at = now
    run.save(update_fields=["state", "finished_at", "problem", "detail"])
    tell_of_end(run, now=now)
    _forget_old_runs(run, now=now)


def _forget_old_runs(run: SyncRun, *, now: datetime) -> None:
    """Hourly runs over hundreds of tenants would otherwise outgrow the documentation itself."""
    old = SyncRun.objects.of_account(run.account_id).filter(
        integration_id=run.integration_id, finished_at__lt=now - RUNS_KEPT
    )
    TenantSync.objects.of_account(run.account_id).filter(run__in=old).delete()
    old.delete()


def _database_now(run: SyncRun) -> datetime:
    now: datetime = (
        SyncRun.objects.of_account(run.account_id)
        .filter(pk=run.pk)
        .values_list(DATABASE_CLOCK, flat=True)
        .get()
    )
    return now
