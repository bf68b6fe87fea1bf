"""Sync Settings of an integration."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from integrations.access import get_integration
from integrations.actions.settings import save_sync_settings
from integrations.credential_pages import is_being_set_up
from integrations.forms.settings import SyncSettingsForm
from integrations.models import Integration, TenantMatch
from integrations.refusals import RefusedError
from integrations.subscriptions import FoundSku, found_skus
from organizations.access import AccountRequest
from organizations.contact_details import CONTACT_TYPES
from organizations.mail import mail_trouble


@require_http_methods(["GET", "HEAD", "POST"])
def sync_settings(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    form = SyncSettingsForm(
        request.POST if request.method == "POST" else None,
        saved=integration.settings,
        found=_found_skus(integration),
        email=request.user.email,
    )
    if form.is_valid():
        try:
            save_sync_settings(
                integration,
                steps=form.chosen_steps,
                choices=form.choices,
                now=timezone.now(),
                actor=request.user,
            )
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, "Saved. The next sync follows these settings; start one from the Actions menu."
            )
            return redirect("integrations:integration-list", account)
    context = {
        "integration": integration,
        "form": form,
        "contact_types": CONTACT_TYPES,
        "is_being_set_up": is_being_set_up(integration),
        "mail_trouble": mail_trouble(integration.account_id),
        "navigation": "admin",
    }
    status = 422 if form.is_bound else 200
    return render(request, "integrations/sync_settings.html", context, status=status)


def _found_skus(integration: Integration) -> list[FoundSku]:
    matched = TenantMatch.objects.of_integration(integration).matched()
    chosen = integration.settings.contact_skus or ()
    return found_skus(
        matched.order_by("pk").values_list("subscriptions", flat=True), chosen=map(UUID, chosen)
    )
