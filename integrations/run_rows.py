"""A run and its tenants as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from integrations.changes import totals_by_kind
from integrations.models import SyncRun, TenantSync
from integrations.problems import Problem
from integrations.progress import Progress, duration_text
from integrations.remedies import remedy_links
from integrations.states import MatchState, Resolution, RunKind, SyncState, Trigger
from organizations.models import Account

#: Changes of one tenant that the run's page shows; the tenant's own page shows all.
CHANGES_SHOWN = 8

_STATES = {
    SyncState.PENDING: ("Waiting", "neutral"),
    SyncState.LEASED: ("Syncing...", "busy"),
    SyncState.DONE: ("OK", "ok"),
    SyncState.HELD: ("Held", "warning"),
    SyncState.FAILED: ("Error", "danger"),
    SyncState.CANCELLED: ("Cancelled", "neutral"),
}
NOUNS = {RunKind.SYNC: "Sync run", RunKind.PREVIEW: "Preview"}
_RETRIED = (SyncState.FAILED, SyncState.HELD, SyncState.CANCELLED)


@dataclass(frozen=True)
class Tab:
    """One choice of which tenants a run's page lists."""

    key: str
    label: str
    states: tuple[SyncState, ...]


TABS = (
    Tab("failed", "Error", (SyncState.FAILED,)),
    Tab("held", "Held", (SyncState.HELD,)),
    Tab("open", "Waiting", (SyncState.PENDING, SyncState.LEASED)),
    Tab("done", "OK", (SyncState.DONE,)),
    Tab("cancelled", "Cancelled", (SyncState.CANCELLED,)),
)


def find_tab(key: str) -> Tab | None:
    return next((tab for tab in TABS if tab.key == key), None)


def tab_links(counts: dict[str, int], *, chosen: Tab | None, url: str) -> list[dict[str, Any]]:
    """All of them, then those that have tenants."""
    shown = [(tab, sum(counts.get(state, 0) for state in tab.states)) for tab in TABS]
    return [
        {"label": "All", "count": sum(counts.values()), "url": url, "is_current": chosen is None},
        *(
            {"label": tab.label, "count": count, "url": f"{url}?state={tab.key}", "is_current": tab == chosen}
            for tab, count in shown
            if count or tab == chosen
        ),
    ]


def run_summary(progress: Progress, *, account: Account) -> dict[str, Any]:
    """A run as the head of its page shows it."""
    run = progress.run
    return {
        "id": run.pk,
        "noun": NOUNS[RunKind(run.kind)],
        "is_preview": progress.is_preview,
        "status": progress.status,
        "tone": progress.tone,
        "hint": progress.hint,
        "is_live": progress.is_live,
        "started_at": run.created_at,
        "finished_at": run.finished_at,
        "duration_text": progress.duration_text,
        "rate_text": progress.rate_text,
        "estimate_text": progress.estimate_text,
        "origin": _origin(run),
        "done": progress.done,
        "failed": progress.failed,
        "total": progress.total,
        "progress_url": reverse("integrations:run-detail", args=[account.slug, run.pk]),
        "summary": [{"label": label, "value": f"{value:,}"} for label, value in _figures(progress)],
    }


def _origin(run: SyncRun) -> str:
    if run.requested_by:
        return f"Started by {run.requested_by.name}"
    return "Scheduled" if run.trigger == Trigger.SCHEDULE else "Started by a command"


def _figures(progress: Progress) -> Sequence[tuple[str, int]]:
    if progress.is_preview:
        return (("Graph calls", progress.calls),)
    return (
        ("Created", progress.created),
        ("Updated", progress.updated),
        ("Unchanged", progress.unchanged),
        ("Orphaned", progress.orphaned),
        ("Contacts", progress.contacts),
        ("Graph calls", progress.calls),
    )


def tenant_row(
    sync: TenantSync, *, account: Account, changes_shown: int | None = CHANGES_SHOWN
) -> dict[str, Any]:
    """`changes_shown` None shows all of them."""
    state = SyncState(sync.state)
    organization = sync.match.organization
    waits = state == SyncState.PENDING and sync.attempts + sync.throttles > 0
    label, tone = _state(sync)
    return {
        "id": sync.pk,
        "url": reverse("integrations:tenant-sync", args=[account.slug, sync.pk]),
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
        "problem": _problem(sync, account=account),
        "remark": sync.detail if state == SyncState.DONE and not sync.problem else "",
        "changes": sync.changes[:changes_shown],
        "more_changes": len(sync.changes[changes_shown:]) if changes_shown is not None else 0,
        "totals": totals_by_kind(sync.changes),
        "may_retry": state in _RETRIED and sync.match.state == MatchState.MATCHED,
        "is_held": state == SyncState.HELD,
        "resolution": _resolution(sync),
        "counts": {
            "created": sync.created,
            "updated": sync.updated,
            "unchanged": sync.unchanged,
            "orphaned": sync.orphaned,
            "contacts": sync.contacts,
        },
        "calls": sync.calls,
        "duration_text": duration_text(sync.finished_at - sync.started_at)
        if sync.finished_at and sync.started_at
        else "",
    }


def _state(sync: TenantSync) -> tuple[str, str]:
    if sync.state == SyncState.DONE and sync.resolution == Resolution.DISCARDED:
        return "Discarded", "neutral"
    return _STATES[SyncState(sync.state)]


def _resolution(sync: TenantSync) -> str:
    """Who decided about it, and what; once more held means that more vanished than was accepted."""
    who = sync.resolved_by.name if sync.resolved_by else "Somebody"
    match sync.resolution:
        case Resolution.DISCARDED:
            return f"{who} discarded what was held: nothing was taken away."
        case Resolution.ACCEPTED if sync.state == SyncState.HELD:
            return f"{who} accepted what was held before; the next sync missed something else, so it is held again."
        case Resolution.ACCEPTED:
            return f"{who} accepted what was held."
        case _:
            return ""


def _problem(sync: TenantSync, *, account: Account) -> dict[str, Any] | None:
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
        "links": remedy_links(problem, account=account, integration=sync.run.integration, match=sync.match),
    }
