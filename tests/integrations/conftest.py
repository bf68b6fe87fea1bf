import pytest
from django.utils import timezone

from integrations.actions import start_sync
from integrations.engine.drain import drain
from integrations.microsoft.simulator import Simulator, World
from integrations.models import SyncRun, TenantSync
from integrations.states import Trigger
from organizations.access import account_transaction


@pytest.fixture
def simulated(settings):
    """`simulated(tenants=3)` starts a simulator that this process's engine talks to."""
    running = []

    def start(*, tenants: int = 1, seed: int = 7) -> Simulator:
        simulator = Simulator(World(seed=seed, tenants=tenants))
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
def sync():
    """Starts a run of the connection and works it off in this process, as a worker would."""

    def run(connected) -> SyncRun:
        account_id = connected.account.pk
        with account_transaction(account_id):
            started = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now())
        drain(account_id, started.pk)
        with account_transaction(account_id):
            return SyncRun.objects.get(pk=started.pk)

    return run


@pytest.fixture
def tenant_syncs():
    def of(run: SyncRun) -> dict[str, TenantSync]:
        with account_transaction(run.account_id):
            return {str(each.match.tenant_id): each for each in run.tenant_syncs.select_related("match")}

    return of
