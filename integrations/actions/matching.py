"""Linking tenants to organizations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations.models import Integration, TenantClaim, TenantMatch
from integrations.states import MatchState
from organizations.actions import record_activity
from organizations.models import Organization, User


class AlreadyMatchedError(ValueError):
    """The tenant's documentation stands in another organization; moving it is a decision of its own."""


class TenantTakenError(ValueError):
    """The tenant can't be linked in this account. Nothing more is said: the reason is another account's."""


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
    claim_tenant(integration.account_id, tenant.tenant_id, now=now)
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


def claim_tenant(account_id: int, tenant_id: UUID, *, now: datetime) -> None:
    """A tenant is linked in one account of this server. The insert waits for another account's that is going on."""
    claim = TenantClaim(account_id=account_id, tenant_id=tenant_id, claimed_at=now)
    TenantClaim.objects.bulk_create([claim], ignore_conflicts=True)
    if not TenantClaim.objects.of_account(account_id).filter(tenant_id=tenant_id).exists():
        raise TenantTakenError("This tenant can't be linked here.")


def release_claim(account_id: int, tenant_id: UUID) -> None:
    """Once no match of the account holds the tenant any more."""
    matches = TenantMatch.objects.of_account(account_id).filter(tenant_id=tenant_id).matched()
    if not matches.exists():
        TenantClaim.objects.of_account(account_id).filter(tenant_id=tenant_id).delete()
