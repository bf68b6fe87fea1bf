import base64
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from celery import Celery
from django.conf import settings as settings_of_django
from django.utils import timezone

from flexible_assets.models import AssetTag, FlexibleAsset, OrganizationTotals
from integrations import steps
from integrations.actions.runs import start_sync
from integrations.contact_rules import ContactRules
from integrations.engine import graph
from integrations.engine.drain import drain
from integrations.microsoft.client import GraphClient
from integrations.microsoft.simulator import SimulatedTenant, Simulator, World
from integrations.microsoft.tenant import TenantReader
from integrations.models import ContactLink, SyncRun, TenantSync
from integrations.states import RunKind, Trigger
from integrations.steps import Change, StepOutcome, TenantContext, register_step, registered_steps
from licenses.models import LicenseRecord
from organizations import wake
from organizations.access import account_transaction
from organizations.models import Contact, ContactAddress
from tests.factories import Connected, connect_to
from tests.portal_processes import redis_client


@pytest.fixture
def simulated(settings):
    """`simulated(tenants=3)` starts a simulator that this process's engine talks to."""
    running = []

    def start(*, tenants: int = 1, seed: int = 7) -> Simulator:
        simulator = Simulator(World(seed=seed, tenants=tenants, realm=uuid.uuid4().hex))
        simulator.__enter__()
        running.append(simulator)
        settings.MICROSOFT_LOGIN_URL = settings.MICROSOFT_GRAPH_URL = simulator.url
        settings.MICROSOFT_CA_BUNDLE = str(simulator.ca_path)
        return simulator

    yield start
    for simulator in running:
        simulator.__exit__(None, None, None)


@pytest.fixture
def quick_retries(settings):
    """A tenant's retries follow each other at once."""
    settings.SYNC_RETRY_SECONDS = 0.001


@pytest.fixture
def impatient(monkeypatch, quick_retries):
    """The client waits out nothing by itself: every passing fault comes to the engine at once."""
    monkeypatch.setattr(graph, "GraphClient", partial(GraphClient, patience=0.0))


@pytest.fixture
def one(simulated, account):
    """A simulator with one tenant, and the account's connection to it."""
    simulator = simulated()
    return One(simulator, simulator.world.tenants[0], connect_to(simulator, account))


@dataclass(frozen=True)
class One:
    simulator: Simulator
    tenant: SimulatedTenant
    connected: Connected


@pytest.fixture
def begin():
    """Starts a run of the connection and leaves its work to others."""

    def start(connected, *, steps: list[str] | None = None) -> SyncRun:
        with account_transaction(connected.account.pk):
            run = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now())
            if steps is not None:
                SyncRun.objects.filter(pk=run.pk).update(steps=steps)
        return run

    return start


@pytest.fixture
def work_off():
    """Works the run off in this process, as a worker would, as far as it goes now."""

    def run_through(run: SyncRun) -> SyncRun:
        drain(run.account_id, run.pk)
        with account_transaction(run.account_id):
            return SyncRun.objects.get(pk=run.pk)

    return run_through


@pytest.fixture
def sync(begin, work_off):
    """Starts a run of the connection and works it off in this process."""

    def run(connected) -> SyncRun:
        return work_off(begin(connected))

    return run


@pytest.fixture
def begin_preview():
    def start(connected) -> SyncRun:
        with account_transaction(connected.account.pk):
            return start_sync(
                connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now(), kind=RunKind.PREVIEW
            )

    return start


@pytest.fixture
def preview(begin_preview, work_off):
    """Starts a preview of what a sync of the connection would do and works it off in this process."""

    def run(connected) -> SyncRun:
        return work_off(begin_preview(connected))

    return run


@pytest.fixture
def tenant_syncs():
    def of(run: SyncRun) -> dict[str, TenantSync]:
        with account_transaction(run.account_id):
            return {str(each.match.tenant_id): each for each in run.tenant_syncs.select_related("match")}

    return of


