"""Disconnecting in the middle of a sync, with the worker that carries it out killed twice: nothing is left, nothing
comes back, and Microsoft is not asked any more."""

import random
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.utils import timezone

from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from integrations.actions.disconnecting import begin_disconnect
from integrations.microsoft.simulator import Fault, SimulatedTenant, Simulator, World
from integrations.models import ContactLink, Disconnection, SyncSettings, TenantMatch
from integrations.states import DisconnectMode
from organizations.access import account_transaction
from organizations.models import Account, Contact
from organizations.wall import is_account_owned
from tests.factories import Connected, connect_to, make_account
from tests.portal_processes import (
    POOL,
    database_url,
    environment,
    portal_processes,
    quiet_queue,
    wait_until,
)

pytestmark = pytest.mark.workers

DELETE_MOMENTS, KEEP_MOMENTS = 20, 4
#: Tenants of each sync that is interrupted; no other sync reads the same.
TENANTS = 3
#: Seconds that each answer of Microsoft's takes, so that a sync lasts long enough to be interrupted anywhere.
LATENCY = 0.02
#: The same, of one of the tenants.
SLOW = 0.9
#: What stays, and what tells of it.
KEPT = {
    "organizations.activity", "organizations.contact", "organizations.contactaddress", "organizations.organization",
    "integrations.disconnection", "organizations.organizationstatus", "organizations.organizationtype",
}  # fmt: skip
#: Rows that begin_disconnect does not touch itself, where the worker that carries it out can be stopped.
HURDLES = (FlexibleAsset, ContactLink, FlexibleAssetType, TenantMatch, SyncSettings)


@pytest.fixture(scope="module")
def _shared(_database, tmp_path_factory):
    """A world with enough small tenants for each moment to have its own."""
    quiet_queue()
    world = World(seed=11, tenants=(DELETE_MOMENTS + KEEP_MOMENTS + 2) * TENANTS * 2, realm=uuid.uuid4().hex)
    with (
        pytest.MonkeyPatch.context() as patched,
        Simulator(world) as simulator,
        portal_processes(
            tmp_path_factory.mktemp("logs"), env=environment(simulator, SYNC_TICK_SECONDS="0.2")
        ) as portal,
    ):
        # Celery takes up to five seconds to replace a process that was killed; meanwhile the next one steps in.
        patched.setitem(POOL, "control", 4)
        yield simulator, portal


@pytest.fixture
def world(simulator) -> Iterator[list[SimulatedTenant]]:
    """Unread tenants of like size. Microsoft takes its time."""
    simulator.latency = LATENCY
    yield [tenant for tenant in simulator.world.tenants[12:] if len(tenant.users) < 100]
    simulator.latency = 0


@dataclass
class Broken:
    """A sync that was interrupted by a disconnect, and how it went."""

    connected: Connected
    tenants: list[SimulatedTenant]
    disconnection: Disconnection
    committed_at: float
    kills: list[str] = field(default_factory=list)


@pytest.fixture
def interrupt(portal, simulator, begin):
    """Starts a sync, disconnects after `seconds`, and kills the worker that carries it out at two hurdles."""

    def run(tenants, *, mode, seconds, dice) -> Broken:
        account = make_account()
        connected = connect_to(simulator, account, tenants=tenants)
        _slow_down(simulator, tenants)
        # One tenant is told to come back much later, so the sync is certainly going on.
        simulator.misbehave(
            Fault.throttled(retry_after=60), tenant=tenants[-1].tenant_id, endpoint="subscribedSkus"
        )
        begin(connected)
        time.sleep(seconds)
        with ExitStack() as hurdles:
            with account_transaction(account.pk):
                disconnection = begin_disconnect(connected.integration.pk, mode=mode, now=timezone.now())
                chosen = [hurdles.enter_context(_hurdle(row)) for row in _rows(account, dice)]
            broken = Broken(connected, tenants, disconnection, time.monotonic())
            while chosen:
                hit = _wait_for_worker(chosen)
                portal.kill_busy("control", "integrations.disconnect", account.pk, disconnection.pk)
                broken.kills.append(hit.label)
                chosen.remove(hit)
                hit.clear()
        simulator.behave()
        wait_until(lambda: _is_finished(disconnection))
        return broken

    return run


def _rows(account: Account, dice: random.Random) -> list[Any]:
    """Of two different tables, as far as the sync has come; the integration's own rows are always there."""
    first = [model.objects.of_account(account.pk).order_by("pk") for model in HURDLES[:-1]]
    rows = [list(each) for each in first] + [list(SyncSettings.objects.filter(account=account))]
    return [dice.choice(each) for each in dice.sample([each for each in rows if each], 2)]


@dataclass(eq=False)
class Hurdle:
    """A row that somebody else holds."""

    label: str
    connection: Any

    @property
    def stops_somebody(self) -> bool:
        with self.connection.cursor() as cursor:
            # Unlike pg_stat_activity, this view is not as old as our transaction.
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            return cursor.fetchone() is not None

    def clear(self) -> None:
        self.connection.close()


@contextmanager
def _hurdle(row: Any) -> Iterator[Hurdle]:
    """Held by another session, with the disconnect not yet committed, so that its worker is certain to come to it."""
    connection = psycopg2.connect(database_url("owner"))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {row._meta.db_table} WHERE id = %s FOR UPDATE", [row.pk])  # noqa: S608 - our own table's name
            assert cursor.fetchone() == (1,)
        yield Hurdle(row._meta.label_lower, connection)
    finally:
        with suppress(psycopg2.Error):
            connection.close()


