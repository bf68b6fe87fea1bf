"""Real Celery workers, beat, Redis and PostgreSQL, and what kills them: a run still ends, complete and without doubles."""

import uuid
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from flexible_assets.models import AssetTag
from integrations.microsoft.simulator import Fault
from integrations.models import ContactLink, SyncRun, TenantMatch, TenantSync
from integrations.states import RunState, SyncState, Trigger
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from organizations.models import Contact
from tests.factories import connect_to
from tests.portal_processes import empty_redis, wait_until

pytestmark = pytest.mark.workers

Lines = Counter[tuple[object, ...]]


def _expected(simulator, connected) -> Lines:
    """One line for each license that somebody holds and one for each license; twice the same line is a double."""
    ids = {str(match.tenant_id) for match in connected.matches}
    lines: Lines = Counter()
    for tenant in (each for each in simulator.world.tenants if each.tenant_id in ids):
        holders = {user.user_principal_name: uuid.UUID(user.id) for user in tenant.users}
        for license_ in tenant.licenses():
            key = (uuid.UUID(tenant.tenant_id), uuid.UUID(license_.sku_id))
            lines[(*key, license_.enabled, license_.consumed)] += 1
            lines.update((*key, holders[name]) for name in license_.holders)
    return lines


def _stored(connected) -> Lines:
    with account_transaction(connected.account.pk):
        records = LicenseRecord.objects.select_related("match")
        lines: Lines = Counter(
            (record.match.tenant_id, record.sku_id, record.enabled, record.consumed) for record in records
        )
        users = {link.contact_id: link.user_id for link in ContactLink.objects.all()}
        assert Contact.objects.count() == len(users)
        keys = {record.asset_id: (record.match.tenant_id, record.sku_id) for record in records}
        lines.update((*keys[tag.asset_id], users[tag.contact_id or 0]) for tag in AssetTag.objects.all())
    return lines


def _attempts(run, *, match) -> int:
    with account_transaction(run.account_id):
        return TenantSync.objects.get(run=run, match=match).attempts


def _hang(simulator, connected, *, seconds: float = 120) -> TenantMatch:
    """The first read of this tenant's users takes longer than any test, unless told otherwise."""
    match = connected.matches[0]
    simulator.misbehave(Fault.slow(seconds), tenant=str(match.tenant_id), endpoint="users", times=1)
    return match


def _wait_for_hanging(simulator) -> None:
    """From now on, one worker is certainly in the middle of a tenant."""
    [rule] = simulator._environment.faults.rules()
    wait_until(lambda: rule.times == 0)


def test_run_is_worked_off_by_real_workers(portal, simulator, connected, begin, ended):
    run = ended(begin(connected))
    assert (run.state, run.problem) == (RunState.OK, "")
    assert _stored(connected) == _expected(simulator, connected)


def test_run_survives_the_death_of_the_pool(portal, simulator, connected, begin, ended):
    match = _hang(simulator, connected)
    run = begin(connected)
    _wait_for_hanging(simulator)
    portal.kill_pool("sync")
    assert ended(run).state == RunState.OK
    assert _attempts(run, match=match) >= 2
    assert _stored(connected) == _expected(simulator, connected)


def test_run_survives_the_death_of_the_worker(portal, simulator, connected, begin, ended):
    match = _hang(simulator, connected)
    run = begin(connected)
    _wait_for_hanging(simulator)
    portal.kill("sync")
    portal.start("sync")
    assert ended(run).state == RunState.OK
    assert _attempts(run, match=match) >= 2
    assert _stored(connected) == _expected(simulator, connected)


def test_worker_that_was_frozen_past_its_lease_writes_nothing(portal, simulator, account, begin, ended):
    """It wakes up in the middle of a tenant that another worker has finished meanwhile."""
    connected = connect_to(simulator, account, tenants=simulator.world.tenants[:1])
    match = _hang(simulator, connected, seconds=3)
    run = begin(connected)
    _wait_for_hanging(simulator)
    with portal.frozen("sync"):
        portal.start("sync")
        assert ended(run).state == RunState.OK
        stored, dropped = _stored(connected), portal.log("sync").count("its reading is dropped")
    wait_until(lambda: portal.log("sync").count("its reading is dropped") == dropped + 1)
    portal.kill_late()
    assert _attempts(run, match=match) == 2
    assert _stored(connected) == stored == _expected(simulator, connected)


def test_run_survives_the_loss_of_everything_in_redis(portal, simulator, connected, begin, ended):
    _hang(simulator, connected)
    run = begin(connected)
    _wait_for_hanging(simulator)
    empty_redis()
    portal.kill_pool("sync")
    assert ended(run).state == RunState.OK
    assert _stored(connected) == _expected(simulator, connected)


def test_run_survives_the_loss_of_all_database_connections(portal, simulator, connected, begin, ended):
    match = _hang(simulator, connected, seconds=2)
    run = begin(connected)
    _wait_for_hanging(simulator)
    _end_database_connections(run)
    assert ended(run).state == RunState.OK
    assert _attempts(run, match=match) >= 2
    assert _stored(connected) == _expected(simulator, connected)


def test_run_waits_for_the_clock_when_no_wake_up_call_came_through(
    portal, simulator, connected, begin, ended
):
    portal.kill("beat")
    portal.kill("sync")
    run = begin(connected)
    empty_redis()
    portal.start("sync")
    portal.wait_for_workers()
    with account_transaction(run.account_id):
        assert set(run.tenant_syncs.values_list("state", flat=True)) == {SyncState.PENDING}
    portal.start("beat")
    assert ended(run).state == RunState.OK
    assert _stored(connected) == _expected(simulator, connected)


def test_due_sync_is_started_by_the_clock(portal, simulator, connected, ended):
    with account_transaction(connected.account.pk):
        connected.integration.next_due_at = timezone.now()
        connected.integration.save(update_fields=["next_due_at"])
        assert not SyncRun.objects.exists()
    wait_until(lambda: _runs(connected) != [])
    [run] = _runs(connected)
    assert (ended(run).state, run.trigger) == (RunState.OK, Trigger.SCHEDULE)
    assert _runs(connected) == [run]
    assert _stored(connected) == _expected(simulator, connected)


def _runs(connected) -> list[SyncRun]:
    with account_transaction(connected.account.pk):
        return list(SyncRun.objects.all())


def _end_database_connections(run) -> None:
    with account_transaction(run.account_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
        )
