"""What the clock does every few seconds: looks at the queue of all accounts, as a role that sees nothing else, and
wakes workers. It writes nothing, so two clocks at once do no harm."""

from datetime import datetime

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from integrations.expiry import FIRST_WARNING, due_warning
from integrations.models import (
    Disconnection,
    Inquiry,
    Integration,
    IntegrationCredential,
    SyncRun,
    TenantSync,
)
from integrations.querysets import DATABASE_CLOCK
from integrations.states import IntegrationStatus, SyncState
from integrations.wake import (
    FAN_OUT,
    wake_disconnection,
    wake_due_sync,
    wake_expiry_warning,
    wake_inquiry,
    wake_run,
)

_SCHEDULER = "scheduler"


def tick() -> None:
    for account_id, run_id, times in _runs_to_wake():
        wake_run(account_id, run_id, times=times)
    for account_id, integration_id in _due_integrations():
        wake_due_sync(account_id, integration_id)
    for account_id, inquiry_id in _open_inquiries():
        wake_inquiry(account_id, inquiry_id)
    for account_id, disconnection_id in _open_disconnections():
        wake_disconnection(account_id, disconnection_id)


def watch_credentials(*, now: datetime) -> None:
    """Every hour: credentials of whose end somebody has to be warned."""
    rows = IntegrationCredential.objects.using(_SCHEDULER).filter(expires_at__lte=now + FIRST_WARNING)
    for account_id, credential_id, expires_at, warned_days in rows.values_list(
        "account_id", "id", "expires_at", "warned_days"
    ):
        if due_warning(expires_at, warned_days=warned_days, now=now) is not None:
            wake_expiry_warning(account_id, credential_id)


def _runs_to_wake() -> list[tuple[int, int, int]]:
    """Live runs with the number of workers each could use on top of those it has; one that only has to end needs one."""
    overdue_now = ExpressionWrapper(Q(deadline_at__lte=DATABASE_CLOCK), output_field=BooleanField())
    runs = SyncRun.objects.using(_SCHEDULER).live().annotate(overdue=overdue_now)
    open_syncs = {run_id: (due, busy, open_) for run_id, due, busy, open_ in _open_syncs()}
    wakes = []
    for account_id, run_id, overdue in runs.values_list("account_id", "id", "overdue"):
        due, busy, open_ = open_syncs.get(run_id, (0, 0, 0))
        wanted = min(due, FAN_OUT - busy)
        if wanted > 0:
            wakes.append((account_id, run_id, wanted))
        elif overdue or open_ == 0:
            wakes.append((account_id, run_id, 1))
    return wakes


def _open_syncs() -> list[tuple[int, int, int, int]]:
    """(run, due or lost, held by a living worker, open)"""
    expired = Q(state=SyncState.LEASED, lease_until__lt=DATABASE_CLOCK)
    due = Q(state=SyncState.PENDING, next_at__lte=DATABASE_CLOCK) | expired
    living = Q(state=SyncState.LEASED, lease_until__gte=DATABASE_CLOCK)
    return list(
        TenantSync.objects.using(_SCHEDULER)
        .open()
        .values_list("run_id")
        .annotate(due=Count("id", filter=due), busy=Count("id", filter=living), all=Count("id"))
        .order_by()
    )


def _due_integrations() -> list[tuple[int, int]]:
    due = Integration.objects.using(_SCHEDULER).filter(
        status=IntegrationStatus.CONNECTED, next_due_at__lte=DATABASE_CLOCK
    )
    return list(due.values_list("account_id", "id"))


def _open_inquiries() -> list[tuple[int, int]]:
    """Whom no living worker is answering."""
    inquiries = Inquiry.objects.using(_SCHEDULER).open().filter(lease_until__lt=DATABASE_CLOCK)
    return list(inquiries.values_list("account_id", "id"))


def _open_disconnections() -> list[tuple[int, int]]:
    return list(Disconnection.objects.using(_SCHEDULER).open().values_list("account_id", "id"))
