"""Starting syncs, by hand or by the clock, and stopping them: for once, or until someone resumes."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from integrations.access import hold_also_leaving, hold_integration
from integrations.models import Integration, SyncRun, SyncSettings, TenantMatch, TenantSync
from integrations.querysets import RunQuerySet
from integrations.refusals import RefusedError
from integrations.schedule import next_due
from integrations.states import IntegrationStatus, RunKind, RunState, Schedule, SyncState, Trigger
from integrations.wake import wake_run
from organizations.actions import record_activity
from organizations.models import User

logger = logging.getLogger(__name__)


class NothingToSyncError(RefusedError):
    """The run would do nothing; the message says what to set up first."""


@transaction.atomic
def start_due_sync(integration_id: int, *, now: datetime) -> SyncRun | None:
    """What the clock asks for; nothing when a person or an earlier call has started it meanwhile."""
    integration = (
        Integration.objects.select_for_update().filter(pk=integration_id, next_due_at__lte=now).first()
    )
    if integration is None or _live_runs(integration).filter(kind=RunKind.PREVIEW).exists():
        # Of a preview there is nothing to join; the sync stays due, and the clock asks again.
        return None
    schedule_next(integration, now=now)
    try:
        return start_sync(integration_id, trigger=Trigger.SCHEDULE, now=now)
    except NothingToSyncError as nothing:
        logger.info("Integration %s is due, but: %s", integration_id, nothing)
        return None


@transaction.atomic
def start_sync(
    integration_id: int,
    *,
    trigger: Trigger,
    now: datetime,
    actor: User | None = None,
    kind: RunKind = RunKind.SYNC,
) -> SyncRun:
    """A new run with one tenant sync per matched tenant, or the run that is going on already.

    Raises NothingToSyncError when nothing is ticked or matched. Must run inside the account's transaction.
    """
    integration = hold_integration(integration_id)
    live = _live_runs(integration).first()
    if live is not None:
        return live
    if kind == RunKind.SYNC:
        schedule_next(integration, now=now)
    steps = steps_to_run(integration)
    matches = _matches_of(integration)
    run = SyncRun.objects.create(
        account_id=integration.account_id,
        integration=integration,
        kind=kind,
        epoch=integration.epoch,
        trigger=trigger,
        requested_by=actor,
        steps=steps,
        created_at=now,
        deadline_at=deadline(now),
    )
    _create_tenant_syncs(run, matches, now=now)
    if actor is not None:
        record_activity(
            integration.account_id,
            at=now,
            action=f"{kind}.started",
            subject=integration.name,
            user=actor,
            about=integration,
        )
    transaction.on_commit(partial(wake_run, run.account_id, run.pk, times=len(matches)), robust=True)
    return run


@transaction.atomic
def cancel_sync(integration_id: int, *, now: datetime, actor: User | None = None) -> SyncRun | None:
    """Ends the run that is going on; None when there is none. What was written before stays."""
    integration = hold_also_leaving(integration_id)
    run = cancel_live_run(integration, now=now)
    if run is not None:
        record_activity(
            integration.account_id,
            at=now,
            action=f"{run.kind}.cancelled",
            subject=integration.name,
            user=actor,
            about=integration,
            details={"run": run.pk},
        )
    return run


@transaction.atomic
def pause_sync(integration_id: int, *, now: datetime, actor: User | None = None) -> Integration:
    """No more syncs until someone resumes; a run that is going on ends as cancelled. All data stays."""
    integration = hold_integration(integration_id)
    if integration.status == IntegrationStatus.PAUSED:
        return integration
    cancel_live_run(integration, now=now)
    integration.status, integration.next_due_at = IntegrationStatus.PAUSED, None
    integration.epoch += 1
    integration.save(update_fields=["status", "next_due_at", "epoch"])
    record_activity(
        integration.account_id,
        at=now,
        action="integration.paused",
        subject=integration.name,
        user=actor,
        about=integration,
    )
    return integration


@transaction.atomic
def resume_sync(integration_id: int, *, now: datetime, actor: User | None = None) -> Integration:
    integration = hold_integration(integration_id)
    if integration.status == IntegrationStatus.CONNECTED:
        return integration
    integration.status = IntegrationStatus.CONNECTED
    integration.save(update_fields=["status"])
    schedule_next(integration, now=now)
    record_activity(
        integration.account_id,
        at=now,
        action="integration.resumed",
        subject=integration.name,
        user=actor,
        about=integration,
    )
    return integration


def schedule_next(integration: Integration, *, now: datetime) -> None:
    """With the integration locked; a manual schedule has no next time."""
    chosen = SyncSettings.objects.get(account_id=integration.account_id, integration=integration)
    integration.next_due_at = next_due(Schedule(chosen.schedule), daily_at=chosen.daily_at, now=now)
    integration.save(update_fields=["next_due_at"])


def deadline(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.SYNC_RUN_SECONDS)


def cancel_live_run(integration: Integration, *, now: datetime) -> SyncRun | None:
    """With the integration locked; a worker that is writing was waited for, and one that is reading writes no more."""
    run = _live_runs(integration).select_for_update().first()
    if run is None:
        return None
    open_syncs = TenantSync.objects.of_account(integration.account_id).filter(run=run).open()
    open_syncs.update(state=SyncState.CANCELLED, finished_at=now, lease_token=None)
    run.state, run.finished_at = RunState.CANCELLED, now
    run.save(update_fields=["state", "finished_at"])
    return run


def _live_runs(integration: Integration) -> RunQuerySet:
    return SyncRun.objects.of_account(integration.account_id).filter(integration=integration).live()


def steps_to_run(integration: Integration) -> list[str]:
    """What is ticked, if the integration may sync now."""
    if integration.status != IntegrationStatus.CONNECTED:
        raise NothingToSyncError("Syncing is paused. Resume it first.")
    if not integration.settings.steps:
        raise NothingToSyncError(
            "Nothing is ticked in Sync Settings yet. Tick Licenses and save, then start the sync."
        )
    return list(integration.settings.steps)


def _matches_of(integration: Integration) -> list[TenantMatch]:
    matches = list(TenantMatch.objects.of_integration(integration).matched())
    if not matches:
        raise NothingToSyncError("No tenant is matched to an organization yet. Match at least one first.")
    return matches


def _create_tenant_syncs(run: SyncRun, matches: Iterable[TenantMatch], *, now: datetime) -> None:
    TenantSync.objects.bulk_create(
        [TenantSync(account_id=run.account_id, run=run, match=match, next_at=now) for match in matches],
        batch_size=1000,
    )
