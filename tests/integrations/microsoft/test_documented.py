"""Answers in the form Microsoft documents, read by the same client and parse functions as any other."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from integrations.microsoft.client import GraphClient
from integrations.microsoft.errors import PermanentError
from integrations.microsoft.readings import (
    read_organization,
    read_subscribed_skus,
    read_subscriptions,
    read_users,
)
from integrations.microsoft.records import (
    CompanySubscription,
    DirectoryUser,
    SubscribedSku,
    TenantOrganization,
)
from integrations.problems import Problem
from tests.integrations.microsoft.scripted import Reply

DOCUMENTED = Path(__file__).with_name("documented")
BIRCH = UUID("2b1c7f50-93e0-4f5d-8c2a-51d6f0a7be34")
BUSINESS_PREMIUM = UUID("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46")
MICROSOFT_365_E3 = UUID("05e9a617-0261-4cee-bb44-138d3ef5d965")
OFFICE_365_E3 = UUID("6fd2c87f-b296-42f0-b197-1e91e994b900")


def documented(name, status=200):
    return Reply(status, (DOCUMENTED / f"{name}.json").read_bytes())


@pytest.fixture
def birch(origin):
    origin.accept(str(BIRCH))
    identity = origin.identity()
    yield GraphClient(origin.cloud, identity, str(BIRCH))
    identity.close()


def test_documented_organization(origin, birch):
    origin.answer("/v1.0/organization", documented("organization"))
    assert read_organization(birch) == TenantOrganization(
        id=BIRCH,
        display_name="Birch Dental",
        default_domain="birchdental.example",
        verified_domains=("birchdental.onmicrosoft.com", "birchdental.example"),
    )


def test_documented_skus_count_by_number_not_by_status(origin, birch):
    origin.answer("/v1.0/subscribedSkus", documented("subscribedSkus"))
    enabled, suspended, in_grace = read_subscribed_skus(birch)
    assert enabled == SubscribedSku(
        sku_id=BUSINESS_PREMIUM,
        part_number="SPB",
        applies_to="User",
        capability_status="Enabled",
        enabled=25,
        warning=0,
        suspended=0,
        locked_out=0,
        consumed=21,
        subscription_ids=("7a30c1be-0f0e-4b5f-9d37-e1f4d6c2a890",),
    )
    assert (suspended.sku_id, suspended.enabled, suspended.suspended) == (MICROSOFT_365_E3, 0, 10)
    assert (in_grace.sku_id, in_grace.capability_status, in_grace.enabled) == (OFFICE_365_E3, "Enabled", 0)
    assert (in_grace.warning, in_grace.consumed) == (1100, 1100)


def test_documented_subscriptions(origin, birch):
    origin.answer("/v1.0/directory/subscriptions", documented("subscriptions"))
    assert read_subscriptions(birch) == (
        CompanySubscription(
            id="7a30c1be-0f0e-4b5f-9d37-e1f4d6c2a890",
            sku_id=BUSINESS_PREMIUM,
            status="Enabled",
            is_trial=False,
            total_licenses=25,
            created_at=datetime(2025, 3, 1, tzinfo=UTC),
            next_lifecycle_at=datetime(2026, 3, 1, tzinfo=UTC),
            owner_tenant_id=UUID("331a9e60-7c4d-4f18-a2b5-6d0e8f3c1b97"),
        ),
        CompanySubscription(
            id="c2d86a4f-5c1d-4a0f-b1f6-3a9e7b0d5e12",
            sku_id=MICROSOFT_365_E3,
            status="Suspended",
            is_trial=True,
            total_licenses=10,
            created_at=datetime(2024, 6, 15, 9, 30, tzinfo=UTC),
            next_lifecycle_at=None,
            owner_tenant_id=None,
        ),
    )


def test_documented_users(origin, birch):
    origin.answer("/v1.0/users", documented("users"))
    with read_users(birch) as users:
        read = tuple(users)
    assert read == (
        DirectoryUser(
            id=UUID("0b5ae1f6-6d3f-4be4-8f0a-2d1f8d2f7a11"),
            user_principal_name="mia.gruber@birchdental.example",
            display_name="Mia Gruber",
            given_name="Mia",
            surname="Gruber",
            mail="mia.gruber@birchdental.example",
            job_title="Dentist",
            account_enabled=True,
            user_type="Member",
            sku_ids=frozenset({BUSINESS_PREMIUM, MICROSOFT_365_E3}),
            aliases=("mia.gruber@birchdental.example", "mia@birchdental.onmicrosoft.com"),
            business_phones=("+43 1 555 0100",),
            mobile_phone="+43 664 555 0101",
        ),
        DirectoryUser(
            id=UUID("94c07d1a-2b6e-47f3-8d59-0e1f2a3b4c5d"),
            user_principal_name="jon_example.org#EXT#@birchdental.onmicrosoft.com",
            display_name="",
            given_name="",
            surname="",
            mail="",
            job_title="",
            account_enabled=False,
            user_type="Guest",
            sku_ids=frozenset(),
        ),
    )


def test_documented_refusal(origin, birch):
    origin.answer("/v1.0/users", documented("denied", status=403))
    with pytest.raises(PermanentError) as caught:
        read_users(birch)
    assert (caught.value.problem, caught.value.codes) == (
        Problem.PERMISSION_MISSING,
        ("Authorization_RequestDenied",),
    )
