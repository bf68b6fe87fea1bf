"""A simulator of its own for each test, for tests here change worlds and consents at will."""

import pytest

from integrations.microsoft.simulator import Simulator, World
from tests.integrations.microsoft.simulator.caller import Caller

DENTIST, BAKERY, HARBOR, NOTARY, HOSPITAL, TINY, JAPAN, DAIRY, LABORATORY, SHIPPING, ARCHITECTS, LAWYERS = (
    range(12)
)


@pytest.fixture
def simulator():
    with Simulator(World(seed=7, tenants=12)) as simulator:
        yield simulator


@pytest.fixture
def caller(simulator):
    caller = Caller(simulator)
    yield caller
    caller.session.close()


@pytest.fixture
def dentist(simulator):
    return simulator.world.tenants[DENTIST]


@pytest.fixture
def bakery(simulator):
    return simulator.world.tenants[BAKERY]


@pytest.fixture
def hospital(simulator):
    """More than a page of users."""
    return simulator.world.tenants[HOSPITAL]


@pytest.fixture
def shipping(simulator):
    """Licenses by group, some failing."""
    return simulator.world.tenants[SHIPPING]


@pytest.fixture
def tiny(simulator):
    return simulator.world.tenants[TINY]
