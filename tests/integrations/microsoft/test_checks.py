"""The test of a connection tries what a sync needs, and tells what each missing permission would cost."""

import time
from uuid import UUID

import pytest

from integrations.microsoft.checks import Customer, check_discovery, check_tenant
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.simulator import AUDIT_LOG_READ, DELEGATED_ADMIN_READ, DIRECTORY_READ, Fault
from integrations.problems import Problem

ORGANIZATION_READ, USER_READ = "Organization.Read.All", "User.Read.All"
ALL = ["sign-in", "organization", "skus", "subscriptions", "users", "sign-in-activity"]


@pytest.fixture
def dentist(simulator):
    """With Business Premium, and so with sign-in activity."""
    return simulator.world.tenants[0]


@pytest.fixture
def tiny(simulator):
    """Without a premium license."""
    return min(simulator.world.tenants, key=lambda tenant: len(tenant.users))


def verdicts(check):
    return {finding.key: (finding.ok, finding.problem) for finding in check.findings}


def refused(check):
    return {finding.key for finding in check.findings if not finding.ok}


def test_everything_allowed_is_found_well(cloud, secret, allow, dentist):
    allow(dentist, ORGANIZATION_READ, USER_READ, AUDIT_LOG_READ)
    check = check_tenant(cloud, secret, UUID(dentist.tenant_id))
    assert check.ok
    assert verdicts(check) == dict.fromkeys(ALL, (True, None))
    assert check.organization.id == UUID(dentist.tenant_id)
    assert (check.organization.display_name, check.organization.default_domain) == (
        dentist.display_name,
        dentist.default_domain,
    )
    assert [(str(sku.sku_id), sku.part_number, sku.consumed, sku.enabled) for sku in check.skus] == [
        (each.sku_id, each.part_number, each.consumed, each.enabled) for each in dentist.licenses()
    ]


def test_optional_permission_may_be_missing(cloud, secret, dentist):
    check = check_tenant(cloud, secret, dentist.tenant_id)
    assert check.ok
    assert [(each.key, each.problem) for each in check.findings if not each.ok] == [
        ("sign-in-activity", Problem.PERMISSION_MISSING)
    ]


