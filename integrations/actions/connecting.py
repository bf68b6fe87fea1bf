"""Connecting Microsoft: the integration and the credential that proves its application's identity."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from django.db import IntegrityError, transaction

from integrations.access import hold_integration
from integrations.actions.runs import cancel_live_run, schedule_next
from integrations.credentials import seal_credential
from integrations.microsoft.credentials import ClientCertificate, ClientSecret, Credential
from integrations.models import CredentialKind, Integration, IntegrationCredential, SyncSettings
from integrations.states import CredentialRole, IntegrationKind
from organizations.actions import record_activity
from organizations.models import User


class InvalidIntegrationError(ValueError):
    """Name or credential can't work, whatever Microsoft says; the message says why."""


class NameTakenError(InvalidIntegrationError):
    """Another integration of the account is called so."""


@dataclass(frozen=True)
class NewIntegration:
    """`expires_at` is what a person says of a secret; a certificate knows its own end."""

    name: str
    credential: Credential
    cloud: str = "global"
    kind: IntegrationKind = IntegrationKind.MULTI_TENANT
    home_tenant_id: UUID | None = None
    expires_at: datetime | None = None


@transaction.atomic
def connect_microsoft(
    account_id: int, new: NewIntegration, *, now: datetime, actor: User | None = None
) -> Integration:
    require_usable(new.credential)
    if new.kind == IntegrationKind.SINGLE_TENANT and new.home_tenant_id is None:
        raise InvalidIntegrationError("A single-tenant integration needs the ID of its tenant.")
    integration = Integration(
        account_id=account_id,
        name=new.name,
        kind=new.kind,
        cloud=new.cloud,
        application_id=new.credential.application_id,
        home_tenant_id=new.home_tenant_id,
        created_at=now,
    )
    save_named(integration)
    SyncSettings.objects.create(account_id=account_id, integration=integration, steps=[])
    schedule_next(integration, now=now)
    store_credential(
        integration, new.credential, role=CredentialRole.CURRENT, expires_at=new.expires_at, now=now
    )
    record_activity(
        account_id, at=now, action="integration.connected", subject=new.name, user=actor, about=integration
    )
    return integration


@transaction.atomic
def replace_credential(
    integration_id: int, credential: Credential, *, now: datetime, actor: User | None = None
) -> Integration:
    """From here on every sync signs in with the new credential; a run that is going on ends as cancelled."""
    require_usable(credential)
    integration = hold_integration(integration_id)
    cancel_live_run(integration, now=now)
    integration.epoch += 1
    integration.application_id = credential.application_id
    integration.save(update_fields=["epoch", "application_id"])
    IntegrationCredential.objects.of_integration(integration).delete()
    store_credential(integration, credential, role=CredentialRole.CURRENT, now=now)
    record_activity(
        integration.account_id,
        at=now,
        action="credential.replaced",
        subject=integration.name,
        user=actor,
        about=integration,
    )
    return integration


def save_named(integration: Integration) -> None:
    """The database alone knows of a name that is being taken at this moment."""
    if not 0 < len(integration.name) <= 100:
        raise InvalidIntegrationError("The integration's name must have 1 to 100 characters.")
    try:
        with transaction.atomic():
            integration.save()
    except IntegrityError as error:
        if "integrations_integration_name" not in str(error):
            raise
        raise NameTakenError("An integration of this name exists already.") from None


def require_usable(credential: Credential) -> None:
    try:
        UUID(credential.application_id)
    except ValueError:
        raise InvalidIntegrationError(
            "The application ID must be a GUID, as the app registration's overview shows it."
        ) from None
    if isinstance(credential, ClientSecret) and not credential.secret:
        raise InvalidIntegrationError("The client secret is empty.")
    if isinstance(credential, ClientCertificate) and not credential.is_usable:
        raise InvalidIntegrationError(
            "The certificate and the private key must be PEM texts that belong together."
        )


def store_credential(
    integration: Integration,
    credential: Credential,
    *,
    role: CredentialRole,
    now: datetime,
    expires_at: datetime | None = None,
) -> IntegrationCredential:
    row = IntegrationCredential(
        account_id=integration.account_id,
        integration=integration,
        role=role,
        created_at=now,
        expires_at=expires_at,
        sealed=seal_credential(credential, integration=integration),
    )
    match credential:
        case ClientSecret(secret=secret):
            row.kind, row.hint = CredentialKind.SECRET, _ending(secret)
        case ClientCertificate():
            row.kind, row.hint = CredentialKind.CERTIFICATE, credential.thumbprint
            row.certificate = credential.certificate
            row.expires_at = credential.expires_at
        case _ as unreachable:
            assert_never(unreachable)
    row.save()
    return row


def _ending(secret: str) -> str:
    """Enough to tell secrets apart, and nothing of one so short that this would be much of it."""
    return f"...{secret[-4:]}" if len(secret) >= 16 else "..."
