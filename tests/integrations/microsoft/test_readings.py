"""Whole readings of simulated tenants: equal to the truth whatever the weather, or an error."""

import itertools
import math
import time
from uuid import UUID

import pytest

from integrations.microsoft import transport as transport_module
from integrations.microsoft.batch import BatchRequest
from integrations.microsoft.client import GraphClient
from integrations.microsoft.errors import MicrosoftError, PermanentError, ThrottledError, TransientError
from integrations.microsoft.readings import (
    read_contracts,
    read_delegated_customers,
    read_organization,
    read_sign_ins,
    read_subscribed_skus,
    read_subscriptions,
    read_users,
)
from integrations.microsoft.records import Contract, DelegatedCustomer
from integrations.microsoft.simulator import AUDIT_LOG_READ, DELEGATED_ADMIN_READ, USER_READ, Fault
from integrations.problems import Problem

PAGE_SIZE = 999


def users_of(client):
    with read_users(client) as users:
        return list(users)


def licenses_read(client):
    """What the readings say of every SKU, in the form of the simulator's truth."""
    users = users_of(client)
    return {
        (
            str(sku.sku_id),
            sku.part_number,
            sku.applies_to,
            (sku.enabled, sku.warning, sku.suspended, sku.locked_out, sku.consumed),
            frozenset(user.user_principal_name for user in users if sku.sku_id in user.sku_ids),
        )
        for sku in read_subscribed_skus(client)
    }


def licenses_in_truth(tenant):
    return {
        (
            each.sku_id,
            each.part_number,
            each.applies_to,
            (each.enabled, each.warning, each.suspended, each.locked_out, each.consumed),
            frozenset(each.holders),
        )
        for each in tenant.licenses()
    }


@pytest.fixture
def tenants(simulator):
    return simulator.world.tenants


@pytest.fixture
def small(tenants):
    return min(tenants, key=lambda tenant: len(tenant.users))


@pytest.fixture
def large(tenants):
    """More people than fit on one page."""
    tenant = max(tenants, key=lambda tenant: len(tenant.users))
    assert len(tenant.users) > PAGE_SIZE
    return tenant


@pytest.fixture
def calls(simulator):
    """How often an endpoint was called since the test began."""
    before = len(simulator.requests)

    def calls(endpoint):
        return sum(request.endpoint == endpoint for request in simulator.requests[before:])

    return calls


@pytest.mark.parametrize("index", range(12))
def test_every_tenant_is_read_as_it_is(tenants, client_of, index):
    tenant = tenants[index]
    client = client_of(tenant)
    organization = read_organization(client)
    assert (organization.id, organization.display_name) == (UUID(tenant.tenant_id), tenant.display_name)
    assert organization.default_domain == tenant.default_domain
    assert licenses_read(client) == licenses_in_truth(tenant)
    assert {user.id for user in users_of(client)} == {UUID(user.id) for user in tenant.users}
    assert {
        (subscription.id, subscription.status, subscription.is_trial, subscription.total_licenses)
        for subscription in read_subscriptions(client)
    } == {(each.id, each.status, each.is_trial, each.total) for each in tenant.subscriptions}


def test_reading_costs_one_call_each_and_one_for_every_page_of_users(large, client_of, calls):
    client = client_of(large)
    for read in (read_organization, read_subscribed_skus, read_subscriptions, users_of):
        read(client)
    assert calls("users") == math.ceil(len(large.users) / PAGE_SIZE)
    assert [calls(name) for name in ("organization", "subscribedSkus", "directory/subscriptions")] == [
        1,
        1,
        1,
    ]
    assert [calls(name) for name in ("discovery", "token")] == [1, 1]
    assert client.calls == 3 + calls("users")


PASSING = [
    Fault.throttled(retry_after=2),
    Fault.throttled(retry_after=None),
    Fault.throttled_until(seconds=3),
    Fault.server_error(500),
    Fault.server_error(502),
    Fault.server_error(503, retry_after=2),
    Fault.server_error(504),
    Fault.cut(share=0),
    Fault.cut(share=0.5),
    Fault.truncated(),
    Fault.html(),
    Fault.html(status=503),
    Fault.missing_value(),
    Fault.redirected("https://localhost/elsewhere"),
    Fault.expired_token(),
    Fault.invalid_token(),
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault.kind} {dict(fault.options)}")
@pytest.mark.parametrize("endpoint", ["subscribedSkus", "users"])
def test_passing_trouble_leaves_no_trace(simulator, large, client_of, calls, fault, endpoint):
    truth = licenses_in_truth(large)
    simulator.misbehave(fault, tenant=large.tenant_id, endpoint=endpoint, times=1)
    assert licenses_read(client_of(large)) == truth
    assert (
        calls(endpoint) == 2 if endpoint == "subscribedSkus" else 1 + math.ceil(len(large.users) / PAGE_SIZE)
    )


