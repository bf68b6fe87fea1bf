"""Active Integrations: the table of integrations and its live rows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.access import get_integration
from integrations.expiry import Notice, expiry_notice
from integrations.models import Disconnection, Integration, IntegrationCredential, TenantMatch
from integrations.progress import latest_runs, progress_of
from integrations.rows import IntegrationRow, TenantCounts
from integrations.states import MatchState
from organizations.access import AccountRequest
from organizations.policies import require
from organizations.roles import Right

#: Past disconnections that the page still leads to.
DISCONNECTIONS_SHOWN = 10


@require_safe
def integration_list(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_INTEGRATIONS)
    integrations = list(
        Integration.objects.visible_to(request.user).select_related("settings").order_by("name")
    )
    disconnections = Disconnection.objects.visible_to(request.user).order_by("-id")
    context = {
        "integrations": _rows(request, integrations),
        "expiring": _expiring(request, integrations, now=timezone.now()),
        "disconnections": disconnections[:DISCONNECTIONS_SHOWN],
        "navigation": "admin",
    }
    return render(request, "integrations/integration_list.html", context)


@require_safe
def integration_status(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    """The live part of one row, which the page asks for every second while a sync runs."""
    [row] = _rows(request, [get_integration(request.user, integration_id)])
    return render(request, "integrations/partials/integration_status.html", {"row": row})


def _rows(request: AccountRequest, integrations: list[Integration]) -> list[IntegrationRow]:
    runs = latest_runs(integrations)
    progress = progress_of((run for run, _ in runs.values()), now=timezone.now())
    tenants = _tenant_counts(integrations)
    rows = []
    for each in integrations:
        run, last_end = runs.get(each.pk, (None, None))
        rows.append(
            IntegrationRow(
                request.account,
                each,
                progress[run.pk] if run else None,
                last_end,
                tenants.get(each.pk, TenantCounts()),
            )
        )
    return rows


def _tenant_counts(integrations: list[Integration]) -> dict[int, TenantCounts]:
    matches = TenantMatch.objects.filter(integration__in=integrations).order_by()
    counts = matches.values_list("integration_id").annotate(
        matched=Count("id", filter=Q(state=MatchState.MATCHED)),
        unmatched=Count("id", filter=Q(state=MatchState.UNMATCHED)),
    )
    return {pk: TenantCounts(matched, unmatched) for pk, matched, unmatched in counts}


@dataclass(frozen=True)
class Expiring:
    """A banner: whose credential ends soon, and where to see to it."""

    name: str
    url: str
    notice: Notice


def _expiring(request: AccountRequest, integrations: list[Integration], *, now: datetime) -> list[Expiring]:
    credentials = IntegrationCredential.objects.of_account(request.account.pk).current()
    by_integration = {each.integration_id: each for each in credentials}
    found = []
    for integration in integrations:
        credential = by_integration.get(integration.pk)
        notice = expiry_notice(credential, now=now) if credential else None
        if notice is not None:
            url = reverse("integrations:credentials", args=[request.account.slug, integration.pk])
            found.append(Expiring(integration.name, url, notice))
    return found
