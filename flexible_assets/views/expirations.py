"""What runs out and when: in one organization, and in all."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from flexible_assets.expiration_list import ExpirationList
from organizations.access import AccountRequest, get_organization
from organizations.lists import answer_list, build_page
from organizations.navigation import organization_frame
from organizations.policies import require
from organizations.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
def expiration_list(request: AccountRequest, account: str, organization_id: int) -> HttpResponseBase:
    organization = get_organization(request.user, organization_id)
    spec = ExpirationList(request, timezone.localdate(), organization).spec()
    answer = answer_list(request, spec)
    if answer is not None:
        return answer
    context = organization_frame(request, organization) | {"page": build_page(spec)}
    return render(request, "flexible_assets/expiration_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def expiration_global_list(request: AccountRequest, account: str) -> HttpResponseBase:
    require(request.user, Right.VIEW_GLOBAL)
    spec = ExpirationList(request, timezone.localdate()).spec()
    answer = answer_list(request, spec)
    if answer is not None:
        return answer
    context = {"page": build_page(spec), "navigation": "global"}
    return render(request, "flexible_assets/expiration_global_list.html", context)
