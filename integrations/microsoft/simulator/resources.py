"""The Graph collections that are served: who may read each, what it costs and which query options it takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from integrations.microsoft.simulator.application import (
    DELEGATED_ADMIN_READ,
    DIRECTORY_READ,
    ORGANIZATION_READ,
    USER_READ,
)
from integrations.microsoft.simulator.documents import (
    CONTRACT_PROPERTIES,
    DELEGATED_CUSTOMER_PROPERTIES,
    ORGANIZATION_PROPERTIES,
    SKU_PROPERTIES,
    SUBSCRIPTION_PROPERTIES,
    USER_DEFAULTS,
    USER_PROPERTIES,
    Customer,
    Properties,
    TenantSku,
)
from integrations.microsoft.simulator.world import SimulatedTenant, World

USER_READ_BASIC = "User.ReadBasic.All"
_PAGED = frozenset({"$select", "$top", "$skiptoken", "$count"})


@dataclass(frozen=True, slots=True)
class Resource:
    """`serial` orders the rows of a collection that comes in pages; without it there is only one page."""

    path: str
    entity: str
    properties: Properties
    roles: frozenset[str]
    rows: Callable[[SimulatedTenant, World], Sequence[Any]]
    defaults: tuple[str, ...] = ()
    options: frozenset[str] = frozenset({"$select"})
    cost: int = 1
    largest_page: int = 999
    serial: Callable[[Any], int] | None = None

    @property
    def default_properties(self) -> tuple[str, ...]:
        return self.defaults or tuple(self.properties)


def _skus(tenant: SimulatedTenant, _: World) -> Sequence[TenantSku]:
    with tenant.reading() as census:
        pairs = zip(census.pools.values(), census.licenses(), strict=True)
        return [TenantSku(tenant, pool, held) for pool, held in pairs]


def _customers(tenant: SimulatedTenant, world: World) -> Sequence[Customer]:
    return (
        [Customer(i, customer) for i, customer in enumerate(world.tenants, 1)]
        if tenant is world.partner
        else []
    )


USERS = Resource(
    "users",
    "user",
    USER_PROPERTIES,
    roles=frozenset({USER_READ, DIRECTORY_READ, USER_READ_BASIC}),
    rows=lambda tenant, _: tenant.users,
    defaults=USER_DEFAULTS,
    options=_PAGED | {"$filter"},
    cost=2,
    serial=attrgetter("serial"),
)
RESOURCES = {
    resource.path: resource
    for resource in (
        USERS,
        Resource(
            "organization",
            "organization",
            ORGANIZATION_PROPERTIES,
            roles=frozenset({ORGANIZATION_READ, DIRECTORY_READ}),
            rows=lambda tenant, _: [tenant],
        ),
        Resource(
            "subscribedSkus",
            "subscribedSku",
            SKU_PROPERTIES,
            roles=frozenset({"LicenseAssignment.Read.All", ORGANIZATION_READ, DIRECTORY_READ}),
            rows=_skus,
            cost=3,
        ),
        Resource(
            "directory/subscriptions",
            "companySubscription",
            SUBSCRIPTION_PROPERTIES,
            roles=frozenset({ORGANIZATION_READ, DIRECTORY_READ}),
            rows=lambda tenant, _: tenant.subscriptions,
        ),
        Resource(
            "contracts",
            "contract",
            CONTRACT_PROPERTIES,
            roles=frozenset({DIRECTORY_READ}),
            rows=_customers,
            options=_PAGED,
            cost=3,
            serial=attrgetter("serial"),
        ),
        Resource(
            "tenantRelationships/delegatedAdminCustomers",
            "delegatedAdminCustomer",
            DELEGATED_CUSTOMER_PROPERTIES,
            roles=frozenset({DELEGATED_ADMIN_READ}),
            rows=_customers,
            options=_PAGED,
            largest_page=300,
            serial=attrgetter("serial"),
        ),
    )
}
