"""Who works on which tenant: claiming a tenant sync, staying its holder, and giving it back.

Lock order everywhere: integration, run, tenant sync, assets by key.
"""

import random
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce

from integrations.microsoft.errors import MicrosoftError, ThrottledError
from integrations.models import Integration, IntegrationCredential, SyncRun, TenantMatch, TenantSync
from integrations.problems import Problem
from integrations.querysets import DATABASE_CLOCK, TenantSyncQuerySet
from integrations.states import IntegrationStatus, MatchState, RunKind, SyncState
from organizations.access import account_transaction

#: Attempts after which a tenant's failure is final for this run; throttling does not count.
MAX_ATTEMPTS = 4
#: Seconds between two looks at whether the work is still ours; also the longest that a disconnect goes unnoticed.
RENEW_SECONDS = 0.5
MAX_BACKOFF_SECONDS = 60.0


class LeaseLostError(Exception):
    """Someone else holds this tenant now, or the run was stopped: whatever was read must not be written."""


@dataclass
class Work:
    """A claimed tenant sync. `token` proves, at the time of writing, that it was not given away meanwhile."""

    account_id: int
    run_id: int
    sync_id: int
    token: uuid.UUID
    epoch: int
    attempts: int
    integration_id: int
    match_id: int
    tenant_id: uuid.UUID
    cloud: str
    credential: IntegrationCredential | None
    steps: tuple[str, ...]
    kind: RunKind
    approved: frozenset[str]
    renewed_at: float = field(default_factory=time.monotonic)

    def checkpoint(self) -> None:
        """Called before every request to Graph: renews the lease, or raises LeaseLostError."""
        if time.monotonic() - self.renewed_at < RENEW_SECONDS:
            return
        with account_transaction(self.account_id):
            current = SyncRun.objects.of_account(self.account_id).live().current()
            renewed = _held(self).filter(run__in=current).update(lease_until=_lease_end())
        if renewed != 1:
            raise LeaseLostError
        self.renewed_at = time.monotonic()


def claim(account_id: int, run_id: int) -> Work | None:
    """The next tenant of this run that is due, or whose worker gave no sign of life."""
    with account_transaction(account_id):
        sync = (
            TenantSync.objects.of_account(account_id)
            .filter(
                run_id=run_id,
                run__in=SyncRun.objects.of_account(account_id).live().current(),
                run__deadline_at__gt=DATABASE_CLOCK,
            )
            .claimable(attempts=MAX_ATTEMPTS)
            .select_related("run__integration", "match")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_at", "id")
            .first()
        )
        if sync is None:
            return None
        token = uuid.uuid4()
        TenantSync.objects.of_account(account_id).filter(pk=sync.pk).update(
            state=SyncState.LEASED,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=_lease_end(),
            started_at=Coalesce("started_at", DATABASE_CLOCK),
        )
        return Work(
            account_id=account_id,
            run_id=run_id,
            sync_id=sync.pk,
            token=token,
            epoch=sync.run.epoch,
            attempts=sync.attempts + 1,
            integration_id=sync.run.integration_id,
            match_id=sync.match_id,
            tenant_id=sync.match.tenant_id,
            cloud=sync.run.integration.cloud,
            credential=IntegrationCredential.objects.of_integration(sync.run.integration).current().first(),
            steps=tuple(sync.run.steps),
            kind=RunKind(sync.run.kind),
            approved=frozenset(sync.approved),
        )


@contextmanager
def fenced(work: Work) -> Iterator[TenantMatch]:
    """One transaction in which the work is certainly still ours; yields the match to write for.

    FOR SHARE on the integration makes disconnect, pause and credential changes, which lock it FOR UPDATE, wait for
    this write, or this write see their new epoch. Locked together in one statement the two would deadlock.
    """
    with account_transaction(work.account_id):
        integration = Integration.objects.raw(
            "SELECT id, account_id, status, epoch FROM integrations_integration "
            "WHERE account_id = %s AND id = %s FOR SHARE",
            [work.account_id, work.integration_id],
        )
        held = next(iter(integration), None)
        if held is None or held.status != IntegrationStatus.CONNECTED or held.epoch != work.epoch:
            raise LeaseLostError
        sync = _held(work).select_for_update(of=("self",)).select_related("match").first()
        if sync is None or sync.match.state != MatchState.MATCHED:
            raise LeaseLostError
        yield sync.match


