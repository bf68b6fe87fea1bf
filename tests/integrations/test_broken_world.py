"""Three hundred clients, one in twenty of them broken, in twelve ways: the others arrive, and each broken one says why."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.engine.drain import drain
from integrations.microsoft.simulator import Fault
from integrations.models import SyncRun, TenantMatch
from integrations.problems import Problem
from integrations.states import RunState, SyncState
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from tests.factories import connect_to

TENANTS, BROKEN = 300, 15

#: Faults of Graph's, where they strike, and what they are called afterwards.
FAULTS = (
    (Fault.refused(403, "Authorization_RequestDenied"), "users", Problem.PERMISSION_MISSING),
    (Fault.invalid_token(), "subscribedSkus", Problem.PERMISSION_MISSING),
    (Fault.another_tenants(), "organization", Problem.WRONG_TENANT),
    (Fault.another_tenants(), "users", Problem.WRONG_TENANT),
    (Fault.server_error(503), "directory/subscriptions", Problem.UNAVAILABLE),
    (Fault.cut(), "subscribedSkus", Problem.UNREACHABLE),
    (Fault.html(), "users", Problem.MALFORMED_ANSWER),
    (Fault.truncated(), "subscribedSkus", Problem.MALFORMED_ANSWER),
    (Fault.foreign_page(), "users", Problem.MALFORMED_ANSWER),
    (Fault.throttled(retry_after=1), "users", Problem.DEADLINE),
)


@pytest.mark.timeout(300)
def test_of_three_hundred_tenants_the_healthy_arrive_and_the_broken_say_why(
    simulated, account, begin, in_threads, impatient, tenant_syncs
):
    simulator = simulated(tenants=TENANTS)
    connected = connect_to(simulator, account)
    broken, expected = _break(simulator, account)
    run = begin(connected)
    endless = list(expected.values()).count(Problem.DEADLINE)
    in_threads(*[lambda: _work(run, but=endless)] * 3)
    _let_the_deadline_pass(run)
    drain(account.pk, run.pk)
    syncs = tenant_syncs(run)
    failed = {tenant: each for tenant, each in syncs.items() if each.state == SyncState.FAILED}
    assert {tenant: Problem(each.problem) for tenant, each in failed.items()} == expected
    assert {each.state for tenant, each in syncs.items() if tenant not in expected} == {SyncState.DONE}
    assert all(Problem(each.problem).explanation and Problem(each.problem).remedy for each in failed.values())
    with account_transaction(account.pk):
        assert SyncRun.objects.get(pk=run.pk).state == RunState.PARTIAL
    assert _stored(account) == {
        (tenant.tenant_id, each.sku_id, each.enabled, each.consumed)
        for tenant in simulator.world.tenants
        if tenant.tenant_id not in broken
        for each in tenant.licenses()
    }


def _break(simulator, account) -> tuple[set[str], dict[str, Problem]]:
    """The tenants that are broken now, and what is to be told of each by the id it is matched under."""
    tenants = simulator.world.tenants[7 :: TENANTS // BROKEN]
    assert len(tenants) == BROKEN
    simulator.revoke_consent(tenants[0].tenant_id)
    deleted = uuid.uuid4()
    with account_transaction(account.pk):
        TenantMatch.objects.filter(tenant_id=tenants[1].tenant_id).update(tenant_id=deleted)
    expected = {tenants[0].tenant_id: Problem.CONSENT_MISSING, str(deleted): Problem.TENANT_UNKNOWN}
    for number, tenant in enumerate(tenants[2:]):
        fault, endpoint, problem = FAULTS[number % len(FAULTS)]
        simulator.misbehave(fault, tenant=tenant.tenant_id, endpoint=endpoint)
        expected[tenant.tenant_id] = problem
    return {tenant.tenant_id for tenant in tenants}, expected


def _work(run: SyncRun, *, but: int) -> None:
    """Until nothing is open but the tenants that would be throttled for ever."""
    while _open(run) > but:
        drain(run.account_id, run.pk)


def _open(run: SyncRun) -> int:
    with account_transaction(run.account_id):
        return run.tenant_syncs.open().count()


def _let_the_deadline_pass(run: SyncRun) -> None:
    with account_transaction(run.account_id):
        SyncRun.objects.filter(pk=run.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))


def _stored(account) -> set[tuple[str, str, int, int]]:
    with account_transaction(account.pk):
        records = LicenseRecord.objects.of_account(account.pk).values_list(
            "match__tenant_id", "sku_id", "enabled", "consumed"
        )
        return {
            (str(tenant), str(sku_id), enabled, consumed) for tenant, sku_id, enabled, consumed in records
        }
