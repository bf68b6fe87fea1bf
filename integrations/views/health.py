"""How syncing stands, as the account's home asks for it again and again."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrations.dashboard import NOTHING, health_rows
from organizations.access import AccountRequest
from organizations.policies import require
from organizations.roles import Right


@require_safe
def sync_health(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_INTEGRATIONS)
    context = {"rows": health_rows(request), "empty_text": NOTHING}
    return render(request, "organizations/partials/dashboard_rows.html", context)
