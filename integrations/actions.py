"""Everything a person or the clock does to an integration: connect, match, choose what to sync, start a run."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never
from uuid import UUID

from django.conf import settings
from django.db import transaction

from integrations.credentials import seal_credential
from integrations.microsoft.credentials import ClientCertificate, ClientSecret, Credential
from integrations.models import (
    CredentialKind,
    Integration,
    IntegrationCredential,
    SyncRun,
    SyncSettings,
    TenantMatch,
    TenantSync,
)
from integrations.states import IntegrationStatus, MatchState, RunState, SyncState, Trigger
from integrations.steps import registered_steps
from integrations.wake import wake_run
from organizations.actions import record_activity
from organizations.models import Organization, User

logger = logging.getLogger(__name__)

SYNC_INTERVAL = timedelta(hours=1)


class NothingToSyncError(Exception):
    """The run would do nothing; the message says what to set up first."""


class AlreadyMatchedError(ValueError):
    """The tenant's documentation stands in another organization; moving it is a decision of its own."""


class InvalidIntegrationError(ValueError):
    """Name or credential can't work, whatever Microsoft says; the message says why."""


class UnknownStepError(ValueError):
    """Settings name a step that no app registered."""


@dataclass(frozen=True)
class NewIntegration:
    name: str
    credential: Credential
    cloud: str = "global"


@transaction.atomic
def connect_microsoft(
    account_id: int, new: NewIntegration, *, now: datetime, actor: User | None = None
) -> Integration:
    if not 0 < len(new.name) <= 100:
        raise InvalidIntegrationError("The integration's name must have 1 to 100 characters.")
    _require_usable(new.credential)
    integration = Integration.objects.create(
        account_id=account_id,
        name=new.name,
        cloud=new.cloud,
        application_id=new.credential.application_id,
        next_due_at=now + SYNC_INTERVAL,
        created_at=now,
    )
    SyncSettings.objects.create(account_id=account_id, integration=integration, steps=[])
    _store_credential(integration, new.credential, now=now)
    record_activity(account_id, at=now, action="integration.connected", subject=new.name, user=actor)
    return integration


@transaction.atomic
def replace_credential(
    integration_id: int, credential: Credential, *, now: datetime, actor: User | None = None
) -> Integration:
    """From here on every sync signs in with the new credential; a run that is going on ends as cancelled."""
    _require_usable(credential)
    integration = Integration.objects.select_for_update().get(pk=integration_id)
    _cancel_live_run(integration, now=now)
    integration.epoch += 1
    integration.application_id = credential.application_id
    integration.save(update_fields=["epoch", "application_id"])
    IntegrationCredential.objects.of_account(integration.account_id).filter(integration=integration).delete()
    _store_credential(integration, credential, now=now)
    record_activity(
        integration.account_id, at=now, action="credential.replaced", subject=integration.name, user=actor
    )
    return integration


def _cancel_live_run(integration: Integration, *, now: datetime) -> None:
    """With the integration locked; a worker that is writing was waited for, and one that is reading writes no more."""
    runs = SyncRun.objects.of_account(integration.account_id).filter(integration=integration).live()
    run = runs.select_for_update().first()
    if run is None:
        return
    open_syncs = TenantSync.objects.of_account(integration.account_id).filter(run=run).open()
    open_syncs.update(state=SyncState.CANCELLED, finished_at=now, lease_token=None)
    run.state, run.finished_at = RunState.CANCELLED, now
    run.save(update_fields=["state", "finished_at"])


def _require_usable(credential: Credential) -> None:
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


def _store_credential(integration: Integration, credential: Credential, *, now: datetime) -> None:
    row = IntegrationCredential(
        account_id=integration.account_id,
        integration=integration,
        created_at=now,
        sealed=seal_credential(credential, integration=integration),
    )
    match credential:
        case ClientSecret(secret=secret):
            row.kind, row.hint = CredentialKind.SECRET, _ending(secret)
        case ClientCertificate():
            row.kind, row.hint = CredentialKind.CERTIFICATE, credential.thumbprint
            row.expires_at = credential.expires_at
        case _ as unreachable:
            assert_never(unreachable)
    row.save()


def _ending(secret: str) -> str:
    """Enough to tell secrets apart, and nothing of one so short that this would be much of it."""
    return f"…{secret[-4:]}" if len(secret) >= 16 else "…"


@dataclass(frozen=True)
class Tenant:
    """A Microsoft tenant as the person who adds it knows it."""

    tenant_id: UUID
    name: str
    default_domain: str = ""


