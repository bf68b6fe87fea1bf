"""Disconnecting an integration: the choice with what it would touch, and the receipt of what it did."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from integrations.access import get_disconnection, get_integration
from integrations.actions.disconnecting import begin_disconnect, reach_of
from integrations.actions.runs import pause_sync
from integrations.forms.disconnecting import DisconnectForm
from integrations.models import Disconnection, Integration
from integrations.receipts import Choice, Receipt, choice_cards
from integrations.refusals import RefusedError
from integrations.states import DisconnectMode, IntegrationStatus
from organizations.access import AccountRequest
from organizations.recent_sign_in import confirm_password, is_signed_out, recent_sign_in


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    if integration.status == IntegrationStatus.DISCONNECTING:
        return _receipt_of(request, integration)
    form = _form(request, integration)
    if form.is_valid():
        try:
            return _carry_out(request, integration, form.chosen)
        except RefusedError as refused:
            form.add_error(None, str(refused))
    if is_signed_out(request):
        return redirect("organizations:sign-in", account)
    context = {
        "integration": integration,
        "form": form,
        "cards": choice_cards(reach_of(integration)),
        "navigation": "admin",
    }
    return render(request, "integrations/disconnect.html", context, status=422 if form.errors else 200)


def _receipt_of(request: AccountRequest, integration: Integration) -> HttpResponse:
    """Of one that ended this very moment, the list of integrations knows."""
    going_on = Disconnection.objects.visible_to(request.user).open().filter(integration=integration).first()
    if going_on is None:
        return redirect("integrations:integration-list", request.account.slug)
    return redirect("integrations:disconnection-detail", request.account.slug, going_on.pk)


def _form(request: AccountRequest, integration: Integration) -> DisconnectForm:
    now = timezone.now()
    confirm = None if recent_sign_in(request, now=now) else partial(confirm_password, request, now=now)
    data = request.POST if request.method == "POST" else None
    return DisconnectForm(data, integration=integration, confirm=confirm)


def _carry_out(request: AccountRequest, integration: Integration, choice: Choice) -> HttpResponse:
    slug, now = request.account.slug, timezone.now()
    if choice == Choice.PAUSE:
        pause_sync(integration.pk, now=now, actor=request.user)
        messages.success(
            request, f"Syncing of {integration.name} is paused. Resume it from its Actions menu."
        )
        return redirect("integrations:integration-list", slug)
    disconnection = begin_disconnect(integration.pk, mode=DisconnectMode(choice), now=now, actor=request.user)
    return redirect("integrations:disconnection-detail", slug, disconnection.pk)


@require_safe
def disconnection_detail(request: AccountRequest, account: str, disconnection_id: int) -> HttpResponse:
    disconnection = get_disconnection(request.user, disconnection_id)
    context = {
        "disconnection": disconnection,
        "receipt": Receipt(disconnection),
        "navigation": "admin",
    }
    return render(request, "integrations/disconnection_detail.html", context)