@pytest.fixture
def only_sync(tenant_syncs):
    """The tenant sync of a run that has one tenant."""

    def of(run: SyncRun) -> TenantSync:
        [each] = tenant_syncs(run).values()
        return each

    return of


@pytest.fixture
def bring_forward(inside):
    """What waits for its time waits no longer: its next try is due now."""

    def due_now(run: SyncRun) -> None:
        with account_transaction(run.account_id):
            run.tenant_syncs.open().update(next_at=timezone.now() - timedelta(seconds=1))

    return due_now


@pytest.fixture
def stored(inside):
    """Everything a sync may have written, ids and times of writing included, to compare before with after."""

    def read() -> dict[str, list[tuple[object, ...]]]:
        with inside():
            return {
                model.__name__: sorted(model.objects.values_list())
                for model in (
                    FlexibleAsset,
                    AssetTag,
                    Contact,
                    ContactAddress,
                    ContactLink,
                    LicenseRecord,
                    OrganizationTotals,
                )
            }

    return read


class Probe:
    """A sync step that shows what the engine does, and does what a test wants in the middle of reading and writing."""

    key, label, description = "probe", "Probe", "For tests."

    def __init__(self) -> None:
        self.on_read: Callable[[], object] = lambda: None
        self.on_plan: Callable[[], object] = lambda: None
        self.on_apply: Callable[[], object] = lambda: None
        self.outcome = StepOutcome()
        self.applied: list[TenantContext] = []

    def read(self, tenant: TenantReader, rules: ContactRules) -> object:
        return self.on_read()

    def portions(self, reading: object) -> Iterable[object]:
        return (reading,)

    def apply(self, context: TenantContext, reading: object) -> StepOutcome:
        self.on_apply()
        self.applied.append(context)
        return self.outcome

    def plan(self, context: TenantContext, reading: object) -> list[Change]:
        self.on_plan()
        return []

    def move(self, context: TenantContext) -> int:
        return 0

    def orphan(self, context: TenantContext) -> int:
        return 0

    def count(self, *args: object, **kwargs: object) -> Counter[str]:
        """It keeps nothing of its own, so there is nothing to take away either."""
        return Counter()

    release = purge = forget_type = count


@pytest.fixture
def probe():
    """Runs after the licenses step where both are ticked, so its reading is the last moment before writing."""
    known = {step.key: step for step in registered_steps()}
    step = Probe()
    register_step(step)
    yield step
    del steps._steps[step.key]
    assert {each.key: each for each in registered_steps()} == known


@pytest.fixture
def give_lease_away(inside):
    """As when a lease has run out and another worker has claimed the tenant."""

    def give() -> None:
        with inside():
            TenantSync.objects.open().update(lease_token=uuid.uuid4())

    return give


@pytest.fixture
def mailbox(_database):
    """`mailbox()` tells which tasks have been published to this session's Redis for the account, oldest first."""

    def published(account, *, queue: str = "sync") -> list[tuple[str, int]]:
        with redis_client() as redis:
            letters = redis.lrange(queue, 0, -1)
        tasks = []
        for letter in reversed([json.loads(each) for each in letters]):
            [account_id, *row_ids], *_ = json.loads(base64.b64decode(letter["body"]))
            if account_id == account.pk:
                tasks += [(letter["headers"]["task"], row_id) for row_id in row_ids]
        return tasks

    return published


@pytest.fixture
def without_redis(monkeypatch):
    """Celery as the web has it, with nobody at the broker's address. Yields a way to put a frozen one there."""

    def broker_at(url: str) -> None:
        app = Celery("without-redis", set_as_current=False, broker=url)
        app.conf.broker_transport_options = settings_of_django.CELERY_BROKER_TRANSPORT_OPTIONS
        app.conf.task_default_queue = "sync"
        monkeypatch.setattr(wake, "current_app", app)

    broker_at("redis://127.0.0.1:1/0")
    return broker_at
