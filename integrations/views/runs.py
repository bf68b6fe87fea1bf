"""Starting, stopping and pausing syncs, and what a run did."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.access import get_integration, get_run
from integrations.actions.retrying import retry_failed
from integrations.actions.runs import (
    cancel_sync,
    pause_sync,
    resume_sync,
    start_sync,
)
from integrations.changes import totals_by_kind
from integrations.models import SyncRun, TenantSync
from integrations.progress import progress_of
from integrations.querysets import TenantSyncQuerySet
from integrations.refusals import RefusedError
from integrations.run_log import log_of
from integrations.run_rows import find_tab, run_summary, tab_links, tenant_row
from integrations.states import RunKind, Trigger
from integrations.tenant_pages import read_tenants
from organizations.access import AccountRequest


@require_POST
def start_manual_sync(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    get_integration(request.user, integration_id)
    _start(request, integration_id, kind=RunKind.SYNC)
    return redirect("integrations:integration-list", account)


@require_POST
def start_preview(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    get_integration(request.user, integration_id)
    run = _start(request, integration_id, kind=RunKind.PREVIEW)
    if run is None or run.kind != RunKind.PREVIEW:
        return redirect("integrations:integration-list", account)
    return redirect("integrations:run-detail", account, run.pk)


def _start(request: AccountRequest, integration_id: int, *, kind: RunKind) -> SyncRun | None:
    now = timezone.now()
    try:
        run = start_sync(integration_id, trigger=Trigger.MANUAL, now=now, actor=request.user, kind=kind)
    except RefusedError as refused:
        messages.warning(request, str(refused))
        return None
    if run.created_at != now:
        messages.info(request, f"A {run.kind} of this integration is running already.")
    return run


@require_POST
def cancel(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    run = cancel_sync(integration.pk, now=timezone.now(), actor=request.user)
    if run is None:
        messages.info(request, "Nothing is running, so there was nothing to cancel.")
    elif run.kind == RunKind.PREVIEW:
        messages.success(request, "The preview is cancelled.")
    else:
        messages.success(request, "Cancelled. What the sync had written before stays.")
    return redirect("integrations:integration-list", account)


@require_POST
def pause(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    done = _done(request, lambda: pause_sync(integration.pk, now=timezone.now(), actor=request.user))
    if done:
        messages.success(request, "Paused. All data stays; nothing is synced until you resume.")
    return redirect("integrations:integration-list", account)


@require_POST
def resume(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    done = _done(request, lambda: resume_sync(integration.pk, now=timezone.now(), actor=request.user))
    if done:
        messages.success(request, "Resumed. Syncs follow the schedule again.")
    return redirect("integrations:integration-list", account)


@require_POST
def retry_failed_tenants(request: AccountRequest, account: str, run_id: int) -> HttpResponse:
    run = get_run(request.user, run_id)
    _done(request, lambda: retry_failed(run.pk, now=timezone.now(), actor=request.user))
    return redirect("integrations:run-detail", account, run.pk)


def _done(request: AccountRequest, act: Callable[[], object]) -> bool:
    try:
        act()
    except RefusedError as refused:
        messages.warning(request, str(refused))
        return False
    return True


@require_safe
def run_detail(request: AccountRequest, account: str, run_id: int) -> HttpResponse:
    run = get_run(request.user, run_id)
    progress = progress_of([run], now=timezone.now())[run.pk]
    syncs = _tenants_of(run)
    tab = find_tab(request.GET.get("state", ""))
    page = read_tenants(
        syncs.filter(state__in=tab.states) if tab else syncs, after=request.GET.get("after", "")
    )
    url = reverse("integrations:run-detail", args=[account, run.pk])
    query = f"state={tab.key}&" if tab else ""
    context = {
        "integration": run.integration,
        "navigation": "admin",
        "run": run_summary(progress, account=request.account),
        "tabs": tab_links(_counts_by_state(run), chosen=tab, url=url),
        "tenants": [tenant_row(sync, account=request.account) for sync in page.syncs],
        "is_first_page": "after" not in request.GET,
        "next_url": f"{url}?{query}after={page.next}" if page.next else "",
        "totals": _totals(run) if progress.is_preview else {},
    }
    return render(request, "integrations/run_detail.html", context)


@require_safe
def run_log(request: AccountRequest, account: str, run_id: int) -> HttpResponse:
    run = get_run(request.user, run_id)
    syncs = _tenants_of(run).order_by("match__organization__sort_key", "id")
    response = HttpResponse(log_of(syncs.iterator(chunk_size=500)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{run.kind}-{run.pk}.csv"'
    return response


def _tenants_of(run: SyncRun) -> TenantSyncQuerySet:
    syncs = TenantSync.objects.of_account(run.account_id).filter(run=run)
    return syncs.select_related("match__organization", "run__integration", "resolved_by")


def _counts_by_state(run: SyncRun) -> dict[str, int]:
    syncs = TenantSync.objects.of_account(run.account_id).filter(run=run)
    return dict(syncs.values_list("state").annotate(Count("id")).order_by())


def _totals(run: SyncRun) -> dict[str, int]:
    """Of all tenants, not only of those on the page."""
    changes = TenantSync.objects.of_account(run.account_id).filter(run=run).values_list("changes", flat=True)
    return totals_by_kind(change for of_tenant in changes.order_by("id").iterator() for change in of_tenant)
