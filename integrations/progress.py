"""How far a run is and how it went, computed from its rows whenever a page asks: no stored flag can stick."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q, Sum

from integrations.models import Integration, SyncRun, TenantSync
from integrations.problems import Problem
from integrations.states import LIVE_RUNS, OPEN_SYNCS, RunKind, RunState, SyncState

#: After this long without a living worker or a tenant that is still to come up, a live run counts as stalled.
STALLED_AFTER = timedelta(seconds=30)

_STATUS = {
    RunState.QUEUED: ("Syncing...", "busy"),
    RunState.RUNNING: ("Syncing...", "busy"),
    RunState.OK: ("OK", "ok"),
    RunState.PARTIAL: ("Partial", "warning"),
    RunState.HELD: ("Held", "warning"),
    RunState.ERROR: ("Error", "danger"),
    RunState.CANCELLED: ("Cancelled", "neutral"),
}
#: What is summed up over the tenants of a run.
_SUMMED = ("created", "updated", "unchanged", "orphaned", "contacts", "calls")


@dataclass(frozen=True)
class Progress:
    """A run in figures; `stalled` means that its workers or its clock seem to be away."""

    run: SyncRun
    total: int
    done: int
    failed: int
    held: int
    created: int
    updated: int
    unchanged: int
    orphaned: int
    contacts: int
    calls: int
    now: datetime
    stalled: bool

    @property
    def is_preview(self) -> bool:
        return self.run.kind == RunKind.PREVIEW

    @property
    def status(self) -> str:
        if self.is_preview and self.is_live:
            return "Previewing..."
        return _STATUS[RunState(self.run.state)][0]

    @property
    def tone(self) -> str:
        return _STATUS[RunState(self.run.state)][1]

    @property
    def is_live(self) -> bool:
        return RunState(self.run.state).is_live

    @property
    def begun_at(self) -> datetime:
        """A run that goes on because of a retry got its time anew."""
        return max(self.run.created_at, self.run.deadline_at - timedelta(seconds=settings.SYNC_RUN_SECONDS))

    @property
    def elapsed(self) -> timedelta:
        return (self.run.finished_at or self.now) - self.begun_at

    @property
    def has_pace(self) -> bool:
        """Whether enough tenants were done, and all of them in the time that has elapsed."""
        return self.done >= 3 and self.begun_at == self.run.created_at

    @property
    def duration_text(self) -> str:
        return duration_text(self.elapsed)

    @property
    def written_text(self) -> str:
        written = self.created + self.updated
        return f"{written:,} assets written" if written else ""

    @property
    def rate_text(self) -> str:
        seconds = self.elapsed.total_seconds()
        if not self.has_pace or seconds <= 0:
            return ""
        rate = self.done / seconds
        return f"{_amount(rate)} tenants/s" if rate >= 1 else f"{_amount(rate * 60)} tenants/min"

    @property
    def elapsed_text(self) -> str:
        return f"{self.duration_text} so far" if self.is_live else ""

    @property
    def estimate_text(self) -> str:
        """Straight from the rate so far; silent until there is one."""
        if not self.is_live or self.stalled or not self.has_pace or self.done == self.total:
            return ""
        return f"about {duration_text(self.elapsed / self.done * (self.total - self.done))} left"

    @property
    def hint(self) -> str:
        if self.stalled:
            return "waiting for a worker; check that worker and beat are running"
        if self.is_live or not (self.failed or self.held):
            return ""
        parts = [
            f"{self.held:,} of {self.total:,} tenants held" if self.held else "",
            f"{self.failed:,} of {self.total:,} tenants failed" if self.failed else "",
        ]
        return ", ".join(filter(None, parts))

    @property
    def problem(self) -> Problem | None:
        return Problem(self.run.problem) if self.run.problem else None


def progress_of(runs: Iterable[SyncRun], *, now: datetime) -> dict[int, Progress]:
    """By run id, in one query for all of them."""
    by_id = {run.pk: run for run in runs}
    figures = (
        TenantSync.objects.filter(run_id__in=by_id)
        .values("run_id")
        .annotate(
            total=Count("id"),
            open=Count("id", filter=Q(state__in=OPEN_SYNCS)),
            failed=Count("id", filter=Q(state=SyncState.FAILED)),
            held=Count("id", filter=Q(state=SyncState.HELD)),
            last_lease=Max("lease_until", filter=Q(state__in=OPEN_SYNCS)),
            next_at=Max("next_at", filter=Q(state__in=OPEN_SYNCS)),
            last_end=Max("finished_at"),
            **{name: Sum(name) for name in _SUMMED},
        )
        .order_by()
    )
    by_run: dict[int, Mapping[str, object]] = {row["run_id"]: row for row in figures}
    return {pk: _progress(run, by_run.get(pk, {}), now=now) for pk, run in by_id.items()}


def _progress(run: SyncRun, row: Mapping[str, object], *, now: datetime) -> Progress:
    def number(name: str) -> int:
        value = row.get(name)
        return value if isinstance(value, int) else 0

    signs = [
        sign
        for sign in (row.get("last_lease"), row.get("next_at"), row.get("last_end"), run.created_at)
        if isinstance(sign, datetime)
    ]
    return Progress(
        run=run,
        total=number("total"),
        done=number("total") - number("open"),
        failed=number("failed"),
        held=number("held"),
        **{name: number(name) for name in _SUMMED},
        now=now,
        stalled=RunState(run.state).is_live and now > max(signs) + STALLED_AFTER,
    )


def latest_runs(integrations: Iterable[Integration]) -> dict[int, tuple[SyncRun, datetime | None]]:
    """By integration id: the run that goes on or else the newest sync, and when the last sync that ended did.

    A preview that has ended says nothing about how things stand.
    """
    runs = SyncRun.objects.filter(integration__in=list(integrations))
    syncs = runs.filter(kind=RunKind.SYNC)
    ends = dict(syncs.values_list("integration_id").annotate(Max("finished_at")).order_by())
    telling = runs.filter(Q(kind=RunKind.SYNC) | Q(state__in=LIVE_RUNS))
    newest = telling.order_by("integration_id", "-id").distinct("integration_id")
    return {run.integration_id: (run, ends.get(run.integration_id)) for run in newest}


def _amount(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{number:,.0f}"


def duration_text(duration: timedelta) -> str:
    seconds = max(0, round(duration.total_seconds()))
    if duration < timedelta(seconds=10):
        return f"{max(0.1, duration.total_seconds()):.1f} s"
    if seconds < 90:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"
