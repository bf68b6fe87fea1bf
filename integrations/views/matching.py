"""Microsoft Tenant Matching: which organization each tenant stands for."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from integrations.access import get_integration, get_match
from integrations.actions.matching import (
    Outcome,
    accept_suggestions,
    create_organizations_for,
    match_tenants,
)
from integrations.actions.rematching import (
    change_match,
    ignore_tenants,
    revert_match,
    stop_ignoring_tenants,
)
from integrations.credential_pages import is_being_set_up
from integrations.forms.matching import Bulk, BulkForm, OrganizationForm
from integrations.match_pages import (
    TenantList,
    matching_page,
    organization_choice,
)
from integrations.match_rows import standing_of
from integrations.match_words import Told, effects_of_match, effects_of_revert, refusals, told
from integrations.models import Integration, TenantMatch
from integrations.refusals import RefusedError
from integrations.states import MatchState
from organizations.access import AccountRequest
from organizations.lists import ListQuery
from organizations.models import Organization, User
from organizations.policies import visible_organizations
from organizations.querysets import OrganizationQuerySet

_CHANGED = "The match has changed meanwhile. Look at it again."


@require_http_methods(["GET", "HEAD", "POST"])
def matching(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    listed = TenantList(integration, request.path, ListQuery.of(request.GET))
    form = BulkForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ids = form.ids if form.ids is not None else list(listed.tenants.values_list("pk", flat=True))
        _decide(request, form.action, integration, ids)
        return HttpResponseRedirect(listed.address())
    context = {
        "page": matching_page(listed),
        "form": form,
        "integration": integration,
        "is_being_set_up": is_being_set_up(integration),
        "navigation": "admin",
    }
    return render(request, "integrations/matching.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def match_tenant(request: AccountRequest, account: str, integration_id: int, match_id: int) -> HttpResponse:
    """Match To... and Change Match: search, choose, and see what it does before it is done. As with a revert, the form
    says which match was shown, if any."""
    match = get_match(request.user, integration_id, match_id)
    organizations = visible_organizations(request.user).active()
    chosen = _chosen(organizations, request.POST if request.method == "POST" else request.GET)
    has_changed = request.POST.get("before", "") != str(match.organization_id or "")
    if request.method == "POST" and chosen is not None and not has_changed:
        _match(request, match, chosen)
        return _back(request, match.integration)
    choice = organization_choice(match, organizations, search=ListQuery.of(request.GET).search)
    refusal = _CHANGED if chosen else "Choose one of these organizations."
    context = {
        "integration": match.integration,
        "choice": choice,
        "match": match,
        "chosen": chosen,
        "effects": effects_of_match(match, choice.standing, organization=chosen) if chosen else (),
        "error": refusal if request.method == "POST" else "",
        "navigation": "admin",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "integrations/matching_tenant.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def revert(request: AccountRequest, account: str, integration_id: int, match_id: int) -> HttpResponse:
    """The form says which match was shown, so that nobody reverts another one that was made meanwhile."""
    match = get_match(request.user, integration_id, match_id)
    if request.method == "POST" and request.POST.get("organization") == str(match.organization_id):
        _revert(request, match)
        return redirect("integrations:matching", account, match.integration_id)
    context = {
        "integration": match.integration,
        "match": match,
        "effects": effects_of_revert(match, standing_of(match)),
        "error": _CHANGED if request.method == "POST" else "",
        "navigation": "admin",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "integrations/matching_revert.html", context, status=status)


@require_POST
def create_organization(
    request: AccountRequest, account: str, integration_id: int, match_id: int
) -> HttpResponse:
    return _decide_about_one(request, Bulk.CREATE, get_match(request.user, integration_id, match_id))


@require_POST
def ignore(request: AccountRequest, account: str, integration_id: int, match_id: int) -> HttpResponse:
    return _decide_about_one(request, Bulk.IGNORE, get_match(request.user, integration_id, match_id))


@require_POST
def stop_ignoring(request: AccountRequest, account: str, integration_id: int, match_id: int) -> HttpResponse:
    return _decide_about_one(request, Bulk.STOP_IGNORING, get_match(request.user, integration_id, match_id))


class _Act(Protocol):
    def __call__(
        self, integration: Integration, match_ids: Collection[int], *, now: datetime, actor: User | None
    ) -> Outcome: ...


_ACTS: dict[Bulk, _Act] = {
    Bulk.ACCEPT: accept_suggestions,
    Bulk.CREATE: create_organizations_for,
    Bulk.IGNORE: ignore_tenants,
    Bulk.STOP_IGNORING: stop_ignoring_tenants,
}


def _decide_about_one(request: AccountRequest, bulk: Bulk, match: TenantMatch) -> HttpResponse:
    _decide(request, bulk, match.integration, [match.pk])
    return _back(request, match.integration)


def _decide(
    request: AccountRequest, bulk: Bulk, integration: Integration, match_ids: Collection[int]
) -> None:
    try:
        outcome = _ACTS[bulk](integration, match_ids, now=timezone.now(), actor=request.user)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, told(bulk, outcome, asked=len(match_ids)))


def _match(request: AccountRequest, match: TenantMatch, organization: Organization) -> None:
    now = timezone.now()
    try:
        if match.state == MatchState.MATCHED:
            change_match(match, organization=organization, now=now, actor=request.user)
            done = True
        else:
            outcome = match_tenants(match.integration, {match.pk: organization}, now=now, actor=request.user)
            _tell(request, refusals(outcome))
            done = bool(outcome.done)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        if done:
            messages.success(request, f"Matched {match.tenant_name} to {organization.name}.")


def _revert(request: AccountRequest, match: TenantMatch) -> None:
    try:
        revert_match(match, now=timezone.now(), actor=request.user)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{match.tenant_name} is unmatched again. What was synced stays.")


def _tell(request: AccountRequest, lines: Iterable[Told]) -> None:
    for line in lines:
        messages.add_message(request, line.level, line.text)


def _chosen(organizations: OrganizationQuerySet, data: QueryDict) -> Organization | None:
    """None unless the user may see it."""
    form = OrganizationForm(data)
    return organizations.filter(pk=form.cleaned_data["organization"]).first() if form.is_valid() else None


def _back(request: AccountRequest, integration: Integration) -> HttpResponse:
    """To the list as it was; `next` is a path of that page, for it comes from a form."""
    page = reverse("integrations:matching", args=[request.account.slug, integration.pk])
    target = request.POST.get("next", "")
    is_inside = target.partition("?")[0] == page and url_has_allowed_host_and_scheme(
        target, allowed_hosts=None
    )
    return HttpResponseRedirect(target if is_inside else page)
