"""A portal of real processes and a simulated Microsoft, shared by the module's tests; each begins with all of them up."""

import uuid

import pytest
from django.utils import timezone

from integrations.actions.runs import start_sync
from integrations.microsoft.simulator import Simulator, World
from integrations.models import SyncRun, TenantClaim
from integrations.states import Trigger
from organizations.access import account_transaction
from tests.factories import connect_to
from tests.portal_processes import environment, portal_processes, quiet_queue, wait_until


@pytest.fixture(scope="module")
def _shared(_database, tmp_path_factory):
    quiet_queue()
    # Twelve tenants are shown off in every world; of these, all but the two large ones are quick to read.
    with (
        Simulator(World(seed=7, tenants=12, realm=uuid.uuid4().hex)) as simulator,
        portal_processes(tmp_path_factory.mktemp("logs"), env=environment(simulator)) as portal,
    ):
        yield simulator, portal


@pytest.fixture
def portal(_shared):
    simulator, portal = _shared
    simulator.behave()
    portal.kill_late()
    portal.start_missing()
    return portal


@pytest.fixture
def simulator(_shared, portal):
    return _shared[0]


@pytest.fixture
def connected(simulator, account):
    small = [tenant for tenant in simulator.world.tenants if len(tenant.users) < 100]
    return connect_to(simulator, account, tenants=small[:6])


@pytest.fixture(autouse=True)
def _tenants_set_free(account):
    """The world is the module's, and a server links a tenant in one account only: the next test's."""
    yield
    with account_transaction(account.pk):
        TenantClaim.objects.all().delete()


@pytest.fixture
def begin():
    def start(connected) -> SyncRun:
        with account_transaction(connected.account.pk):
            return start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now())

    return start


@pytest.fixture
def ended():
    """Waits for the run to end by itself."""

    def wait(run: SyncRun) -> SyncRun:
        def is_over() -> bool:
            with account_transaction(run.account_id):
                run.refresh_from_db()
            return run.finished_at is not None

        wait_until(is_over)
        return run

    return wait
