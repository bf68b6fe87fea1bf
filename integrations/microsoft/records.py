"""Graph's answers as plain values. Nulls, new properties and unknown words are normal; a missing fact is an error."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from integrations.microsoft.members import (
    Document,
    flag,
    items,
    mapping,
    moment,
    number,
    parsed_uuid,
    required_text,
    text,
    texts,
    uuid,
    uuid_or_none,
)


@dataclass(frozen=True, slots=True)
class TenantOrganization:
    id: UUID
    display_name: str
    default_domain: str
    verified_domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubscribedSku:
    """One product of a tenant, all its subscriptions pooled."""

    sku_id: UUID
    part_number: str
    applies_to: str
    capability_status: str
    enabled: int
    warning: int
    suspended: int
    locked_out: int
    consumed: int
    subscription_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompanySubscription:
    id: str
    sku_id: UUID
    status: str
    is_trial: bool
    total_licenses: int
    created_at: datetime | None
    next_lifecycle_at: datetime | None
    owner_tenant_id: UUID | None


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A person or resource account. Texts Microsoft leaves null are empty. `aliases` are all addresses that take mail,
    the primary one first."""

    id: UUID
    user_principal_name: str
    display_name: str
    given_name: str
    surname: str
    mail: str
    job_title: str
    account_enabled: bool
    user_type: str
    sku_ids: frozenset[UUID]
    aliases: tuple[str, ...] = ()
    business_phones: tuple[str, ...] = ()
    mobile_phone: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A customer of a reseller, under the name it had when the contract was made."""

    customer_id: UUID
    display_name: str
    default_domain: str


@dataclass(frozen=True, slots=True)
class DelegatedCustomer:
    """A tenant in which a partner has delegated administration."""

    tenant_id: UUID
    display_name: str


def parse_organization(document: Document) -> TenantOrganization:
    domains = items(document, "verifiedDomains")
    return TenantOrganization(
        id=uuid(document, "id"),
        display_name=text(document, "displayName"),
        default_domain=next((text(domain, "name") for domain in domains if flag(domain, "isDefault")), ""),
        verified_domains=tuple(text(domain, "name") for domain in domains),
    )


def parse_subscribed_sku(document: Document) -> SubscribedSku:
    # Without prepaidUnits the number of licenses is unknown, which is not the same as none.
    units = mapping(document, "prepaidUnits")
    return SubscribedSku(
        sku_id=uuid(document, "skuId"),
        part_number=text(document, "skuPartNumber"),
        applies_to=text(document, "appliesTo", default="User"),
        capability_status=text(document, "capabilityStatus"),
        enabled=number(units, "enabled", default=0),
        warning=number(units, "warning", default=0),
        suspended=number(units, "suspended", default=0),
        locked_out=number(units, "lockedOut", default=0),
        consumed=number(document, "consumedUnits"),
        subscription_ids=texts(document, "subscriptionIds"),
    )


def parse_subscription(document: Document) -> CompanySubscription:
    return CompanySubscription(
        id=required_text(document, "id"),
        sku_id=uuid(document, "skuId"),
        status=text(document, "status"),
        is_trial=flag(document, "isTrial"),
        total_licenses=number(document, "totalLicenses", default=0),
        created_at=moment(document, "createdDateTime"),
        next_lifecycle_at=moment(document, "nextLifecycleDateTime"),
        owner_tenant_id=uuid_or_none(document, "ownerTenantId"),
    )


def parse_user(document: Document) -> DirectoryUser:
    return DirectoryUser(
        id=uuid(document, "id"),
        user_principal_name=text(document, "userPrincipalName"),
        display_name=text(document, "displayName"),
        given_name=text(document, "givenName"),
        surname=text(document, "surname"),
        mail=text(document, "mail"),
        job_title=text(document, "jobTitle"),
        account_enabled=flag(document, "accountEnabled", default=True),
        user_type=text(document, "userType"),
        # Absent licenses would read as "holds none" and take tags away, so they must be there.
        sku_ids=_combination(
            tuple(required_text(held, "skuId") for held in items(document, "assignedLicenses"))
        ),
        aliases=_mail_addresses(texts(document, "proxyAddresses")),
        business_phones=texts(document, "businessPhones"),
        mobile_phone=text(document, "mobilePhone"),
    )


def _mail_addresses(proxy_addresses: tuple[str, ...]) -> tuple[str, ...]:
    """`SMTP:` marks the primary address, `smtp:` a further one, and any other prefix something that is no e-mail."""
    parted = [proxy_address.partition(":") for proxy_address in proxy_addresses]
    addresses = [(kind, address) for kind, _, address in parted if kind.lower() == "smtp" and address]
    return tuple(address for _, address in sorted(addresses, key=lambda each: each[0] != "SMTP"))


# Most people of a tenant hold one of a few combinations: shared, they take half the memory.
@lru_cache(maxsize=4096)
def _combination(sku_ids: tuple[str, ...]) -> frozenset[UUID]:
    return frozenset(parsed_uuid(sku_id, name="skuId") for sku_id in sku_ids)


def parse_contract(document: Document) -> Contract:
    return Contract(
        customer_id=uuid(document, "customerId"),
        display_name=text(document, "displayName"),
        default_domain=text(document, "defaultDomainName"),
    )


def parse_delegated_customer(document: Document) -> DelegatedCustomer:
    return DelegatedCustomer(tenant_id=uuid(document, "tenantId"), display_name=text(document, "displayName"))


def parse_sign_in(document: Document) -> tuple[UUID, date | None]:
    """Who signed in last when; None for never."""
    activity = mapping(document, "signInActivity") if document.get("signInActivity") else {}
    # Microsoft has told successes apart since late 2023 only; before, any sign-in is the best there is.
    successful = moment(activity, "lastSuccessfulSignInDateTime")
    tried = (moment(activity, name) for name in ("lastSignInDateTime", "lastNonInteractiveSignInDateTime"))
    latest = successful or max((each for each in tried if each), default=None)
    return uuid(document, "id"), latest.date() if latest else None
