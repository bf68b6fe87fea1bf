"""Renewing what an integration signs in with: the next credential stands beside the current one until it is proven."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations.access import hold_integration
from integrations.actions.connecting import (
    InvalidIntegrationError,
    require_usable,
    save_named,
    store_credential,
)
from integrations.actions.runs import cancel_live_run
from integrations.answers import read_answer
from integrations.credentials import open_credential
from integrations.expiry import due_warning
from integrations.microsoft.credentials import Credential
from integrations.models import Inquiry, Integration, IntegrationCredential, TenantMatch
from integrations.notices import tell_of_expiry
from integrations.refusals import RefusedError
from integrations.states import CredentialRole, InquiryKind, IntegrationKind
from organizations.actions import record_activity
from organizations.models import User
from organizations.sealing import SealBrokenError


@dataclass(frozen=True)
class IntegrationDetails:
    name: str
    home_tenant_id: UUID | None = None


@transaction.atomic
def edit_integration(
    integration_id: int, details: IntegrationDetails, *, now: datetime, actor: User | None = None
) -> Integration:
    """What it is called, and whose customers it has. A single-tenant one keeps the tenant it has read."""
    integration = hold_integration(integration_id)
    _require_changeable_home(integration, details.home_tenant_id)
    before = {"name": integration.name, "home_tenant_id": str(integration.home_tenant_id or "")}
    integration.name, integration.home_tenant_id = details.name, details.home_tenant_id
    save_named(integration)
    _record(integration, "integration.edited", now=now, actor=actor, before=before)
    return integration


@transaction.atomic
def prepare_credential(
    integration_id: int,
    credential: Credential,
    *,
    expires_at: datetime | None = None,
    now: datetime,
    actor: User | None = None,
) -> IntegrationCredential:
    """Keeps the credential as the next one, in place of any other next one; syncs go on with the current one."""
    require_usable(credential)
    integration = hold_integration(integration_id)
    _drop_next(integration)
    row = store_credential(integration, credential, role=CredentialRole.NEXT, expires_at=expires_at, now=now)
    _record(integration, "credential.prepared", now=now, actor=actor, kind=row.kind)
    return row


@transaction.atomic
def switch_credential(integration_id: int, *, now: datetime, actor: User | None = None) -> Integration:
    """From here on every sync signs in with the next credential, and the one before is destroyed.

    A run that is going on ends as cancelled, since half of it would have read with either.
    """
    integration = hold_integration(integration_id)
    row = _require_next(integration)
    if not is_proven(row):
        raise RefusedError("Test the next credential first: Microsoft has not accepted it yet.")
    cancel_live_run(integration, now=now)
    integration.application_id = _application_of(row)
    integration.epoch += 1
    integration.save(update_fields=["application_id", "epoch"])
    IntegrationCredential.objects.of_integration(integration).current().delete()
    row.role = CredentialRole.CURRENT
    row.save(update_fields=["role"])
    _take_tests_along(integration)
    _record(integration, "credential.switched", now=now, actor=actor, kind=row.kind)
    return integration


@transaction.atomic
def discard_next_credential(integration_id: int, *, now: datetime, actor: User | None = None) -> Integration:
    integration = hold_integration(integration_id)
    row = _require_next(integration)
    _drop_next(integration)
    _record(integration, "credential.discarded", now=now, actor=actor, kind=row.kind)
    return integration


@transaction.atomic
def warn_of_expiry(credential_id: int, *, now: datetime) -> int | None:
    """Writes the warning that is due, if one is. A next credential is nobody's worry until it is the current one."""
    current = IntegrationCredential.objects.current().select_related("integration__account")
    row = current.select_for_update(of=("self",)).filter(pk=credential_id).first()
    if row is None:
        return None
    days = due_warning(row.expires_at, warned_days=row.warned_days, now=now)
    if days is None:
        return None
    tell_of_expiry(row, days=days, now=now)
    row.warned_days = days
    row.save(update_fields=["warned_days"])
    _record(row.integration, "credential.expiry-warned", now=now, actor=None, days=days)
    return days


def latest_test(row: IntegrationCredential) -> Inquiry | None:
    """The last test of this very credential; those asked before it was stored were of another one."""
    tests = Inquiry.objects.of_integration(row.integration).filter(
        kind=InquiryKind.CONNECTION, credential_role=row.role, created_at__gte=row.created_at
    )
    return tests.select_related("integration").order_by("-id").first()


def is_proven(row: IntegrationCredential) -> bool:
    """Microsoft has let the application in with it and the tenant has answered, whatever else a tenant may not allow."""
    test = latest_test(row)
    return test is not None and test.finished_at is not None and read_answer(test.result).tenant is not None


def _require_next(integration: Integration) -> IntegrationCredential:
    row = IntegrationCredential.objects.of_integration(integration).next().first()
    if row is None:
        raise RefusedError("There is no next credential any more.")
    return row


def _require_changeable_home(integration: Integration, home_tenant_id: UUID | None) -> None:
    if integration.kind != IntegrationKind.SINGLE_TENANT or home_tenant_id == integration.home_tenant_id:
        return
    if home_tenant_id is None:
        raise InvalidIntegrationError("A single-tenant integration needs the ID of its tenant.")
    if TenantMatch.objects.of_integration(integration).exists():
        raise InvalidIntegrationError(
            "The tenant of this integration is known already. Connect another tenant as another integration."
        )


def _drop_next(integration: Integration) -> None:
    """With the integration locked; what is being asked of Microsoft with the old one is of no use any more."""
    IntegrationCredential.objects.of_integration(integration).next().delete()
    Inquiry.objects.of_integration(integration).filter(credential_role=CredentialRole.NEXT).delete()


def _take_tests_along(integration: Integration) -> None:
    """What proved the next credential proves the current one now; tests of the one before prove nothing any more."""
    tests = Inquiry.objects.of_integration(integration).filter(kind=InquiryKind.CONNECTION)
    tests.filter(credential_role=CredentialRole.CURRENT).delete()
    tests.open().delete()
    tests.update(credential_role=CredentialRole.CURRENT)


def _application_of(row: IntegrationCredential) -> str:
    try:
        return open_credential(row).application_id
    except SealBrokenError:
        raise RefusedError(
            "The next credential can't be opened any more, since the key that sealed it is gone. Enter it again."
        ) from None


def _record(
    integration: Integration, action: str, *, now: datetime, actor: User | None, **details: object
) -> None:
    record_activity(
        integration.account_id,
        at=now,
        action=action,
        subject=integration.name,
        user=actor,
        about=integration,
        details=details,
    )
