"""Edit Credentials: what the integration signs in with, testing it, and renewing it without a gap."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.access import get_certificate, get_integration
from integrations.actions.connecting import InvalidIntegrationError, NameTakenError
from integrations.actions.credentials import (
    discard_next_credential,
    edit_integration,
    prepare_credential,
    switch_credential,
)
from integrations.actions.inquiries import ask
from integrations.credential_pages import credential_cards, is_being_set_up, tenants_to_test
from integrations.forms.credentials import CredentialForm, DetailsForm, TestForm
from integrations.microsoft.clouds import CLOUDS
from integrations.models import Integration
from integrations.refusals import RefusedError
from integrations.states import CredentialRole, InquiryKind
from organizations.access import AccountRequest
from organizations.mail import mail_trouble


@require_safe
def credentials(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    cards = credential_cards(integration, now=timezone.now())
    context = _frame(integration) | {
        "current": cards.get(CredentialRole.CURRENT),
        "next": cards.get(CredentialRole.NEXT),
        "tenants": tenants_to_test(integration),
        "mail_trouble": mail_trouble(request.account.pk),
    }
    return render(request, "integrations/credentials.html", context)


@require_safe
def certificate(request: AccountRequest, account: str, credential_id: int) -> HttpResponse:
    """The public part, to be uploaded to the app registration."""
    row = get_certificate(request.user, credential_id)
    response = HttpResponse(row.certificate, content_type="application/x-pem-file")
    response["Content-Disposition"] = f'attachment; filename="microsoft-{row.hint[:8].lower()}.cer"'
    return response


@require_POST
def credential_test(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    """Asks a worker to try; the page shows how it goes."""
    integration = get_integration(request.user, integration_id)
    form = TestForm(request.POST, tenants=tenants_to_test(integration))
    role = CredentialRole.NEXT if request.POST.get("role") == CredentialRole.NEXT else CredentialRole.CURRENT
    if form.is_valid():
        try:
            ask(
                integration,
                kind=InquiryKind.CONNECTION,
                tenant_id=form.tenant_id,
                credential_role=role,
                now=timezone.now(),
                actor=request.user,
            )
        except RefusedError as refused:
            messages.warning(request, str(refused))
    else:
        messages.warning(request, str(form.errors["tenant"][0]))
    return _back(account, integration_id)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def credential_next(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    now = timezone.now()
    initial = {"application_id": integration.application_id, "credential": request.GET.get("kind")}
    form = CredentialForm(
        request.POST if request.method == "POST" else None, today=now.date(), initial=initial
    )
    if form.is_valid():
        made = form.make_credential(integration.name, now=now)
        try:
            prepare_credential(integration.pk, made, expires_at=form.expires_at, now=now, actor=request.user)
        except RefusedError as refused:
            messages.warning(request, str(refused))
        return _back(account, integration_id)
    context = _frame(integration) | {"form": form}
    return render(request, "integrations/credentials_next.html", context, status=422 if form.errors else 200)


@require_POST
def credential_switch(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    try:
        switch_credential(integration.pk, now=timezone.now(), actor=request.user)
    except RefusedError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(
            request, "Switched over. The former credential is destroyed here; remove it at Microsoft as well."
        )
    return _back(account, integration_id)


@require_POST
def credential_discard(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    try:
        discard_next_credential(integration.pk, now=timezone.now(), actor=request.user)
    except RefusedError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "Discarded. Syncs go on with the current credential.")
    return _back(account, integration_id)


@require_http_methods(["GET", "HEAD", "POST"])
def integration_edit(request: AccountRequest, account: str, integration_id: int) -> HttpResponse:
    integration = get_integration(request.user, integration_id)
    initial = {"name": integration.name, "home_tenant_id": integration.home_tenant_id}
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            edit_integration(integration.pk, form.details, now=timezone.now(), actor=request.user)
            messages.success(request, "Saved.")
            return _back(account, integration_id)
        except NameTakenError as taken:
            form.add_error("name", str(taken))
        except InvalidIntegrationError as invalid:
            form.add_error("home_tenant_id", str(invalid))
        except RefusedError as refused:
            form.add_error(None, str(refused))
    context = _frame(integration) | {"form": form}
    return render(request, "integrations/credentials_edit.html", context, status=422 if form.errors else 200)


def _frame(integration: Integration) -> dict[str, object]:
    return {
        "integration": integration,
        "cloud": CLOUDS[integration.cloud],
        "is_being_set_up": is_being_set_up(integration),
        "navigation": "admin",
    }


def _back(account: str, integration_id: int) -> HttpResponse:
    return redirect("integrations:credentials", account, integration_id)
