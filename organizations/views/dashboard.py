"""The account's home, and what was opened lately."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organizations.access import AccountRequest
from organizations.commands import CommandPlace, commands_at
from organizations.dashboard import alerts, dashboard_cards, dashboard_figures
from organizations.policies import visible_organizations
from organizations.recent import recently_viewed
from organizations.roles import Role


@require_safe
def dashboard(request: AccountRequest, account: str) -> HttpResponse:
    """Lite users have their organizations and nothing else to come home to."""
    context: dict[str, object] = {"navigation": "dashboard"}
    if request.user.role == Role.LITE:
        organizations = visible_organizations(request.user).active().order_by("sort_key", "id")
        return render(
            request, "organizations/dashboard_lite.html", context | {"organizations": list(organizations)}
        )
    figures = dashboard_figures(request)
    has_begun = any(figure.value != "0" for figure in figures)
    context |= {
        "figures": figures,
        "first_steps": [] if has_begun else commands_at(CommandPlace(request.account, request.user)),
        "cards": dashboard_cards(request),
        "alerts": alerts(request),
    }
    return render(request, "organizations/dashboard.html", context)


@require_safe
def recent(request: AccountRequest, account: str) -> HttpResponse:
    """A page, and the part of it that the menu of the topbar fetches when it opens."""
    return render(request, "organizations/recent.html", {"recent": recently_viewed(request.user)})
