"""An integration and a run's tenants as their pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from integrations.clouds import consent_url
from integrations.models import Integration, TenantSync
from integrations.problems import Problem
from integrations.progress import Progress, duration_text
from integrations.states import RunState, SyncState, Trigger
from organizations.models import Account

_STATES = {
    SyncState.PENDING: ("Waiting", "neutral"),
    SyncState.LEASED: ("Syncing...", "busy"),
    SyncState.DONE: ("OK", "ok"),
    SyncState.HELD: ("Held", "warning"),
    SyncState.FAILED: ("Error", "danger"),
    SyncState.CANCELLED: ("Cancelled", "neutral"),
}


@dataclass(frozen=True)
class Action:
    label: str
    url: str
    method: str
    icon: str
    disabled: bool = False
    hint: str = ""


@dataclass(frozen=True)
class IntegrationRow:
    """One row of Active Integrations."""

    account: Account
    integration: Integration
    progress: Progress | None
    last_end: datetime | None = None

    type_label = "Microsoft"

    @property
    def id(self) -> int:
        return self.integration.pk

    @property
    def name(self) -> str:
        return self.integration.name

    @property
    def status(self) -> str:
        return self.progress.status if self.progress else "Never synced"

    @property
    def tone(self) -> str:
        return self.progress.tone if self.progress else "neutral"

    @property
    def status_hint(self) -> str:
        return self.progress.hint if self.progress else ""

    @property
    def is_live(self) -> bool:
        return self.progress is not None and self.progress.is_live

    @property
    def done(self) -> int:
        return self.progress.done if self.progress else 0

    @property
    def total(self) -> int:
        return self.progress.total if self.progress else 0

    @property
    def written_text(self) -> str:
        return self.progress.written_text if self.progress else ""

    @property
    def estimate_text(self) -> str:
        return self.progress.estimate_text if self.progress else ""

    @property
    def last_sync_at(self) -> datetime | None:
        return self.last_end

    @property
    def duration_text(self) -> str:
        return self.progress.duration_text if self.progress and not self.is_live else ""

    @property
    def problem(self) -> Problem | None:
        """Only when it is the whole run's; in a partial one each tenant has its own, on the run's page."""
        whole = self.progress is not None and self.progress.run.state in (RunState.ERROR, RunState.HELD)
        return self.progress.problem if self.progress and whole else None

    @property
    def run_url(self) -> str:
        return self._url("run-detail", self.progress.run.pk) if self.progress else ""

    @property
    def row_url(self) -> str:
        return self._url("integration-status", self.integration.pk)

    @property
    def actions(self) -> list[Action]:
        start = Action(
            "Start Manual Sync",
            self._url("start-sync", self.integration.pk),
            "post",
            "refresh-cw",
            disabled=self.is_live,
            hint="A sync is running" if self.is_live else "",
        )
        logs = [Action("Last run", self.run_url, "get", "scroll-text")] if self.run_url else []
        return [
            Action(
                "Sync Settings", self._url("sync-settings", self.integration.pk), "get", "sliders-horizontal"
            ),
            start,
            *logs,
        ]

    def _url(self, name: str, pk: int) -> str:
        return reverse(f"integrations:{name}", args=[self.account.slug, pk])


def run_summary(progress: Progress, *, account: Account) -> dict[str, Any]:
    """A run as the head of its page shows it."""
    run = progress.run
    figures = (
        ("Created", progress.created),
        ("Updated", progress.updated),
        ("Unchanged", progress.unchanged),
        ("Orphaned", progress.orphaned),
        ("Graph calls", progress.calls),
    )
    return {
        "id": run.pk,
        "status": progress.status,
        "tone": progress.tone,
        "hint": progress.hint,
        "is_live": progress.is_live,
        "started_at": run.created_at,
        "finished_at": run.finished_at,
        "duration_text": progress.duration_text,
        "trigger_label": "Started by hand" if run.trigger == Trigger.MANUAL else "Scheduled",
        "done": progress.done,
        "total": progress.total,
        "progress_url": reverse("integrations:run-detail", args=[account.slug, run.pk]),
        "summary": [{"label": label, "value": f"{value:,}"} for label, value in figures],
    }


def tenant_row(sync: TenantSync, *, account: Account) -> dict[str, Any]:
    state = SyncState(sync.state)
    label, tone = _STATES[state]
    organization = sync.match.organization
    waits = state == SyncState.PENDING and sync.attempts + sync.throttles > 0
    return {
        "name": sync.match.tenant_name,
        "domain": sync.match.default_domain,
        "organization_name": organization.name if organization else "none",
        "organization_url": reverse("organizations:organization-detail", args=[account.slug, organization.pk])
        if organization
        else "",
        "state_label": "Trying again" if waits else label,
        "tone": "warning" if waits else tone,
        "attempts": sync.attempts + sync.throttles,
        "next_try_at": sync.next_at if waits else None,
        "problem": _problem(sync),
        "counts": {
            "created": sync.created,
            "updated": sync.updated,
            "unchanged": sync.unchanged,
            "orphaned": sync.orphaned,
        },
        "calls": sync.calls,
        "duration_text": duration_text(sync.finished_at - sync.started_at)
        if sync.finished_at and sync.started_at
        else "",
    }


def _problem(sync: TenantSync) -> dict[str, str] | None:
    """What happened and what to do; a tenant that came through in the end has none."""
    if not sync.problem or sync.state == SyncState.DONE:
        return None
    problem = Problem(sync.problem)
    reference = f"Request id {sync.request_id}" if sync.request_id else ""
    return {
        "title": problem.title,
        "explanation": problem.explanation,
        "remedy": problem.remedy,
        "detail": "\n".join(filter(None, (sync.detail, reference))),
        "url": consent_url(sync.run.integration, tenant_id=sync.match.tenant_id)
        if problem == Problem.CONSENT_MISSING
        else "",
    }
