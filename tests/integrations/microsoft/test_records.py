from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from integrations.microsoft.errors import MalformedAnswerError
from integrations.microsoft.records import (
    CompanySubscription,
    DirectoryUser,
    SubscribedSku,
    parse_organization,
    parse_sign_in,
    parse_subscribed_sku,
    parse_subscription,
    parse_user,
)

SPB = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"
SOMEBODY = "0b5ae1f6-6d3f-4be4-8f0a-2d1f8d2f7a11"


def sku(**changes):
    return {
        "skuId": SPB,
        "skuPartNumber": "SPB",
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": 21,
        "prepaidUnits": {"enabled": 25, "suspended": 0, "warning": 2, "lockedOut": 1},
        "subscriptionIds": ["7a30"],
        **changes,
    }


def user(**changes):
    return {"id": SOMEBODY, "userPrincipalName": "mia@birch.test", "assignedLicenses": [], **changes}


def without(document, name):
    return {key: value for key, value in document.items() if key != name}


def test_sku_keeps_every_count_apart():
    assert parse_subscribed_sku(sku()) == SubscribedSku(
        sku_id=UUID(SPB),
        part_number="SPB",
        applies_to="User",
        capability_status="Enabled",
        enabled=25,
        warning=2,
        suspended=0,
        locked_out=1,
        consumed=21,
        subscription_ids=("7a30",),
    )


def test_sku_with_news_and_nulls_is_normal():
    read = parse_subscribed_sku(
        sku(
            capabilityStatus="Hibernating",
            skuPartNumber=None,
            appliesTo=None,
            subscriptionIds=None,
            accountMood="new property",
            prepaidUnits={"enabled": None, "warning": 3},
        )
    )
    assert read.capability_status == "Hibernating"
    assert (read.part_number, read.applies_to, read.subscription_ids) == ("", "User", ())
    assert (read.enabled, read.warning, read.suspended, read.locked_out) == (0, 3, 0, 0)


@pytest.mark.parametrize(
    "document",
    [
        without(sku(), "skuId"),
        without(sku(), "consumedUnits"),
        without(sku(), "prepaidUnits"),
        sku(skuId="not a guid"),
        sku(skuId=None),
        sku(consumedUnits="21"),
        sku(consumedUnits=True),
        sku(consumedUnits=-1),
        sku(consumedUnits=2**31),
        sku(prepaidUnits=None),
        sku(prepaidUnits={"enabled": 2.5}),
        sku(subscriptionIds=[7]),
        sku(skuPartNumber=7),
    ],
)
def test_sku_without_a_needed_fact_is_an_error_not_a_zero(document):
    with pytest.raises(MalformedAnswerError):
        parse_subscribed_sku(document)


def test_user_holding_a_license_directly_and_by_group_holds_it_once():
    read = parse_user(user(assignedLicenses=[{"skuId": SPB}, {"skuId": SPB.upper(), "disabledPlans": []}]))
    assert read.sku_ids == frozenset({UUID(SPB)})


def test_user_with_nulls_has_empty_texts():
    texts = ("displayName", "givenName", "surname", "mail", "jobTitle", "userType", "mobilePhone")
    nulls = dict.fromkeys((*texts, "proxyAddresses", "businessPhones"))
    assert parse_user(user(**nulls, accountEnabled=None)) == DirectoryUser(
        id=UUID(SOMEBODY),
        user_principal_name="mia@birch.test",
        display_name="",
        given_name="",
        surname="",
        mail="",
        job_title="",
        account_enabled=True,
        user_type="",
        sku_ids=frozenset(),
        aliases=(),
        business_phones=(),
        mobile_phone="",
    )


def test_user_without_license_list_is_an_error_not_somebody_without_licenses():
    with pytest.raises(MalformedAnswerError):
        parse_user(without(user(), "assignedLicenses"))


def test_text_no_database_takes_is_made_storable():
    assert parse_user(user(displayName="Mia\0 \ud83d Birch")).display_name == "Mia ? Birch"


def test_subscription_tells_dates_trial_and_seller():
    assert parse_subscription(
        {
            "id": "7a30",
            "skuId": SPB,
            "status": "Warning",
            "isTrial": True,
            "totalLicenses": 25,
            "createdDateTime": "2025-03-01T00:00:00Z",
            "nextLifecycleDateTime": "2026-03-01T12:30:00.1234567Z",
            "ownerTenantId": "331a3d0e-6a4f-4c9d-8f58-6d1e4a3b2c10",
        }
    ) == CompanySubscription(
        id="7a30",
        sku_id=UUID(SPB),
        status="Warning",
        is_trial=True,
        total_licenses=25,
        created_at=datetime(2025, 3, 1, tzinfo=UTC),
        next_lifecycle_at=datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC),
        owner_tenant_id=UUID("331a3d0e-6a4f-4c9d-8f58-6d1e4a3b2c10"),
    )


@pytest.mark.parametrize("never", [None, "", "0001-01-01T00:00:00Z"])
def test_subscription_without_next_date_has_none(never):
    read = parse_subscription({"id": "7a30", "skuId": SPB, "nextLifecycleDateTime": never})
    assert (read.next_lifecycle_at, read.owner_tenant_id, read.is_trial) == (None, None, False)


@pytest.mark.parametrize("broken", [{"createdDateTime": "soon"}, {"isTrial": "yes"}, {"id": ""}])
def test_subscription_that_cannot_be_read_is_an_error(broken):
    with pytest.raises(MalformedAnswerError):
        parse_subscription({"id": "7a30", "skuId": SPB, **broken})


def test_organization_names_its_default_domain():
    domains = [
        {"name": "birch.onmicrosoft.com", "isInitial": True},
        {"name": "birch.test", "isDefault": True},
    ]
    read = parse_organization({"id": SOMEBODY, "displayName": "Birch Dental", "verifiedDomains": domains})
    assert (read.display_name, read.default_domain) == ("Birch Dental", "birch.test")
    assert read.verified_domains == ("birch.onmicrosoft.com", "birch.test")


def test_aliases_are_the_addresses_for_mail_with_the_primary_first():
    addresses = [
        "smtp:m@birch.test",
        "X500:/o=birch",
        "SMTP:mia@birch.test",
        "sip:mia@birch.test",
        "smtp:",
        "m",
    ]
    read = parse_user(user(proxyAddresses=addresses, businessPhones=["1", "2"], mobilePhone="3"))
    assert read.aliases == ("mia@birch.test", "m@birch.test")
    assert (read.business_phones, read.mobile_phone) == (("1", "2"), "3")


def signed_in(**moments):
    _, day = parse_sign_in({"id": SOMEBODY, "signInActivity": moments})
    return day


def test_last_sign_in_is_the_last_that_succeeded_or_else_the_last_there_is():
    older, newer = "2026-01-05T23:59:00Z", "2026-02-07T00:01:00Z"
    assert signed_in(lastSuccessfulSignInDateTime=older, lastSignInDateTime=newer) == date(2026, 1, 5)
    assert signed_in(lastSignInDateTime=older, lastNonInteractiveSignInDateTime=newer) == date(2026, 2, 7)
    assert signed_in(lastSuccessfulSignInDateTime=None, lastSignInDateTime=older) == date(2026, 1, 5)


@pytest.mark.parametrize(
    "activity",
    [{}, {"signInActivity": None}, {"signInActivity": {"lastSignInDateTime": "0001-01-01T00:00:00Z"}}],
)
def test_who_never_signed_in_has_no_date(activity):
    assert parse_sign_in({"id": SOMEBODY, **activity}) == (UUID(SOMEBODY), None)
