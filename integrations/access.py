"""Integrations and runs for those who may manage them, or a plain 404."""

from django.http import Http404

from integrations.models import (
    ConsentRequest,
    CredentialKind,
    Disconnection,
    Inquiry,
    Integration,
    IntegrationCredential,
    SyncRun,
    TenantMatch,
    TenantSync,
)
from integrations.refusals import LeavingError
from integrations.states import IntegrationStatus
from organizations.models import User
from organizations.policies import require
from organizations.roles import Right


def get_integration(user: User, integration_id: int) -> Integration:
    require(user, Right.MANAGE_INTEGRATIONS)
    integration = (
        Integration.objects.visible_to(user).select_related("settings").filter(pk=integration_id).first()
    )
    if integration is None:
        raise Http404("No such integration.")
    return integration


def hold_integration(integration_id: int) -> Integration:
    """Locked, for a decision about it: whoever is writing for one of its tenants is waited for, and whoever comes later
    finds what is decided now. While it was waited for, a disconnect may have ended, and then it is absent."""
    integration = hold_also_leaving(integration_id)
    if integration.status == IntegrationStatus.DISCONNECTING:
        raise LeavingError
    return integration


def hold_also_leaving(integration_id: int) -> Integration:
    integration = Integration.objects.select_for_update().filter(pk=integration_id).first()
    if integration is None:
        raise Http404("No such integration.")
    return integration


def get_match(user: User, integration_id: int, match_id: int) -> TenantMatch:
    integration = get_integration(user, integration_id)
    matches = TenantMatch.objects.of_integration(integration).select_related("integration", "organization")
    match = matches.filter(pk=match_id).first()
    if match is None:
        raise Http404("No such tenant.")
    return match


def get_run(user: User, run_id: int) -> SyncRun:
    require(user, Right.MANAGE_INTEGRATIONS)
    run = SyncRun.objects.visible_to(user).select_related("integration").filter(pk=run_id).first()
    if run is None:
        raise Http404("No such sync run.")
    return run


def get_inquiry(user: User, integration_id: int, inquiry_id: int) -> Inquiry:
    integration = get_integration(user, integration_id)
    inquiry = (
        Inquiry.objects.of_integration(integration)
        .select_related("integration")
        .filter(pk=inquiry_id)
        .first()
    )
    if inquiry is None:
        raise Http404("No such inquiry.")
    return inquiry


def get_consent(user: User, integration_id: int, consent_id: int) -> ConsentRequest:
    integration = get_integration(user, integration_id)
    consent = (
        ConsentRequest.objects.of_integration(integration)
        .select_related("integration", "inquiry__integration", "organization", "requested_by")
        .filter(pk=consent_id)
        .first()
    )
    if consent is None:
        raise Http404("No such consent.")
    return consent


def get_tenant_sync(user: User, sync_id: int) -> TenantSync:
    require(user, Right.MANAGE_INTEGRATIONS)
    syncs = TenantSync.objects.visible_to(user).select_related(
        "run__integration", "match__organization", "resolved_by"
    )
    sync = syncs.filter(pk=sync_id).first()
    if sync is None:
        raise Http404("No such part of a sync run.")
    return sync


def get_disconnection(user: User, disconnection_id: int) -> Disconnection:
    require(user, Right.MANAGE_INTEGRATIONS)
    disconnections = Disconnection.objects.visible_to(user).select_related("requested_by")
    disconnection = disconnections.filter(pk=disconnection_id).first()
    if disconnection is None:
        raise Http404("No such disconnection.")
    return disconnection


def get_certificate(user: User, credential_id: int) -> IntegrationCredential:
    """A secret has no public part, so for it there is nothing here."""
    require(user, Right.MANAGE_INTEGRATIONS)
    certificates = IntegrationCredential.objects.visible_to(user).filter(kind=CredentialKind.CERTIFICATE)
    row = certificates.filter(pk=credential_id).first()
    if row is None:
        raise Http404("No such certificate.")
    return row