def test_tenant_without_premium_is_not_told_to_grant_a_permission(cloud, secret, allow, tiny):
    allow(tiny, ORGANIZATION_READ, USER_READ, AUDIT_LOG_READ)
    check = check_tenant(cloud, secret, tiny.tenant_id)
    assert check.ok
    assert verdicts(check)["sign-in-activity"] == (False, Problem.PREMIUM_MISSING)


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        ([USER_READ], {"organization", "skus", "subscriptions"}),
        ([ORGANIZATION_READ], {"users"}),
        ([ORGANIZATION_READ, "User.ReadBasic.All"], {"users"}),
        (["LicenseAssignment.Read.All", USER_READ], {"organization", "subscriptions"}),
        ([], {"organization", "skus", "subscriptions", "users"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_every_missing_permission_is_named_with_its_cost(cloud, secret, allow, dentist, roles, missing):
    allow(dentist, *roles)
    check = check_tenant(cloud, secret, dentist.tenant_id)
    assert refused(check) == missing | {"sign-in-activity"}
    assert not check.ok
    for finding in check.findings:
        if finding.key in missing:
            assert finding.problem is Problem.PERMISSION_MISSING
            assert finding.permission in {ORGANIZATION_READ, USER_READ}
            assert finding.cost.endswith(".")


def test_refusal_can_be_looked_up_at_microsoft(cloud, secret, allow, dentist):
    allow(dentist, ORGANIZATION_READ)
    [users] = [
        each for each in check_tenant(cloud, secret, dentist.tenant_id).findings if each.key == "users"
    ]
    assert users.detail == "status 403 Authorization_RequestDenied"
    assert UUID(users.request_id)


def test_failed_sign_in_ends_the_check(simulator, cloud, dentist):
    wrong = ClientSecret(simulator.application_id, "wrong")
    before = len(simulator.requests)
    check = check_tenant(cloud, wrong, dentist.tenant_id)
    assert verdicts(check) == {"sign-in": (False, Problem.CREDENTIAL_WRONG)}
    assert (check.ok, check.organization, check.skus) == (False, None, ())
    assert [each.endpoint for each in simulator.requests[before:]] == ["discovery", "token"]


def test_check_after_a_repair_is_not_answered_from_memory(simulator, cloud, secret, dentist):
    simulator.revoke_consent(dentist.tenant_id)
    try:
        assert verdicts(check_tenant(cloud, secret, dentist.tenant_id)) == {
            "sign-in": (False, Problem.CONSENT_MISSING)
        }
    finally:
        simulator.grant_consent(dentist.tenant_id)
    assert check_tenant(cloud, secret, dentist.tenant_id).ok


def test_another_tenants_answer_ends_the_check_and_tells_nothing(simulator, cloud, secret, dentist):
    simulator.misbehave(Fault.another_tenants(), tenant=dentist.tenant_id)
    check = check_tenant(cloud, secret, dentist.tenant_id)
    assert verdicts(check) == {"sign-in": (True, None), "organization": (False, Problem.WRONG_TENANT)}
    assert (check.ok, check.organization, check.skus) == (False, None, ())


def test_nothing_is_waited_out(simulator, cloud, secret, dentist):
    simulator.misbehave(Fault.throttled(retry_after=5), tenant=dentist.tenant_id)
    started = time.monotonic()
    check = check_tenant(cloud, secret, dentist.tenant_id)
    assert time.monotonic() - started < 4
    assert {problem for _, problem in verdicts(check).values()} == {None, Problem.THROTTLED}


def test_tenant_id_that_is_none_is_a_finding_and_no_request(simulator, cloud, secret):
    before = len(simulator.requests)
    assert verdicts(check_tenant(cloud, secret, "common")) == {"sign-in": (False, Problem.TENANT_UNKNOWN)}
    assert len(simulator.requests) == before


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        ([DIRECTORY_READ], {"contracts"}),
        ([DELEGATED_ADMIN_READ], {"delegated-customers"}),
        ([DIRECTORY_READ, DELEGATED_ADMIN_READ], {"contracts", "delegated-customers"}),
    ],
)
def test_customers_are_found_by_either_permission(simulator, cloud, secret, allow, roles, found):
    world = simulator.world
    allow(world.partner, *roles)
    check = check_discovery(cloud, secret, world.partner.tenant_id)
    assert check.ok
    assert {each.key for each in check.findings if each.ok} == {"sign-in"} | found
    with_domain = "contracts" in found
    assert set(check.customers) == {
        Customer(UUID(each.tenant_id), each.profile.display_name, each.default_domain if with_domain else "")
        for each in world.tenants
    }
    assert len(check.customers) == len(world.tenants)


def test_discovery_without_either_permission_says_which_there_are(simulator, cloud, secret, allow):
    allow(simulator.world.partner, ORGANIZATION_READ)
    check = check_discovery(cloud, secret, simulator.world.partner.tenant_id)
    assert (check.ok, check.customers) == (False, ())
    assert [(each.permission, each.problem) for each in check.findings if not each.ok] == [
        (DIRECTORY_READ, Problem.PERMISSION_MISSING),
        (DELEGATED_ADMIN_READ, Problem.PERMISSION_MISSING),
    ]


def test_discovery_that_cannot_sign_in_stops_there(simulator, cloud):
    wrong = ClientSecret(simulator.application_id, "wrong")
    check = check_discovery(cloud, wrong, simulator.world.partner.tenant_id)
    assert (check.ok, verdicts(check)) == (False, {"sign-in": (False, Problem.CREDENTIAL_WRONG)})
