"""Logs of an integration: all runs that are kept, newest first."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from integrations.access import get_integration
from integrations.models import SyncRun
from integrations.progress import Progress, progress_of
from integrations.run_rows import NOUNS
from integrations.states import RunKind, RunState, Trigger
from organizations.access import AccountRequest
from organizations.lists import (
    Cell,
    ExtraColumn,
    Filter,
    ListColumn,
    ListQuery,
    ListSpec,
    answer_list,
    build_page,
    choice,
    number_cell,
)
from organizations.paging import Order

_KINDS = [(RunKind.SYNC, "Syncs"), (RunKind.PREVIEW, "Previews")]
_STATES = [
    (RunState.OK, "OK"),
    (RunState.PARTIAL, "Partial"),
    (RunState.HELD, "Held"),
    (RunState.ERROR, "Error"),
    (RunState.CANCELLED, "Cancelled"),
]


@require_http_methods(["GET", "HEAD", "POST"])
def run_list(request: AccountRequest, account: str, integration_id: int) -> HttpResponseBase:
    integration = get_integration(request.user, integration_id)
    query = ListQuery.of(request.GET)
    kind, state = query.chosen("kind", among=_KINDS), query.chosen("state", among=_STATES)
    chosen = {"kind": kind, "state": state}
    runs = SyncRun.objects.of_account(request.account.pk).filter(integration=integration)
    spec = ListSpec(
        url=request.path,
        query=query,
        rows=runs.filter(**{name: value for name, value in chosen.items() if value}).select_related(
            "requested_by"
        ),
        columns=_columns(account),
        noun=("run", "runs"),
        search_placeholder="",
        empty_title="No sync has run yet",
        empty_text="Every sync and preview leaves its log here; those older than 30 days are cleared away.",
        filters=_filters(kind, state),
        extra_columns=partial(_figures, now=timezone.now()),
        key="runs",
        user=request.user,
    )
    if (answer := answer_list(request, spec)) is not None:
        return answer
    context = {"integration": integration, "page": build_page(spec), "navigation": "admin"}
    return render(request, "integrations/run_list.html", context)


def _filters(kind: str, state: str) -> list[Filter]:
    return [
        choice("kind", "Show", values=_KINDS, chosen=kind, any_label="Syncs and previews"),
        choice("state", "Status", values=_STATES, chosen=state, any_label="Any"),
    ]


def _columns(account: str) -> list[ListColumn[SyncRun]]:
    def title(run: SyncRun) -> Cell:
        url = reverse("integrations:run-detail", args=[account, run.pk])
        return Cell(f"{NOUNS[RunKind(run.kind)]} {run.pk}", url=url, is_title=True)

    return [
        ListColumn("run", "Run", title, order=Order("id", descending=True)),
        ListColumn("started", "Started", lambda run: Cell("", at=run.created_at)),
        ListColumn("by", "By", lambda run: Cell(_who(run))),
    ]


def _who(run: SyncRun) -> str:
    if run.requested_by:
        return run.requested_by.name
    return "The schedule" if run.trigger == Trigger.SCHEDULE else "A command"


def _figures(runs: Sequence[SyncRun], *, now: datetime) -> Sequence[ExtraColumn]:
    progress = progress_of(runs, now=now)

    def number(key: str, label: str, hint: str = "") -> ExtraColumn:
        cells = {pk: number_cell(getattr(each, key)) for pk, each in progress.items()}
        return ExtraColumn(key, label, cells, is_number=True, hint=hint)

    return (
        ExtraColumn("status", "Status", {pk: _status(each) for pk, each in progress.items()}),
        number("total", "Tenants"),
        number("failed", "Failed"),
        number("held", "Held"),
        number("created", "Created", "License assets"),
        number("updated", "Updated", "License assets"),
        number("orphaned", "Orphaned", "License assets that Microsoft no longer reports"),
        number("contacts", "Contacts", "Contacts created, changed or marked"),
        number("calls", "Graph calls"),
        ExtraColumn("took", "Took", {pk: Cell(each.duration_text) for pk, each in progress.items()}),
    )


def _status(progress: Progress) -> Cell:
    return Cell(progress.status, tone=progress.tone)
