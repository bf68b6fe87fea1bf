"""How tenants come to an integration: by consent links, or found as a partner's customers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.access import get_integration
from integrations.actions.inquiries import ask
from integrations.consent_pages import ConsentView
from integrations.inquiry_pages import InquiryView
from integrations.models import ConsentRequest, Inquiry, Integration, TenantMatch
from integrations.refusals import RefusedError
from integrations.states import InquiryKind, IntegrationKind, MatchState
from organizations.access import AccountRequest

#: As many links as somebody may send to all clients at once.
WAITING_SHOWN = 1_000
#: What older ones led to stands among the tenants and in the activity log.
SETTLED_SHOWN = 50


@require_safe
def tenants(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    counts = TenantMatch.objects.of_integration(integration).counts()
    context = {
        "integration": integration,
        "is_multi_tenant": integration.kind == IntegrationKind.MULTI_TENANT,
        "consents": _consents(integration),
        "discovery": _latest_discovery(integration),
        "known": counts.total,
        "unmatched": counts.by_state[MatchState.UNMATCHED],
        "navigation": "admin",
    }
    return render(request, "integrations/tenants.html", context)


@require_POST
def find_customers(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    try:
        ask(integration, kind=InquiryKind.DISCOVERY, now=timezone.now(), actor=request.user)
    except RefusedError as refused:
        messages.warning(request, str(refused))
    return redirect("integrations:tenants", account, integration.pk)


def _consents(integration: Integration) -> list[ConsentView]:
    now = timezone.now()
    links = ConsentRequest.objects.of_integration(integration)
    links = links.select_related("inquiry", "organization", "requested_by")
    shown = [*links.waiting(now=now)[:WAITING_SHOWN], *links.settled(now=now)[:SETTLED_SHOWN]]
    return [ConsentView(consent, now) for consent in shown]


def _latest_discovery(integration: Integration) -> InquiryView | None:
    asked = Inquiry.objects.of_integration(integration).filter(kind=InquiryKind.DISCOVERY)
    latest = asked.select_related("integration").order_by("-id").first()
    return InquiryView(latest) if latest else None
