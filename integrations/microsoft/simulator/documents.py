"""Graph's view of a tenant: for each kind of resource, its properties and how each follows from the census."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.microsoft.simulator.catalog import ServicePlan
from integrations.microsoft.simulator.census import (
    Assignment,
    License,
    SimulatedSubscription,
    SimulatedUser,
    SkuPool,
    Status,
)
from integrations.microsoft.simulator.identifiers import guid
from integrations.microsoft.simulator.world import SimulatedTenant

Properties = Mapping[str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class TenantSku:
    tenant: SimulatedTenant
    pool: SkuPool
    license: License


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant as its partner knows it: under the name it had when they came together."""

    serial: int
    tenant: SimulatedTenant


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _service_plan(plan: ServicePlan, status: str) -> dict[str, Any]:
    return {
        "servicePlanId": plan.id,
        "servicePlanName": plan.name,
        "provisioningStatus": "Success" if status in {Status.ENABLED, Status.WARNING} else "Disabled",
        "appliesTo": plan.applies_to,
    }


def _prepaid_units(row: TenantSku) -> dict[str, int]:
    held = row.license
    return {
        "enabled": held.enabled,
        "suspended": held.suspended,
        "warning": held.warning,
        "lockedOut": held.locked_out,
    }


SKU_PROPERTIES: Properties = {
    "accountName": lambda row: row.tenant.profile.initial_domain.partition(".")[0],
    "accountId": lambda row: row.tenant.tenant_id,
    "appliesTo": lambda row: row.pool.sku.applies_to,
    "capabilityStatus": lambda row: row.pool.capability_status,
    "consumedUnits": lambda row: row.license.consumed,
    "id": lambda row: f"{row.tenant.tenant_id}_{row.pool.sku.id}",
    "skuId": lambda row: row.pool.sku.id,
    "skuPartNumber": lambda row: row.pool.sku.part_number,
    "subscriptionIds": lambda row: [each.id for each in row.pool.subscriptions],
    "prepaidUnits": _prepaid_units,
    "servicePlans": lambda row: [
        _service_plan(plan, row.pool.capability_status) for plan in row.pool.sku.plans
    ],
}


def _owner_type(row: SimulatedSubscription) -> str | None:
    return "User" if row.owner_tenant_id else None


SUBSCRIPTION_PROPERTIES: Properties = {
    "id": lambda row: row.id,
    "commerceSubscriptionId": lambda row: guid(row.id, "commerce"),
    "createdDateTime": lambda row: _time(row.created_at),
    "isTrial": lambda row: row.is_trial,
    "nextLifecycleDateTime": lambda row: _time(row.next_lifecycle_at),
    "ownerId": lambda row: guid(row.id, "owner") if row.owner_tenant_id else None,
    "ownerTenantId": lambda row: row.owner_tenant_id,
    "ownerType": _owner_type,
    "skuId": lambda row: row.sku.id,
    "skuPartNumber": lambda row: row.sku.part_number,
    "status": lambda row: row.status,
    "totalLicenses": lambda row: row.total,
    "serviceStatus": lambda row: [_service_plan(plan, row.status) for plan in row.sku.plans],
}


def _assigned_licenses(user: SimulatedUser) -> list[dict[str, Any]]:
    disabled = {each.sku_id: list(each.disabled_plans) for each in user.assignments if each.is_effective}
    return [{"disabledPlans": disabled[sku_id], "skuId": sku_id} for sku_id in user.sku_ids]


def _assignment_state(assignment: Assignment, user: SimulatedUser) -> dict[str, Any]:
    return {
        "skuId": assignment.sku_id,
        "disabledPlans": list(assignment.disabled_plans),
        "assignedByGroup": assignment.group_id,
        "state": "Active" if assignment.is_effective else "Error",
        "error": assignment.error,
        "lastUpdatedDateTime": _time(user.created_at),
    }


def _proxy_addresses(user: SimulatedUser) -> list[str]:
    """In no useful order: the primary address is told by its capitals, and not all of them are for mail."""
    primary = [f"SMTP:{user.mail}"] if user.mail else []
    further = [f"smtp:{alias}" for alias in user.aliases]
    return [*further, *primary, f"SIP:{user.user_principal_name}"] if further else primary


