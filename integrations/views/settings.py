"""Sync Settings of an integration."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from integrations.access import get_integration
from integrations.actions.settings import save_sync_settings
from integrations.forms.settings import SyncSettingsForm
from organizations.access import AccountRequest


@require_http_methods(["GET", "HEAD", "POST"])
def sync_settings(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    form = SyncSettingsForm(
        request.POST if request.method == "POST" else None, ticked=integration.settings.steps
    )
    if form.is_valid():
        save_sync_settings(integration, steps=form.chosen, now=timezone.now(), actor=request.user)
        messages.success(
            request, "Saved. The next sync follows these settings; start one from the Actions menu."
        )
        return redirect("integrations:integration-list", account)
    context = {"integration": integration, "form": form, "navigation": "admin"}
    return render(request, "integrations/sync_settings.html", context)
