"""What the portal reads of a tenant. Each reading is complete or an error."""

from uuid import UUID

from integrations.microsoft.client import GraphClient
from integrations.microsoft.errors import MalformedAnswerError, PermanentError
from integrations.microsoft.records import (
    CompanySubscription,
    DirectoryUser,
    SubscribedSku,
    TenantOrganization,
    parse_organization,
    parse_subscribed_sku,
    parse_subscription,
    parse_user,
)
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
    "accountEnabled,userType,assignedLicenses&$top=999"
)


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


def read_users(client: GraphClient) -> tuple[DirectoryUser, ...]:
    """A user whose place shifts during paging comes twice; the later copy counts."""
    users = (parse_user(document) for document in client.collection(_USERS))
    return tuple({user.id: user for user in users}.values())
