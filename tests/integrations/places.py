"""Tenants by name, for tests that need no Microsoft behind them."""

import uuid

from integrations.actions import Tenant


def tenant_named(name: str) -> Tenant:
    return Tenant(uuid.uuid5(uuid.NAMESPACE_DNS, name), name, "client.test")
