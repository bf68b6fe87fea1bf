"""Admin > Integrations: the table of integrations, Sync Settings, Start Manual Sync, and what a run did."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.access import get_integration, get_run
from integrations.actions import NothingToSyncError, save_sync_settings, start_sync
from integrations.forms import SyncSettingsForm
from integrations.models import Integration, TenantSync
from integrations.progress import latest_runs, progress_of
from integrations.rows import IntegrationRow, run_summary, tenant_row
from integrations.states import Trigger
from organizations.access import AccountRequest
from organizations.policies import require
from organizations.roles import Right

#: Tenants that a run's page lists; those in trouble come first.
TENANTS_SHOWN = 500


@require_safe
def integration_list(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_INTEGRATIONS)
    integrations = list(Integration.objects.visible_to(request.user).order_by("name"))
    context = {"integrations": _rows(request, integrations), "navigation": "admin"}
    return render(request, "integrations/integration_list.html", context)


@require_safe
def integration_status(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    """The live part of one row, which the page asks for every second while a sync runs."""
    [row] = _rows(request, [get_integration(request.user, integration_id)])
    return render(request, "integrations/partials/integration_status.html", {"row": row})


@require_http_methods(["GET", "HEAD", "POST"])
def sync_settings(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    form = SyncSettingsForm(
        request.POST if request.method == "POST" else None, ticked=integration.settings.steps
    )
    if form.is_valid():
        save_sync_settings(integration, steps=form.chosen, now=timezone.now(), actor=request.user)
        messages.success(
            request, "Saved. The next sync follows these settings; start one from the Actions menu."
        )
        return redirect("integrations:integration-list", account)
    context = {"integration": integration, "form": form, "navigation": "admin"}
    return render(request, "integrations/sync_settings.html", context)


@require_POST
def start_manual_sync(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    now = timezone.now()
    try:
        run = start_sync(integration.pk, trigger=Trigger.MANUAL, now=now, actor=request.user)
        if run.created_at != now:
            messages.info(request, "A sync of this integration is running already.")
    except NothingToSyncError as nothing:
        messages.warning(request, str(nothing))
    return redirect("integrations:integration-list", account)


@require_safe
def run_detail(request: AccountRequest, account: str, run_id: int) -> HttpResponse:
    run = get_run(request.user, run_id)
    progress = progress_of([run], now=timezone.now())[run.pk]
    syncs = (
        TenantSync.objects.of_account(run.account_id)
        .filter(run=run)
        .select_related("match__organization", "run__integration")
        .order_by("-problem", "match__organization__sort_key", "id")
    )
    context = {
        "integration": run.integration,
        "navigation": "admin",
        "run": run_summary(progress, account=request.account),
        "tenants": [tenant_row(sync, account=request.account) for sync in syncs[:TENANTS_SHOWN]],
    }
    return render(request, "integrations/run_detail.html", context)


def _rows(request: AccountRequest, integrations: list[Integration]) -> list[IntegrationRow]:
    runs = latest_runs(integrations)
    progress = progress_of((run for run, _ in runs.values()), now=timezone.now())
    rows = []
    for each in integrations:
        run, last_end = runs.get(each.pk, (None, None))
        rows.append(IntegrationRow(request.account, each, progress[run.pk] if run else None, last_end))
    return rows
