"""What a person decides about single tenants of a run: try again, or, when one is held, accept or discard."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.shortcuts import get_object_or_404

from integrations.access import hold_integration
from integrations.actions.runs import deadline, steps_to_run
from integrations.endings import ending_of
from integrations.models import NEVER, Integration, SyncRun, TenantSync
from integrations.refusals import RefusedError
from integrations.states import MatchState, Resolution, RunKind, RunState, SyncState
from integrations.wake import wake_run
from organizations.actions import record_activity
from organizations.models import User

_RETRIED = (SyncState.FAILED, SyncState.HELD, SyncState.CANCELLED)


@dataclass(frozen=True)
class _Locked:
    """A run with its integration, both locked in this order."""

    integration: Integration
    run: SyncRun


@transaction.atomic
def retry_tenant(sync_id: int, *, now: datetime, actor: User | None = None) -> SyncRun:
    """Has the tenant read once more, within its run; a held one is judged anew."""
    locked = _lock(_run_of(sync_id))
    _require_newest(locked)
    sync = _lock_tenant(sync_id)
    if sync.state not in _RETRIED:
        raise RefusedError(
            "This tenant is still being synced."
            if sync.state in (SyncState.PENDING, SyncState.LEASED)
            else "This tenant came through; there is nothing to try again."
        )
    _require_matched(sync)
    _reopen(locked, [sync], now=now)
    _record(locked, action="tenant.retried", subject=sync, now=now, actor=actor)
    return locked.run


@transaction.atomic
def retry_failed(run_id: int, *, now: datetime, actor: User | None = None) -> SyncRun:
    """Has every tenant read once more that failed in this run and is still matched."""
    locked = _lock(run_id)
    _require_newest(locked)
    failed = TenantSync.objects.of_account(locked.run.account_id).filter(
        run=locked.run, state=SyncState.FAILED, match__state=MatchState.MATCHED
    )
    syncs = list(failed.select_for_update(of=("self",)).order_by("pk"))
    if not syncs:
        raise RefusedError("No tenant of this run has failed.")
    _reopen(locked, syncs, now=now)
    record_activity(
        locked.run.account_id,
        at=now,
        action="tenants.retried",
        subject=locked.integration.name,
        user=actor,
        about=locked.integration,
        details={"run": locked.run.pk, "tenants": len(syncs)},
    )
    return locked.run


@transaction.atomic
def accept_held(sync_id: int, *, now: datetime, actor: User | None = None) -> SyncRun:
    """Reads the tenant once more and takes away what was held; anything beyond that is judged anew."""
    locked = _lock(_run_of(sync_id))
    _require_newest(locked)
    sync = _lock_tenant(sync_id)
    _require_held(sync)
    _require_matched(sync)
    approved = [change["key"] for change in sync.changes]
    _reopen(locked, [sync], now=now)
    sync.approved = approved
    _resolve(sync, Resolution.ACCEPTED, now=now, actor=actor)
    _record(locked, action="held.accepted", subject=sync, now=now, actor=actor)
    return locked.run


@transaction.atomic
def discard_held(sync_id: int, *, now: datetime, actor: User | None = None) -> SyncRun:
    """Leaves everything as it is; the run counts the tenant as done, and the next sync judges anew."""
    locked = _lock(_run_of(sync_id))
    sync = _lock_tenant(sync_id)
    _require_held(sync)
    sync.state = SyncState.DONE
    _resolve(sync, Resolution.DISCARDED, now=now, actor=actor)
    if not RunState(locked.run.state).is_live:
        _end_anew(locked.run)
    _record(locked, action="held.discarded", subject=sync, now=now, actor=actor)
    return locked.run


def _run_of(sync_id: int) -> int:
    return get_object_or_404(TenantSync, pk=sync_id).run_id


def _lock(run_id: int) -> _Locked:
    """Runs are cleared away, by their age and by a disconnect."""
    integration = hold_integration(get_object_or_404(SyncRun, pk=run_id).integration_id)
    return _Locked(integration, get_object_or_404(SyncRun.objects.select_for_update(), pk=run_id))


def _require_newest(locked: _Locked) -> None:
    """Going on with an older run would bring back what is out of date; of two live runs the database keeps one."""
    run = locked.run
    runs = SyncRun.objects.of_account(run.account_id).filter(integration=locked.integration)
    if runs.filter(kind=run.kind, pk__gt=run.pk).exists():
        raise RefusedError(f"A newer {_NOUN[RunKind(run.kind)]} has run since. Look at that one.")
    if runs.live().exclude(pk=run.pk).exists():
        raise RefusedError(
            "Another run of this integration is going on. Wait until it has ended, or cancel it."
        )


_NOUN = {RunKind.SYNC: "sync", RunKind.PREVIEW: "preview"}


def _lock_tenant(sync_id: int) -> TenantSync:
    syncs = TenantSync.objects.select_for_update(of=("self",)).select_related("match")
    return get_object_or_404(syncs, pk=sync_id)


def _require_held(sync: TenantSync) -> None:
    if sync.state != SyncState.HELD:
        raise RefusedError("This tenant is no longer held.")


def _require_matched(sync: TenantSync) -> None:
    if sync.match.state != MatchState.MATCHED:
        raise RefusedError("This tenant is no longer matched to an organization. Match it first.")


def _reopen(locked: _Locked, syncs: Collection[TenantSync], *, now: datetime) -> None:
    """As if they had never been tried; the run goes on under what the integration and its settings are now."""
    run = locked.run
    run.steps = steps_to_run(locked.integration)
    run.state, run.finished_at, run.deadline_at = RunState.QUEUED, None, deadline(now)
    run.epoch, run.problem, run.detail = locked.integration.epoch, "", ""
    run.save(update_fields=["steps", "state", "finished_at", "deadline_at", "epoch", "problem", "detail"])
    for sync in syncs:
        for name, value in _UNTRIED.items():
            setattr(sync, name, value)
        sync.changes, sync.approved, sync.next_at = [], [], now
    TenantSync.objects.bulk_update(syncs, [*_UNTRIED, "changes", "approved", "next_at"], batch_size=500)
    transaction.on_commit(partial(wake_run, run.account_id, run.pk, times=len(syncs)), robust=True)


_UNTRIED = {
    "state": SyncState.PENDING,
    "attempts": 0, "throttles": 0, "calls": 0,
    "created": 0, "updated": 0, "unchanged": 0, "orphaned": 0, "contacts": 0,
    "lease_token": None, "lease_until": NEVER, "started_at": None, "finished_at": None,
    "problem": "", "detail": "", "request_id": "",
    "resolution": "", "resolved_by": None, "resolved_at": None,
}  # fmt: skip


def _resolve(sync: TenantSync, resolution: Resolution, *, now: datetime, actor: User | None) -> None:
    sync.resolution, sync.resolved_by, sync.resolved_at = resolution, actor, now
    sync.save(update_fields=["state", "approved", "resolution", "resolved_by", "resolved_at"])


def _end_anew(run: SyncRun) -> None:
    """When it ended stays; what it ended as may have changed with the decision."""
    ending = ending_of(TenantSync.objects.of_account(run.account_id).filter(run=run))
    run.state, run.problem, run.detail = ending.state, ending.problem, ending.detail
    run.save(update_fields=["state", "problem", "detail"])


def _record(locked: _Locked, *, action: str, subject: TenantSync, now: datetime, actor: User | None) -> None:
    record_activity(
        locked.run.account_id,
        at=now,
        action=action,
        subject=subject.match.tenant_name,
        user=actor,
        organization=subject.match.organization,
        about=locked.integration,
        details={"run": locked.run.pk, "approved": len(subject.approved)},
    )