def complete(work: Work, *, state: SyncState, figures: dict[str, Any]) -> None:
    """Ends the tenant's sync, if it is still ours. After writing, inside `fenced`: both stand or fall together."""
    _held(work).update(state=state, finished_at=DATABASE_CLOCK, lease_token=None, **figures)


def give_back(work: Work, error: ThrottledError, *, calls: int) -> None:
    """Puts a throttled tenant back in line for when Microsoft asked, without counting the attempt."""
    wait = error.retry_after if error.retry_after is not None else _backoff(work.attempts)
    _release(
        work, _telling(error, calls), wait=wait, attempts=F("attempts") - 1, throttles=F("throttles") + 1
    )
    if error.app_wide:
        _hold_back_others(work, wait=wait)


def _hold_back_others(work: Work, *, wait: float) -> None:
    """The limit is the application's: every tenant still waiting would be refused too, and count against it."""
    not_before = DATABASE_CLOCK + timedelta(seconds=wait)
    with account_transaction(work.account_id):
        # The run's lock first: ending a run takes it too before it touches tenants, so the two never cross.
        SyncRun.objects.of_account(work.account_id).select_for_update().filter(pk=work.run_id).first()
        TenantSync.objects.of_account(work.account_id).filter(
            run_id=work.run_id, state=SyncState.PENDING, next_at__lt=not_before
        ).update(next_at=not_before)


def retry_later(work: Work, error: MicrosoftError, *, calls: int) -> None:
    """Puts a tenant back in line after a passing fault; the last attempt's fault is final."""
    if work.attempts >= MAX_ATTEMPTS:
        fail(work, error, calls=calls)
        return
    _release(work, _telling(error, calls), wait=max(_backoff(work.attempts), error.retry_after or 0.0))


def fail(work: Work, error: MicrosoftError, *, calls: int) -> None:
    with account_transaction(work.account_id):
        complete(work, state=SyncState.FAILED, figures=_telling(error, calls))


def let_go(work: Work) -> None:
    """After a stop the row is still ours and nobody will take it up again; after a lost lease it is another's."""
    with account_transaction(work.account_id):
        complete(work, state=SyncState.CANCELLED, figures={})


def _release(work: Work, telling: dict[str, Any], *, wait: float, **changes: Any) -> None:
    next_at = DATABASE_CLOCK + timedelta(seconds=wait)
    with account_transaction(work.account_id):
        _held(work).update(state=SyncState.PENDING, lease_token=None, next_at=next_at, **telling, **changes)


def _telling(error: MicrosoftError, calls: int) -> dict[str, Any]:
    return {
        "problem": error.problem,
        "detail": error.detail[:500],
        "request_id": (error.request_id or error.correlation_id)[:60],
        "calls": F("calls") + calls,
    }


def unexpected(error: Exception) -> MicrosoftError:
    """A bug or a passing database fault, as a row can tell it; the traceback goes to the log."""
    return MicrosoftError(Problem.UNEXPECTED, type(error).__name__)


def _held(work: Work) -> TenantSyncQuerySet:
    """The row, as long as it is ours.

    The conditions stand on the row itself: joined to its run, an UPDATE would become "id IN (SELECT ...)", and
    PostgreSQL, after waiting for the row's lock, checks only the id again and not the token that changed meanwhile.
    """
    return TenantSync.objects.of_account(work.account_id).filter(
        pk=work.sync_id,
        state=SyncState.LEASED,
        lease_token=work.token,
        run__in=SyncRun.objects.of_account(work.account_id).live(),
    )


def _lease_end() -> Any:
    return DATABASE_CLOCK + timedelta(seconds=settings.SYNC_LEASE_SECONDS)


def _backoff(attempts: int) -> float:
    """Full jitter: workers that failed together don't come back together."""
    return random.uniform(0, min(MAX_BACKOFF_SECONDS, settings.SYNC_RETRY_SECONDS * 2**attempts))  # noqa: S311 - no secret