@pytest.mark.parametrize("fault", [Fault.throttled(retry_after=2), Fault.cut(), Fault.expired_token()])
def test_passing_trouble_on_a_later_page_leaves_no_trace(simulator, large, client_of, fault):
    simulator.misbehave(fault.on_page(2), tenant=large.tenant_id, endpoint="users", times=1)
    assert len(users_of(client_of(large))) == len(large.users)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.duplicated(),
        Fault.huge(),
        Fault.wrong_content_type(),
        Fault.slow(0.05),
    ],
    ids=lambda fault: fault.kind,
)
def test_oddities_are_normal(simulator, large, client_of, naps, fault):
    simulator.misbehave(fault, tenant=large.tenant_id)
    assert licenses_read(client_of(large)) == licenses_in_truth(large)
    assert len(users_of(client_of(large))) == len(large.users)
    assert naps == []


def test_words_nobody_knows_yet_are_passed_on(simulator, small, client_of):
    simulator.misbehave(Fault.unknown_values(), tenant=small.tenant_id)
    client = client_of(small)
    skus, users = read_subscribed_skus(client), users_of(client)
    assert {(sku.applies_to, sku.capability_status) for sku in skus} == {("unknownFutureValue",) * 2}
    assert {user.user_type for user in users} == {"unknownFutureValue"}
    assert (len(skus), len(users)) == (len(small.skus), len(small.users))


def test_empty_page_with_a_link_is_not_the_end(simulator, large, client_of, calls):
    simulator.misbehave(Fault.empty_page(), tenant=large.tenant_id, endpoint="users", times=1)
    assert len(users_of(client_of(large))) == len(large.users)
    assert calls("users") == 1 + math.ceil(len(large.users) / PAGE_SIZE)


LASTING = [
    (Fault.throttled(retry_after=3), (Problem.THROTTLED, 3.0)),
    (Fault.throttled(retry_after=None), (Problem.THROTTLED, None)),
    (Fault.server_error(500), (Problem.UNAVAILABLE, None)),
    (Fault.server_error(503, retry_after=5), (Problem.UNAVAILABLE, 5.0)),
    (Fault.cut(), (Problem.UNREACHABLE, None)),
    (Fault.truncated(), (Problem.MALFORMED_ANSWER, None)),
    (Fault.html(), (Problem.MALFORMED_ANSWER, None)),
    (Fault.missing_value(), (Problem.MALFORMED_ANSWER, None)),
    (Fault.without("id"), (Problem.MALFORMED_ANSWER, None)),
    (Fault.without("assignedLicenses"), (Problem.MALFORMED_ANSWER, None)),
    (Fault.lost_page(), (Problem.MALFORMED_ANSWER, None)),
    (Fault.looping_page(), (Problem.MALFORMED_ANSWER, None)),
    (Fault.foreign_page(), (Problem.MALFORMED_ANSWER, None)),
    (Fault.redirected("https://localhost/elsewhere"), (Problem.MALFORMED_ANSWER, None)),
    (Fault.expired_token(), (Problem.PERMISSION_MISSING, None)),
    (Fault.consent_missing(), (Problem.PERMISSION_MISSING, None)),
    (Fault.consent_missing().on_page(2), (Problem.PERMISSION_MISSING, None)),
    (Fault.refused(410, "resyncRequired").on_page(2), (Problem.MALFORMED_ANSWER, None)),
    (Fault.refused(400, "Request_UnsupportedQuery"), (Problem.UNEXPECTED, None)),
]


@pytest.mark.parametrize(
    ("fault", "verdict"),
    LASTING,
    ids=[f"{fault.kind} {dict(fault.options)} {fault.from_page}" for fault, *_rest in LASTING],
)
def test_lasting_trouble_is_an_error(simulator, large, client_of, naps, fault, verdict):
    simulator.misbehave(fault, tenant=large.tenant_id, endpoint="users")
    with pytest.raises(MicrosoftError) as caught:
        users_of(client_of(large))
    assert (caught.value.problem, caught.value.retry_after) == verdict
    assert sum(naps) <= 8
    assert caught.value.problem.is_transient or naps == []


