"""The MSP that the browser visits: people with passwords a real portal accepts, and clients from the simulator."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.test import override_settings
from django.utils import timezone

from integrations.actions.runs import start_sync
from integrations.engine.drain import drain
from integrations.microsoft.simulator import SimulatedTenant, Simulator, World
from integrations.microsoft.sku_names import sku_name
from integrations.models import Integration, SyncRun
from integrations.states import RunState, Trigger
from organizations.access import account_transaction
from organizations.actions import NewUser, create_account, create_user
from organizations.models import Account, Organization, SecondFactorPolicy
from organizations.names import sort_key
from organizations.roles import Role
from tests.factories import PASSWORD, connect_to

PEOPLE = {
    Role.ADMINISTRATOR: ("Ada Lindqvist", "admin@msp.test"),
    Role.EDITOR: ("Theo Technician", "tech@msp.test"),
    Role.READ_ONLY: ("Rita Reader", "readonly@msp.test"),
    Role.LITE: ("Lee Lite", "lite@msp.test"),
}


@dataclass(frozen=True)
class Office:
    account: Account
    integration: Integration
    simulator: Simulator

    @property
    def slug(self) -> str:
        return self.account.slug

    def tenant(self, index: int) -> SimulatedTenant:
        return self.simulator.world.tenants[index]

    def organization(self, index: int) -> Organization:
        """The client whose tenant has this place in the simulated world."""
        with account_transaction(self.account.pk):
            return Organization.objects.get(tenant_matches__tenant_id=UUID(self.tenant(index).tenant_id))

    def start(self) -> SyncRun:
        with account_transaction(self.account.pk):
            return start_sync(self.integration.pk, trigger=Trigger.MANUAL, now=timezone.now())

    def sync(self) -> SyncRun:
        """A whole sync, worked off in this process."""
        return self.work_off(self.start())

    def work_off(self, run: SyncRun) -> SyncRun:
        """As workers would, who take turns."""
        with aimed_at(self.simulator):
            while RunState(run.state).is_live:
                drain(self.account.pk, run.pk)
                with account_transaction(self.account.pk):
                    run.refresh_from_db()
        return run


@contextmanager
def aimed_at(simulator: Simulator) -> Iterator[None]:
    """This process takes the simulator for Microsoft, and tries again at once what failed."""
    with override_settings(
        MICROSOFT_LOGIN_URL=simulator.url,
        MICROSOFT_GRAPH_URL=simulator.url,
        MICROSOFT_CA_BUNDLE=str(simulator.ca_path),
        SYNC_RETRY_SECONDS=0.001,
    ):
        yield


@dataclass(frozen=True)
class Founded:
    """An MSP that has connected nothing yet."""

    account: Account
    simulator: Simulator

    @property
    def slug(self) -> str:
        return self.account.slug


@contextmanager
def founded(name: str, *, tenants: int) -> Iterator[Founded]:
    """An account of this name with its people, beside a simulated Microsoft."""
    # Renewal dates that lie ahead, as at a client's; everything else is as at any other time.
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    world = World(seed=7, tenants=tenants, epoch=today, realm=uuid.uuid4().hex)
    with Simulator(world) as simulator:
        slug = f"e-{uuid.uuid4().hex[:12]}"
        account = create_account(name, slug=slug, now=today, second_factor=SecondFactorPolicy.NOBODY)
        with account_transaction(account.pk):
            for role, (person, email) in PEOPLE.items():
                create_user(account, NewUser(email, person, role, PASSWORD), now=today)
        yield Founded(account, simulator)


@contextmanager
def opened(name: str, *, tenants: int) -> Iterator[Office]:
    """The same with everything set up and nothing synced yet."""
    with founded(name, tenants=tenants) as firm:
        connected = connect_to(firm.simulator, firm.account)
        yield Office(firm.account, connected.integration, firm.simulator)


def license_rows(tenant: SimulatedTenant) -> list[tuple[str, ...]]:
    """What the list of the tenant's organization must say: license, SKU, active, consumed, unused; by name."""
    rows = [
        (
            sku_name(UUID(each.sku_id), part_number=each.part_number),
            each.part_number,
            f"{each.enabled:,}",
            f"{each.consumed:,}",
            f"{max(0, each.enabled - each.consumed):,}",
        )
        for each in tenant.licenses()
    ]
    return sorted(rows, key=lambda row: sort_key(row[0]))
