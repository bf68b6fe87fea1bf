"""A stand-in for Microsoft's identity platform and Graph, faithful enough for Microsoft's own clients."""

from integrations.microsoft.simulator.application import (
    AUDIT_LOG_READ,
    DEFAULT_ROLES,
    DELEGATED_ADMIN_READ,
    DIRECTORY_READ,
    ORGANIZATION_READ,
    USER_READ,
)
from integrations.microsoft.simulator.census import (
    License,
    SimulatedSubscription,
    SimulatedUser,
    SkuPool,
    Status,
)
from integrations.microsoft.simulator.faults import Fault
from integrations.microsoft.simulator.journal import RecordedRequest
from integrations.microsoft.simulator.simulator import Simulator
from integrations.microsoft.simulator.world import SimulatedTenant, World

__all__ = [
    "AUDIT_LOG_READ",
    "DEFAULT_ROLES",
    "DELEGATED_ADMIN_READ",
    "DIRECTORY_READ",
    "ORGANIZATION_READ",
    "USER_READ",
    "Fault",
    "License",
    "RecordedRequest",
    "SimulatedSubscription",
    "SimulatedTenant",
    "SimulatedUser",
    "Simulator",
    "SkuPool",
    "Status",
    "World",
]