def test_failure_can_be_looked_up_at_microsoft(simulator, small, client_of):
    simulator.misbehave(Fault.consent_missing(), tenant=small.tenant_id, endpoint="users")
    with pytest.raises(PermanentError) as caught:
        users_of(client_of(small))
    assert caught.value.codes == ("Authorization_RequestDenied",)
    assert UUID(caught.value.request_id)


def test_refused_token_is_replaced_once(simulator, small, client_of, calls):
    simulator.misbehave(Fault.expired_token(), tenant=small.tenant_id, endpoint="users")
    with pytest.raises(PermanentError):
        users_of(client_of(small))
    assert (calls("users"), calls("token")) == (2, 2)


def test_one_tenants_trouble_is_not_anothers(simulator, small, large, client_of):
    simulator.misbehave(Fault.server_error(503), tenant=small.tenant_id)
    with pytest.raises(TransientError):
        users_of(client_of(small))
    assert len(users_of(client_of(large))) == len(large.users)


def test_another_tenants_answer_is_refused(simulator, small, client_of):
    simulator.misbehave(Fault.another_tenants(), tenant=small.tenant_id, endpoint="organization")
    with pytest.raises(PermanentError) as caught:
        read_organization(client_of(small))
    assert caught.value.problem is Problem.WRONG_TENANT


def test_no_organization_is_no_tenant(simulator, small, client_of):
    simulator.misbehave(Fault.empty(), tenant=small.tenant_id, endpoint="organization")
    with pytest.raises(MicrosoftError) as caught:
        read_organization(client_of(small))
    assert caught.value.problem is Problem.MALFORMED_ANSWER


def test_permission_granted_later_is_seen_by_the_next_reading(simulator, small, client_of):
    simulator.grant_consent(small.tenant_id, roles=["Organization.Read.All"])
    client = client_of(small)
    try:
        read_subscribed_skus(client)
        with pytest.raises(PermanentError) as caught:
            users_of(client)
        assert caught.value.problem is Problem.PERMISSION_MISSING
    finally:
        simulator.grant_consent(small.tenant_id)
    assert len(users_of(client)) == len(small.users)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault.throttled(retry_after=2), Problem.THROTTLED),
        (Fault.server_error(503), Problem.UNAVAILABLE),
        (Fault.cut(), Problem.UNREACHABLE),
        (Fault.html(), Problem.MALFORMED_ANSWER),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
def test_trouble_at_sign_in_is_sat_out_too(simulator, small, client_of, naps, fault, problem):
    simulator.misbehave(fault, tenant=small.tenant_id, endpoint="token", times=1)
    assert len(users_of(client_of(small))) == len(small.users)
    assert len(naps) == 1


def test_answer_slower_than_the_time_allowed_is_not_waited_for(simulator, small, client_of, monkeypatch):
    monkeypatch.setattr(transport_module, "READ_SECONDS", 0.2)
    simulator.misbehave(Fault.slow(2), tenant=small.tenant_id, endpoint="users")
    with pytest.raises(TransientError) as caught:
        users_of(client_of(small, patience=0))
    assert (caught.value.problem, caught.value.detail) == (Problem.UNREACHABLE, "GET localhost: ReadTimeout")


def test_retry_after_is_obeyed_to_the_second(simulator, cloud, identity, small):
    simulator.misbehave(Fault.throttled(retry_after=1), tenant=small.tenant_id, endpoint="users", times=2)
    before = len(simulator.requests)
    users_of(GraphClient(cloud, identity, small.tenant_id, sleep=time.sleep))
    times = [request.time for request in simulator.requests[before:] if request.endpoint == "users"]
    assert len(times) == 3
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(times))


def test_throttled_application_is_told_from_a_throttled_tenant(simulator, small, client_of, naps):
    simulator.misbehave(Fault.throttled(retry_after=1, scope="Application"), tenant=small.tenant_id)
    with pytest.raises(ThrottledError) as caught:
        users_of(client_of(small))
    assert (caught.value.app_wide, naps) == (True, [])


