"""What the portal reads of a tenant. Each reading is complete or an error."""

from datetime import date
from uuid import UUID

from integrations.microsoft.client import GraphClient
from integrations.microsoft.errors import MalformedAnswerError, PermanentError
from integrations.microsoft.records import (
    CompanySubscription,
    Contract,
    DelegatedCustomer,
    SubscribedSku,
    TenantOrganization,
    parse_contract,
    parse_delegated_customer,
    parse_organization,
    parse_sign_in,
    parse_subscribed_sku,
    parse_subscription,
    parse_user,
)
from integrations.microsoft.spool import UserSpool
from integrations.problems import Problem

_ORGANIZATION = "/organization?$select=id,displayName,verifiedDomains"
_SKUS = (
    "/subscribedSkus?$select=skuId,skuPartNumber,appliesTo,capabilityStatus,"
    "prepaidUnits,consumedUnits,subscriptionIds"
)
_SUBSCRIPTIONS = "/directory/subscriptions"
# 999 is the largest page Graph gives; without $select it leaves the licenses out.
_USERS = (
    "/users?$select=id,userPrincipalName,displayName,givenName,surname,mail,jobTitle,"
    "accountEnabled,userType,assignedLicenses,proxyAddresses,businessPhones,mobilePhone&$top=999"
)

_SIGN_INS = "/users?$select=id,signInActivity&$top=500"
# Graph takes five such requests in ten seconds from an application in a tenant.
_BETWEEN_SIGN_IN_PAGES = 2.0
_CONTRACTS = "/contracts?$top=999"
_DELEGATED_CUSTOMERS = "/tenantRelationships/delegatedAdminCustomers?$top=300"


def read_organization(client: GraphClient) -> TenantOrganization:
    """Also the proof that the token opens the tenant it was asked for."""
    organizations = [parse_organization(document) for document in client.collection(_ORGANIZATION)]
    if len(organizations) != 1:
        raise MalformedAnswerError(f"{len(organizations)} organizations where there is always one")
    [organization] = organizations
    if organization.id != UUID(client.tenant_id):
        raise PermanentError(Problem.WRONG_TENANT, f"tenant {organization.id} answered")
    return organization


def read_subscribed_skus(client: GraphClient) -> tuple[SubscribedSku, ...]:
    skus = (parse_subscribed_sku(document) for document in client.collection(_SKUS))
    return tuple({sku.sku_id: sku for sku in skus}.values())


def read_subscriptions(client: GraphClient) -> tuple[CompanySubscription, ...]:
    subscriptions = (parse_subscription(document) for document in client.collection(_SUBSCRIPTIONS))
    return tuple({subscription.id: subscription for subscription in subscriptions}.values())


def read_users(client: GraphClient) -> UserSpool:
    """For the caller to close. A user whose place shifts during paging comes twice; the later copy counts."""
    return UserSpool(parse_user(document) for document in client.collection(_USERS))


def read_sign_ins(client: GraphClient) -> dict[UUID, date]:
    """When each user signed in last, without those who never did. Fails with PREMIUM_MISSING where Microsoft keeps no
    such record, which is no reason to doubt the rest."""
    documents = client.collection(_SIGN_INS, pause=_BETWEEN_SIGN_IN_PAGES)
    return {user_id: day for user_id, day in map(parse_sign_in, documents) if day}


def read_contracts(client: GraphClient) -> tuple[Contract, ...]:
    """The customers a partner resells to; nobody in any other tenant."""
    documents = (each for each in client.collection(_CONTRACTS) if not each.get("deletedDateTime"))
    return tuple({contract.customer_id: contract for contract in map(parse_contract, documents)}.values())


def read_delegated_customers(client: GraphClient) -> tuple[DelegatedCustomer, ...]:
    customers = map(parse_delegated_customer, client.collection(_DELEGATED_CUSTOMERS))
    return tuple({customer.tenant_id: customer for customer in customers}.values())
