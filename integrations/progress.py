"""How far a run is and how it went, computed from its rows whenever a page asks: no stored flag can stick."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, Sum

from integrations.models import Integration, SyncRun, TenantSync
from integrations.problems import Problem
from integrations.states import OPEN_SYNCS, RunState

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


@dataclass(frozen=True)
class Progress:
    """A run in figures; `stalled` means that its workers or its clock seem to be away."""

    run: SyncRun
    total: int
    done: int
    failed: int
    created: int
    updated: int
    unchanged: int
    orphaned: int
    calls: int
    now: datetime
    stalled: bool

    @property
    def status(self) -> str:
        return _STATUS[RunState(self.run.state)][0]

    @property
    def tone(self) -> str:
        return _STATUS[RunState(self.run.state)][1]

    @property
    def is_live(self) -> bool:
        return RunState(self.run.state).is_live

    @property
    def elapsed(self) -> timedelta:
        return (self.run.finished_at or self.now) - self.run.created_at

    @property
    def duration_text(self) -> str:
        return duration_text(self.elapsed)

    @property
    def written_text(self) -> str:
        written = self.created + self.updated
        return f"{written:,} assets written" if written else ""

    @property
    def estimate_text(self) -> str:
        """Straight from the rate so far; silent until there is one."""
        if not self.is_live or self.stalled or self.done < 3 or self.done == self.total:
            return ""
        return f"about {duration_text(self.elapsed / self.done * (self.total - self.done))} left"

    @property
    def hint(self) -> str:
        if self.stalled:
            return "waiting for a worker; check that worker and beat are running"
        if self.failed and self.run.state in (RunState.PARTIAL, RunState.HELD):
            return f"{self.failed:,} of {self.total:,} tenants failed"
        return ""

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
            failed=Count("id", filter=Q(state="failed")),
            last_lease=Max("lease_until", filter=Q(state__in=OPEN_SYNCS)),
            next_at=Max("next_at", filter=Q(state__in=OPEN_SYNCS)),
            last_end=Max("finished_at"),
            **{name: Sum(name) for name in ("created", "updated", "unchanged", "orphaned", "calls")},
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
        created=number("created"),
        updated=number("updated"),
        unchanged=number("unchanged"),
        orphaned=number("orphaned"),
        calls=number("calls"),
        now=now,
        stalled=RunState(run.state).is_live and now > max(signs) + STALLED_AFTER,
    )


def latest_runs(integrations: Iterable[Integration]) -> dict[int, tuple[SyncRun, datetime | None]]:
    """By integration id: the newest run, and when the last one that ended did."""
    runs = SyncRun.objects.filter(integration__in=list(integrations))
    ends = dict(runs.values_list("integration_id").annotate(Max("finished_at")).order_by())
    newest = runs.order_by("integration_id", "-id").distinct("integration_id")
    return {run.integration_id: (run, ends[run.integration_id]) for run in newest}


def duration_text(duration: timedelta) -> str:
    seconds = max(0, round(duration.total_seconds()))
    if duration < timedelta(seconds=10):
        return f"{max(0.1, duration.total_seconds()):.1f} s"
    if seconds < 90:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"