def test_batch_reads_several_things_at_once(simulator, small, client_of, calls):
    requests = [
        BatchRequest("/organization"),
        BatchRequest("/nothing"),
        *[BatchRequest("/subscribedSkus")] * 19,
    ]
    answers = client_of(small).batch(requests)
    assert [answer.status for answer in answers] == [200, 400, *[200] * 19]
    assert answers[0].document["value"][0]["id"] == small.tenant_id
    assert {len(answer.document["value"]) for answer in answers[2:]} == {len(small.skus)}
    assert answers[1].error.problem is Problem.UNEXPECTED
    assert calls("$batch") == 2


def test_consent_withdrawn_keeps_the_old_token_and_gives_no_new_one(simulator, small, client_of, identity):
    client = client_of(small)
    read_subscribed_skus(client)
    simulator.revoke_consent(small.tenant_id)
    try:
        read_subscribed_skus(client)
        identity.forget(small.tenant_id)
        with pytest.raises(PermanentError) as caught:
            read_subscribed_skus(client)
        assert caught.value.problem is Problem.CONSENT_MISSING
    finally:
        simulator.grant_consent(small.tenant_id)


def test_people_are_read_with_every_address_and_phone(large, client_of):
    read = {str(user.id): user for user in users_of(client_of(large))}
    for user in large.users:
        addresses = (user.mail, *user.aliases) if user.mail else ()
        assert read[user.id].aliases == addresses
        assert read[user.id].business_phones == user.business_phones
        assert read[user.id].mobile_phone == (user.mobile_phone or "")
    assert {len(user.aliases) for user in read.values()} == {0, 1, 2, 3}
    assert {len(user.business_phones) for user in read.values()} == {0, 1, 2}


def test_sign_ins_are_read_of_everybody_who_ever_did(simulator, large, client_of, allow, naps, calls):
    allow(large, USER_READ, AUDIT_LOG_READ)
    assert read_sign_ins(client_of(large)) == {
        UUID(user.id): user.last_sign_in_at.date() for user in large.users if user.last_sign_in_at
    }
    assert any(user.last_sign_in_at is None for user in large.users)
    # Five requests in ten seconds are all that Microsoft takes.
    assert naps == [2.0] * (calls("users") - 1)


def test_sign_ins_need_a_permission_and_a_premium_tenant(large, small, client_of, allow):
    verdicts = {}
    allow(small, USER_READ, AUDIT_LOG_READ)
    for tenant in (large, small):
        with pytest.raises(PermanentError) as caught:
            read_sign_ins(client_of(tenant))
        verdicts[tenant.tenant_id] = caught.value.problem, caught.value.codes
    assert verdicts == {
        large.tenant_id: (Problem.PERMISSION_MISSING, ("Authorization_RequestDenied",)),
        small.tenant_id: (
            Problem.PREMIUM_MISSING,
            ("Authentication_RequestFromNonPremiumTenantOrB2CTenant",),
        ),
    }


def test_partner_reads_its_customers_by_contract(simulator, tenants, small, client_of, allow):
    assert read_contracts(client_of(simulator.world.partner)) == tuple(
        Contract(UUID(each.tenant_id), each.profile.display_name, each.default_domain) for each in tenants
    )
    allow(small, "Directory.Read.All")
    assert read_contracts(client_of(small)) == ()


def test_partner_reads_its_customers_by_delegation(simulator, tenants, client_of, allow):
    partner = simulator.world.partner
    with pytest.raises(PermanentError) as caught:
        read_delegated_customers(client_of(partner))
    assert caught.value.problem is Problem.PERMISSION_MISSING

    allow(partner, DELEGATED_ADMIN_READ)
    assert read_delegated_customers(client_of(partner)) == tuple(
        DelegatedCustomer(UUID(each.tenant_id), each.profile.display_name) for each in tenants
    )


def test_slow_token_sends_nothing_after_the_work_was_stopped(simulator, small, client_of, calls):
    class StoppedError(Exception):
        pass

    stopped_at = time.monotonic() + 0.15

    def checkpoint():
        if time.monotonic() > stopped_at:
            raise StoppedError

    simulator.misbehave(Fault.slow(0.4), tenant=small.tenant_id, endpoint="token", times=1)
    with pytest.raises(StoppedError):
        read_organization(client_of(small, checkpoint=checkpoint))
    assert (calls("token"), calls("organization")) == (1, 0)
