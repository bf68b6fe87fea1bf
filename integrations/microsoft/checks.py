"""What an application can really do in a tenant, found out by trying; and what would be missing without it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from integrations.microsoft.client import GraphClient, nobody_minds
from integrations.microsoft.clouds import Cloud
from integrations.microsoft.credentials import Credential
from integrations.microsoft.errors import MicrosoftError, PermanentError
from integrations.microsoft.identity import Identity
from integrations.microsoft.members import items
from integrations.microsoft.readings import (
    read_contracts,
    read_delegated_customers,
    read_organization,
    read_subscribed_skus,
    read_subscriptions,
)
from integrations.microsoft.records import Contract, DelegatedCustomer, SubscribedSku, TenantOrganization
from integrations.problems import Problem

SIGN_IN = "sign-in"
ORGANIZATION = "organization"
SKUS = "skus"
SUBSCRIPTIONS = "subscriptions"
USERS = "users"
SIGN_IN_ACTIVITY = "sign-in-activity"
CONTRACTS = "contracts"
DELEGATED_CUSTOMERS = "delegated-customers"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing tried. `permission` is what Microsoft calls it, and `cost` what would be missing without it."""

    key: str
    label: str
    permission: str
    ok: bool
    optional: bool
    cost: str
    problem: Problem | None = None
    detail: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class TenantCheck:
    """Without an organization the tenant is not proven to be the one asked for, and nothing is told of it."""

    findings: tuple[Finding, ...]
    organization: TenantOrganization | None = None
    skus: tuple[SubscribedSku, ...] = ()

    @property
    def ok(self) -> bool:
        return self.organization is not None and all(each.ok or each.optional for each in self.findings)


@dataclass(frozen=True, slots=True)
class Customer:
    tenant_id: UUID
    display_name: str
    default_domain: str = ""


@dataclass(frozen=True, slots=True)
class DiscoveryCheck:
    """Either of the two permissions is enough to find customers; together they find the most."""

    findings: tuple[Finding, ...]
    customers: tuple[Customer, ...] = ()

    @property
    def ok(self) -> bool:
        return any(each.ok for each in self.findings if each.key != SIGN_IN)


def check_tenant(
    cloud: Cloud,
    credential: Credential,
    tenant_id: UUID | str,
    *,
    checkpoint: Callable[[], None] = nobody_minds,
) -> TenantCheck:
    """`checkpoint` is the client's: called before each request, it may raise to stop the check."""
    with _fresh_client(cloud, credential, tenant_id, checkpoint) as client:
        findings, read = _examine(_TENANT_PROBES, client)
    organization = read.get(ORGANIZATION)
    return TenantCheck(findings, organization, read.get(SKUS, ()) if organization else ())


def check_discovery(
    cloud: Cloud,
    credential: Credential,
    home_tenant_id: UUID | str,
    *,
    checkpoint: Callable[[], None] = nobody_minds,
) -> DiscoveryCheck:
    """Asked of the partner's own tenant, the only one that knows customers."""
    with _fresh_client(cloud, credential, home_tenant_id, checkpoint) as client:
        findings, read = _examine(_DISCOVERY_PROBES, client)
    return DiscoveryCheck(findings, _customers(read.get(CONTRACTS, ()), read.get(DELEGATED_CUSTOMERS, ())))


@dataclass(frozen=True, slots=True)
class _Probe:
    key: str
    label: str
    permission: str
    cost: str
    read: Callable[[GraphClient], object]
    optional: bool = False

    def finding(self, error: MicrosoftError | None = None) -> Finding:
        return Finding(
            key=self.key,
            label=self.label,
            permission=self.permission,
            ok=error is None,
            optional=self.optional,
            cost=self.cost,
            problem=error.problem if error else None,
            detail=error.detail if error else "",
            request_id=error.request_id if error else "",
        )


def _examine(probes: Sequence[_Probe], client: GraphClient) -> tuple[tuple[Finding, ...], Mapping[str, Any]]:
    findings, read = [], {}
    for probe in probes:
        try:
            read[probe.key] = probe.read(client)
        except MicrosoftError as error:
            findings.append(probe.finding(error))
            if probe.key == SIGN_IN or error.problem is Problem.WRONG_TENANT:
                break
        else:
            findings.append(probe.finding())
    return tuple(findings), read


@contextmanager
def _fresh_client(
    cloud: Cloud, credential: Credential, tenant_id: UUID | str, checkpoint: Callable[[], None]
) -> Iterator[GraphClient]:
    """Nothing remembered: neither a token from before the permissions changed nor a refusal. A person waits for the
    answer, so nothing is waited out either."""
    identity = Identity(cloud, credential)
    try:
        yield GraphClient(cloud, identity, str(tenant_id), checkpoint=checkpoint, patience=0.0)
    finally:
        identity.close()


def _customers(contracts: Sequence[Contract], delegated: Sequence[DelegatedCustomer]) -> tuple[Customer, ...]:
    """A contract also knows the domain."""
    found = {each.tenant_id: Customer(each.tenant_id, each.display_name) for each in delegated}
    found |= {
        each.customer_id: Customer(each.customer_id, each.display_name, each.default_domain)
        for each in contracts
    }
    return tuple(sorted(found.values(), key=lambda each: (each.display_name.casefold(), each.tenant_id)))


def _read_one_user(client: GraphClient) -> None:
    users = items(client.get("/users?$select=id,assignedLicenses&$top=1"), "value")
    if not all(isinstance(user.get("assignedLicenses"), list) for user in users):
        # What an application gets that may read names only.
        raise PermanentError(Problem.PERMISSION_MISSING, "users are shown without their licenses")


def _read_one_sign_in(client: GraphClient) -> None:
    items(client.get("/users?$select=id,signInActivity&$top=1"), "value")


_SIGNING_IN = _Probe(
    SIGN_IN,
    "Sign in to the tenant",
    "",
    "Nothing can be read.",
    GraphClient.sign_in,
)
_TENANT_PROBES = (
    _SIGNING_IN,
    _Probe(
        ORGANIZATION,
        "Read the tenant's name and domains",
        "Organization.Read.All",
        "The tenant can't be proven to be the right one, so nothing is synced.",
        read_organization,
    ),
    _Probe(
        SKUS,
        "Read licenses",
        "Organization.Read.All",
        "No license is synced.",
        read_subscribed_skus,
    ),
    _Probe(
        SUBSCRIPTIONS,
        "Read renewal dates and trials",
        "Organization.Read.All",
        "Licenses aren't synced, because trials and expiry dates would be missing.",
        read_subscriptions,
    ),
    _Probe(
        USERS,
        "Read users and the licenses they hold",
        "User.Read.All",
        "Nobody is tagged on a license, no contacts are synced, and so licenses aren't synced either.",
        _read_one_user,
    ),
    _Probe(
        SIGN_IN_ACTIVITY,
        "Read when users last signed in",
        "AuditLog.Read.All",
        "Contacts don't show their last sign-in. Everything else is synced.",
        _read_one_sign_in,
        optional=True,
    ),
)
_DISCOVERY_PROBES = (
    _SIGNING_IN,
    _Probe(
        CONTRACTS,
        "Find customers by reseller contract",
        "Directory.Read.All",
        "Customers you resell to aren't suggested.",
        read_contracts,
        optional=True,
    ),
    _Probe(
        DELEGATED_CUSTOMERS,
        "Find customers by delegated administration (GDAP)",
        "DelegatedAdminRelationship.Read.All",
        "Customers who delegated administration to you aren't suggested.",
        read_delegated_customers,
        optional=True,
    ),
)
