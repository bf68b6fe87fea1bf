"""Tenants by name, for tests that need no Microsoft behind them."""

import uuid
from dataclasses import replace

from integrations.actions import Tenant

TENANTS = [
    Tenant(uuid.UUID("0a0a0a0a-0000-4000-8000-00000000000a"), "Alder Dental", "alder.example"),
    Tenant(uuid.UUID("0b0b0b0b-0000-4000-8000-00000000000b"), "Birch Legal", "birch.example"),
]


def tenant_named(name: str) -> Tenant:
    return Tenant(uuid.uuid5(uuid.NAMESPACE_DNS, name), name, "client.test")


def other_tenants() -> list[Tenant]:
    """As many as TENANTS, that nobody else has matched."""
    return [replace(tenant, tenant_id=uuid.uuid4()) for tenant in TENANTS]
