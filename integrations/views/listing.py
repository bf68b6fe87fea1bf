"""Active Integrations: the table of integrations and its live rows."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.access import get_integration
from integrations.models import Integration
from integrations.progress import latest_runs, progress_of
from integrations.rows import IntegrationRow
from organizations.access import AccountRequest
from organizations.policies import require
from organizations.roles import Right


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


def _rows(request: AccountRequest, integrations: list[Integration]) -> list[IntegrationRow]:
    runs = latest_runs(integrations)
    progress = progress_of((run for run, _ in runs.values()), now=timezone.now())
    rows = []
    for each in integrations:
        run, last_end = runs.get(each.pk, (None, None))
        rows.append(IntegrationRow(request.account, each, progress[run.pk] if run else None, last_end))
    return rows