@transaction.atomic
def match_tenant(
    integration: Integration,
    tenant: Tenant,
    *,
    organization: Organization,
    now: datetime,
    actor: User | None = None,
) -> TenantMatch:
    """Links a tenant to an organization of the same account. A tenant that is matched elsewhere stays there."""
    known = TenantMatch.objects.of_account(integration.account_id).filter(tenant_id=tenant.tenant_id)
    if known.matched().exclude(integration=integration, organization=organization).exists():
        raise AlreadyMatchedError(
            f"The tenant {tenant.tenant_id} is matched already, to another organization or through another integration."
        )
    match = known.filter(integration=integration).select_for_update().first() or TenantMatch(
        account_id=integration.account_id, integration=integration, tenant_id=tenant.tenant_id
    )
    match.tenant_name = match.tenant_name or tenant.name[:255]
    match.default_domain = match.default_domain or tenant.default_domain[:255]
    match.state = MatchState.MATCHED
    match.organization = organization
    match.save()
    record_activity(
        integration.account_id,
        at=now,
        action="tenant.matched",
        subject=tenant.name,
        user=actor,
        organization=organization,
        details={"tenant_id": str(tenant.tenant_id), "integration": integration.name},
    )
    return match


@transaction.atomic
def save_sync_settings(
    integration: Integration, *, steps: Collection[str], now: datetime, actor: User | None = None
) -> SyncSettings:
    known = [step.key for step in registered_steps()]
    unknown = set(steps) - set(known)
    if unknown:
        raise UnknownStepError(f"Unknown sync steps: {', '.join(sorted(unknown))}.")
    row = SyncSettings.objects.select_for_update().get(
        account_id=integration.account_id, integration=integration
    )
    before, row.steps = row.steps, [key for key in known if key in steps]
    row.save(update_fields=["steps"])
    record_activity(
        integration.account_id,
        at=now,
        action="sync-settings.saved",
        subject=integration.name,
        user=actor,
        details={"before": before, "after": row.steps},
    )
    return row


@transaction.atomic
def start_due_sync(integration_id: int, *, now: datetime) -> SyncRun | None:
    """What the clock asks for; nothing when a person or an earlier call has started it meanwhile."""
    integration = (
        Integration.objects.select_for_update().filter(pk=integration_id, next_due_at__lte=now).first()
    )
    if integration is None:
        return None
    integration.next_due_at = now + SYNC_INTERVAL
    integration.save(update_fields=["next_due_at"])
    try:
        return start_sync(integration_id, trigger=Trigger.SCHEDULE, now=now)
    except NothingToSyncError as nothing:
        logger.info("Integration %s is due, but: %s", integration_id, nothing)
        return None


@transaction.atomic
def start_sync(integration_id: int, *, trigger: Trigger, now: datetime, actor: User | None = None) -> SyncRun:
    """A new run with one tenant sync per matched tenant, or the run that is going on already.

    Raises NothingToSyncError when nothing is ticked or matched. Must run inside the account's transaction.
    """
    integration = Integration.objects.select_for_update().get(pk=integration_id)
    live = SyncRun.objects.of_account(integration.account_id).filter(integration=integration).live().first()
    if live is not None:
        return live
    integration.next_due_at = now + SYNC_INTERVAL
    integration.save(update_fields=["next_due_at"])
    matches, steps = _work_of(integration)
    run = SyncRun.objects.create(
        account_id=integration.account_id,
        integration=integration,
        epoch=integration.epoch,
        trigger=trigger,
        requested_by=actor,
        steps=steps,
        created_at=now,
        deadline_at=now + timedelta(seconds=settings.SYNC_RUN_SECONDS),
    )
    _create_tenant_syncs(run, matches, now=now)
    if actor is not None:
        record_activity(
            integration.account_id, at=now, action="sync.started", subject=integration.name, user=actor
        )
    transaction.on_commit(partial(wake_run, run.account_id, run.pk, times=len(matches)), robust=True)
    return run


def _work_of(integration: Integration) -> tuple[list[TenantMatch], list[str]]:
    if integration.status != IntegrationStatus.CONNECTED:
        raise NothingToSyncError("Syncing is paused. Resume it first.")
    steps = integration.settings.steps
    if not steps:
        raise NothingToSyncError(
            "Nothing is ticked in Sync Settings yet. Tick Licenses and save, then start the sync."
        )
    matches = list(
        TenantMatch.objects.of_account(integration.account_id).filter(integration=integration).matched()
    )
    if not matches:
        raise NothingToSyncError("No tenant is matched to an organization yet. Match at least one first.")
    return matches, steps


def _create_tenant_syncs(run: SyncRun, matches: Iterable[TenantMatch], *, now: datetime) -> None:
    TenantSync.objects.bulk_create(
        [TenantSync(account_id=run.account_id, run=run, match=match, next_at=now) for match in matches],
        batch_size=1000,
    )
