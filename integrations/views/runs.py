"""Starting a sync, and what a run did."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.access import get_integration, get_run
from integrations.actions.runs import NothingToSyncError, start_sync
from integrations.models import TenantSync
from integrations.progress import progress_of
from integrations.rows import run_summary, tenant_row
from integrations.states import Trigger
from organizations.access import AccountRequest

#: Tenants that a run's page lists; those in trouble come first.
TENANTS_SHOWN = 500


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