def _sign_in_activity(user: SimulatedUser) -> dict[str, Any] | None:
    if user.last_sign_in_at is None:
        return None
    moment = _time(user.last_sign_in_at)
    return {
        "lastSignInDateTime": moment,
        "lastSignInRequestId": guid(user.id, "sign-in"),
        "lastSuccessfulSignInDateTime": moment,
    }


USER_PROPERTIES: Properties = {
    "businessPhones": lambda row: list(row.business_phones),
    "displayName": lambda row: row.display_name,
    "givenName": lambda row: row.given_name,
    "jobTitle": lambda row: row.job_title,
    "mail": lambda row: row.mail,
    "mobilePhone": lambda row: row.mobile_phone,
    "officeLocation": lambda row: None,
    "preferredLanguage": lambda row: None,
    "surname": lambda row: row.surname,
    "userPrincipalName": lambda row: row.user_principal_name,
    "id": lambda row: row.id,
    "accountEnabled": lambda row: row.account_enabled,
    "assignedLicenses": _assigned_licenses,
    "createdDateTime": lambda row: _time(row.created_at),
    "department": lambda row: row.department,
    "licenseAssignmentStates": lambda row: [_assignment_state(each, row) for each in row.assignments],
    "mailNickname": lambda row: row.user_principal_name.partition("@")[0],
    "onPremisesSyncEnabled": lambda row: None,
    "otherMails": lambda row: [],
    "proxyAddresses": _proxy_addresses,
    "signInActivity": _sign_in_activity,
    "usageLocation": lambda row: row.usage_location,
    "userType": lambda row: row.user_type,
}
USER_DEFAULTS = tuple(USER_PROPERTIES)[:11]
USER_BASICS = frozenset({"displayName", "givenName", "id", "mail", "surname", "userPrincipalName"})


def _verified_domains(tenant: SimulatedTenant) -> list[dict[str, Any]]:
    names = (tenant.profile.initial_domain, tenant.default_domain)
    capabilities = "Email, OfficeCommunicationsOnline"
    return [
        {
            "capabilities": capabilities,
            "isDefault": is_own,
            "isInitial": not is_own,
            "name": name,
            "type": "Managed",
        }
        for is_own, name in zip((False, True), names, strict=True)
    ]


ORGANIZATION_PROPERTIES: Properties = {
    "id": lambda row: row.tenant_id,
    "deletedDateTime": lambda row: None,
    "businessPhones": lambda row: [],
    "city": lambda row: row.profile.city,
    "country": lambda row: None,
    "countryLetterCode": lambda row: row.profile.country,
    "createdDateTime": lambda row: _time(row.profile.created_at),
    "defaultUsageLocation": lambda row: row.profile.country,
    "displayName": lambda row: row.display_name,
    "marketingNotificationEmails": lambda row: [],
    "onPremisesLastSyncDateTime": lambda row: None,
    "onPremisesSyncEnabled": lambda row: None,
    "partnerTenantType": lambda row: None,
    "postalCode": lambda row: None,
    "preferredLanguage": lambda row: row.profile.language[:2],
    "securityComplianceNotificationMails": lambda row: [],
    "securityComplianceNotificationPhones": lambda row: [],
    "state": lambda row: None,
    "street": lambda row: None,
    "technicalNotificationMails": lambda row: [f"it@{row.default_domain}"],
    "tenantType": lambda row: "AAD",
    "verifiedDomains": _verified_domains,
    "assignedPlans": lambda row: [],
    "provisionedPlans": lambda row: [],
}

CONTRACT_PROPERTIES: Properties = {
    "id": lambda row: guid(row.tenant.tenant_id, "contract"),
    "deletedDateTime": lambda row: None,
    "contractType": lambda row: "ResellerPartner",
    "customerId": lambda row: row.tenant.tenant_id,
    "defaultDomainName": lambda row: row.tenant.profile.default_domain,
    "displayName": lambda row: row.tenant.profile.display_name,
}

DELEGATED_CUSTOMER_PROPERTIES: Properties = {
    "id": lambda row: row.tenant.tenant_id,
    "tenantId": lambda row: row.tenant.tenant_id,
    "displayName": lambda row: row.tenant.profile.display_name,
}
