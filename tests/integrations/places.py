"""Tenants by name, for tests that need no Microsoft behind them. Each is new: a server links a tenant only once."""

import uuid

from integrations.actions.matching import Tenant
from integrations.models import TenantMatch
from organizations.access import account_transaction
from tests.factories import Connected


def two_tenants() -> list[Tenant]:
    return [
        Tenant(uuid.uuid4(), "Alder Dental", "alder.example"),
        Tenant(uuid.uuid4(), "Birch Legal", "birch.example"),
    ]


def tenant_named(name: str) -> Tenant:
    return Tenant(uuid.uuid4(), name, "client.test")


def tenant_of(match: TenantMatch) -> Tenant:
    return Tenant(match.tenant_id, match.tenant_name, match.default_domain)


def tenant_found(connected: Connected, name: str, domain: str = "", **columns: object) -> TenantMatch:
    """One that the integration knows, and that nobody has matched yet."""
    with account_transaction(connected.account.pk):
        return TenantMatch.objects.create(
            account_id=connected.account.pk,
            integration=connected.integration,
            tenant_name=name,
            default_domain=domain,
            **{"tenant_id": uuid.uuid4(), **columns},
        )