def _wait_for_worker(hurdles: list[Hurdle]) -> Hurdle:
    wait_until(lambda: any(each.stops_somebody for each in hurdles))
    return next(each for each in hurdles if each.stops_somebody)


def _is_finished(disconnection: Disconnection) -> bool:
    with account_transaction(disconnection.account_id):
        disconnection.refresh_from_db()
    return disconnection.finished_at is not None


def _left(broken: Broken) -> dict[str, int]:
    account = broken.connected.account
    with account_transaction(account.pk):
        counts = {
            model._meta.label_lower: model._default_manager.filter(account=account).count()
            for model in apps.get_models()
            if is_account_owned(model)
        }
    return {label: count for label, count in counts.items() if count and label not in KEPT}


def _contacts(broken: Broken) -> list[tuple[Any, ...]]:
    with account_transaction(broken.connected.account.pk):
        return sorted(Contact.objects.values_list())


def _late_calls(simulator: Simulator, broken: Broken) -> list[float]:
    """Seconds after the disconnect of Graph calls that began more than one second after it."""
    own = {tenant.tenant_id for tenant in broken.tenants}
    return [
        call.time - broken.committed_at
        for call in simulator.requests
        if call.tenant_id in own
        and call.path.startswith(("/v1.0", "/beta"))
        and call.time > broken.committed_at + 1
    ]


def _duration(simulator, tenants, begin, ended) -> float:
    """How long a sync of so many tenants takes, undisturbed."""
    _slow_down(simulator, tenants)
    started = time.monotonic()
    ended(begin(connect_to(simulator, make_account(), tenants=tenants)))
    simulator.behave()
    return time.monotonic() - started


def _slow_down(simulator: Simulator, tenants: list[SimulatedTenant]) -> None:
    """Reading one of them takes so long that nobody would be done with it a second after the disconnect."""
    simulator.misbehave(Fault.slow(SLOW), tenant=tenants[0].tenant_id)


def _interrupted(world, interrupt, *, mode, moments, duration, seed) -> list[Broken]:
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    return [
        interrupt(
            world[TENANTS * (number + 1) : TENANTS * (number + 2)],
            mode=mode,
            seconds=dice.uniform(0, duration),
            dice=dice,
        )
        for number in range(moments)
    ]


@pytest.mark.timeout(300)
def test_delete_at_any_moment_of_a_sync_leaves_nothing(portal, simulator, world, begin, ended, interrupt):
    duration = _duration(simulator, world[:TENANTS], begin, ended)
    all_broken = _interrupted(
        world, interrupt, mode=DisconnectMode.DELETE, moments=DELETE_MOMENTS, duration=duration, seed=3
    )
    found, contacts = [_left(each) for each in all_broken], [_contacts(each) for each in all_broken]
    time.sleep(2)
    nothing = [{}] * DELETE_MOMENTS
    assert found == nothing
    assert [_left(each) for each in all_broken] == nothing
    assert [_contacts(each) for each in all_broken] == contacts
    assert [_late_calls(simulator, each) for each in all_broken] == [[]] * DELETE_MOMENTS
    assert [len(each.kills) for each in all_broken] == [2] * DELETE_MOMENTS
    # Else the moments were not spread over the sync, or the kills over the disconnect.
    assert len({each.disconnection.counts.get("license assets", 0) for each in all_broken}) > 1
    assert len({label for each in all_broken for label in each.kills}) > 2


@pytest.mark.timeout(120)
def test_keep_at_any_moment_of_a_sync_leaves_ordinary_assets(
    portal, simulator, world, begin, ended, interrupt
):
    unread = world[TENANTS * (DELETE_MOMENTS + 1) :]
    duration = _duration(simulator, unread[:TENANTS], begin, ended)
    all_broken = _interrupted(
        unread, interrupt, mode=DisconnectMode.KEEP, moments=KEEP_MOMENTS, duration=duration, seed=5
    )
    found, contacts = [_kept(each) for each in all_broken], [_contacts(each) for each in all_broken]
    time.sleep(2)
    assert [_kept(each) for each in all_broken] == found
    assert [_contacts(each) for each in all_broken] == contacts
    assert [_late_calls(simulator, each) for each in all_broken] == [[]] * KEEP_MOMENTS
    assert [len(each.kills) for each in all_broken] == [2] * KEEP_MOMENTS
    for broken, (assets, types) in zip(all_broken, found, strict=True):
        assert len(assets) == broken.disconnection.counts.get("license assets", 0)
        assert {(is_locked, manager) for *_, is_locked, manager in assets} <= {(False, "")}
        assert types <= {("Microsoft Licenses", "", None)}
        assert _left(broken).keys() <= ORDINARY


#: Where ordinary assets stand.
ORDINARY = {
    "flexible_assets.flexibleassettype", "flexible_assets.flexibleassetfield", "flexible_assets.flexibleasset",
    "flexible_assets.assettag", "flexible_assets.organizationtotals",
}  # fmt: skip


def _kept(broken: Broken) -> tuple[list[tuple[Any, ...]], set[tuple[Any, ...]]]:
    account_id = broken.connected.account.pk
    with account_transaction(account_id):
        assets = FlexibleAsset.objects.of_account(account_id).order_by("pk")
        types = FlexibleAssetType.objects.of_account(account_id)
        return (
            list(assets.values_list("pk", "organization", "name", "is_locked", "asset_type__manager")),
            set(types.values_list("name", "manager", "system_key")),
        )
