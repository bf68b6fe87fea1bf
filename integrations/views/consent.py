"""Consent links: made by a manager, answered by a client's administrator, confirmed by a manager."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from integrations.access import get_consent, get_integration
from integrations.actions.consent import (
    NewOrganization,
    confirm_consent,
    create_consent_link,
    discard_consent,
    receive_consent,
    verify_again,
)
from integrations.consent import read_return
from integrations.consent_pages import ConsentView, destinations, linked_organization
from integrations.forms.consent import ConsentDecisionForm, ConsentLinkForm
from integrations.models import ConsentRequest, Integration, TenantMatch
from integrations.refusals import RefusedError
from integrations.states import ConsentState, MatchState
from organizations.access import AccountRequest
from organizations.models import Account, Organization, User
from organizations.policies import visible_organizations
from organizations.roles import Right

logger = logging.getLogger(__name__)

#: Names offered while typing; any other name may be typed as well.
ORGANIZATIONS_OFFERED = 500


@require_http_methods(["GET", "HEAD", "POST"])
def consent_new(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    """Answers the form with the link itself, since nobody can be shown it again."""
    integration = get_integration(request.user, integration_id)
    form = ConsentLinkForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial=_asked_for(integration, request.GET.get("tenant", "")),
    )
    if form.is_valid():
        try:
            consent, address = create_consent_link(
                integration,
                actor=request.user,
                organization=form.cleaned_data["organization"],
                expected_tenant_id=form.cleaned_data["tenant_id"],
                now=timezone.now(),
            )
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            context = {
                "integration": integration,
                "consent": consent,
                "address": address,
                "navigation": "admin",
            }
            return render(request, "integrations/consent_link.html", context)
    names = visible_organizations(request.user).active().order_by("sort_key").values_list("name", flat=True)
    context = {
        "integration": integration,
        "form": form,
        "names": names[:ORGANIZATIONS_OFFERED],
        "navigation": "admin",
    }
    return render(request, "integrations/consent_new.html", context, status=422 if form.errors else 200)


def _asked_for(integration: Integration, match_id: str) -> dict[str, str]:
    """Of a tenant that is known already and has to consent again."""
    matches = TenantMatch.objects.of_integration(integration).select_related("organization")
    match = matches.filter(pk=int(match_id)).first() if match_id.isdecimal() else None
    if match is None:
        return {}
    return {
        "organization": match.organization.name
        if match.organization and not match.organization.archived
        else "",
        "tenant_id": str(match.tenant_id),
    }


@require_safe
def consent_detail(
    request: AccountRequest, account: str, integration_id: int, consent_id: int
) -> HttpResponse:
    consent = get_consent(request.user, integration_id, consent_id)
    return _page(request, consent, ConsentDecisionForm(user=request.user))


@require_POST
def consent_confirm(
    request: AccountRequest, account: str, integration_id: int, consent_id: int
) -> HttpResponse:
    consent = get_consent(request.user, integration_id, consent_id)
    form = ConsentDecisionForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, consent, form)
    chosen = form.cleaned_data["destination"]
    try:
        match = confirm_consent(
            consent, destination=_destination(consent, chosen), now=timezone.now(), actor=request.user
        )
    except RefusedError as refused:
        form.add_error(None, str(refused))
        return _page(request, consent, form)
    messages.success(request, _told(match))
    later = match.state == MatchState.UNMATCHED
    return redirect("integrations:matching" if later else "integrations:tenants", account, integration_id)


@require_POST
def consent_discard(
    request: AccountRequest, account: str, integration_id: int, consent_id: int
) -> HttpResponse:
    consent = get_consent(request.user, integration_id, consent_id)
    try:
        discard_consent(consent, now=timezone.now(), actor=request.user)
    except RefusedError as refused:
        messages.warning(request, str(refused))
    return redirect("integrations:tenants", account, integration_id)


@require_POST
def consent_check(
    request: AccountRequest, account: str, integration_id: int, consent_id: int
) -> HttpResponse:
    consent = get_consent(request.user, integration_id, consent_id)
    try:
        verify_again(consent, now=timezone.now(), actor=request.user)
    except RefusedError as refused:
        messages.warning(request, str(refused))
    return redirect("integrations:consent-detail", account, integration_id, consent_id)


@cache_control(no_store=True)
@login_not_required
@require_GET
def consent_callback(request: HttpRequest) -> HttpResponse:
    """Where Microsoft sends a client's administrator, who has no sign-in here.

    The account is the one that the state names (itglue_portal/middleware.py). Whatever is wrong looks the same from
    outside: a stranger learns neither which accounts there are, nor which tenants they have.
    """
    account: Account | None = request.account  # type: ignore[attr-defined]  # set by AccountMiddleware
    consent = None
    if account is None:
        logger.warning("A consent callback was refused: its state names no account")
    else:
        consent = receive_consent(account.pk, read_return(request.GET), now=timezone.now())
    if account is None or consent is None:
        return render(request, "integrations/consent_refused.html", status=400)
    if consent.state == ConsentState.DECLINED:
        return render(request, "integrations/consent_declined.html")
    return render(request, "integrations/consent_thanks.html", {"next": _continuation(request, consent)})


def _continuation(request: HttpRequest, consent: ConsentRequest) -> str:
    """For the technician who opened the link with a role of their own in the client's tenant."""
    user = request.user
    if not isinstance(user, User) or not user.has(Right.MANAGE_INTEGRATIONS):
        return ""
    return reverse(
        "integrations:consent-detail", args=[user.account.slug, consent.integration_id, consent.pk]
    )


def _page(request: AccountRequest, consent: ConsentRequest, form: ConsentDecisionForm) -> HttpResponse:
    view = ConsentView(consent, timezone.now())
    context: dict[str, Any] = {
        "integration": consent.integration,
        "consent": view,
        "form": form,
        "navigation": "admin",
    }
    if view.state == ConsentState.VERIFIED:
        linked = linked_organization(consent)
        context["linked"] = linked
        context["destinations"] = [] if linked else destinations(consent, user=request.user)
    return render(request, "integrations/consent_detail.html", context, status=422 if form.errors else 200)


def _destination(
    consent: ConsentRequest, chosen: Organization | str
) -> Organization | NewOrganization | None:
    if isinstance(chosen, Organization):
        return chosen
    if chosen == ConsentDecisionForm.LATER:
        return None
    return NewOrganization(ConsentView(consent, timezone.now()).tenant_name)


def _told(match: TenantMatch) -> str:
    if match.organization is None:
        return f"{match.tenant_name} was added. Match it to an organization here."
    return f"{match.tenant_name} is matched to {match.organization.name}. Start a sync to read its licenses."
