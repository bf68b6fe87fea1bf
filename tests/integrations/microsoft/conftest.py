"""A running simulator with twelve tenants, a scripted origin, and a sleep that only takes notes."""

import pytest
import trustme

from integrations.microsoft.client import GraphClient
from integrations.microsoft.clouds import Cloud
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.identity import Identity
from integrations.microsoft.simulator import DEFAULT_ROLES, DIRECTORY_READ, Simulator, World
from tests.integrations.microsoft.scripted import TENANT, ScriptedOrigin


@pytest.fixture(scope="session")
def running_simulator():
    with Simulator(World(seed=7, tenants=12), port=0) as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator):
    yield running_simulator
    running_simulator.behave()


@pytest.fixture
def allow(simulator):
    """`allow(tenant, "User.Read.All")`: this is all the application may do there, until the test ends."""
    changed = []

    def allow(tenant, *roles):
        changed.append(tenant)
        simulator.grant_consent(tenant.tenant_id, roles=roles)

    yield allow
    for tenant in changed:
        partners = {DIRECTORY_READ} if tenant is simulator.world.partner else set()
        simulator.grant_consent(tenant.tenant_id, roles=DEFAULT_ROLES | partners)


@pytest.fixture
def cloud(simulator):
    return Cloud(
        key="simulator",
        name="Simulator",
        login=simulator.url,
        graph=simulator.url,
        resource="https://graph.microsoft.com",
        ca=str(simulator.ca_path),
    )


@pytest.fixture
def secret(simulator):
    return ClientSecret(simulator.application_id, simulator.client_secret)


@pytest.fixture
def identity(cloud, secret):
    identity = Identity(cloud, secret)
    yield identity
    identity.close()


@pytest.fixture
def naps():
    return []


@pytest.fixture
def client_of(cloud, identity, naps):
    def client_of(tenant, **options):
        return GraphClient(cloud, identity, tenant.tenant_id, sleep=naps.append, **options)

    return client_of


@pytest.fixture(scope="session")
def scripted_origins(tmp_path_factory):
    """Two origins of one authority: certificates would not stop a token on its way to the wrong one."""
    authority, ca_path = trustme.CA(), tmp_path_factory.mktemp("scripted") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_path))
    origins = ScriptedOrigin(authority, ca_path), ScriptedOrigin(authority, ca_path)
    yield origins
    for origin in origins:
        origin.close()


@pytest.fixture
def origin(scripted_origins):
    scripted_origins[0].forget()
    return scripted_origins[0]


@pytest.fixture
def rival(scripted_origins):
    scripted_origins[1].forget()
    return scripted_origins[1]


@pytest.fixture
def scripted_identity(origin):
    identity = origin.identity()
    yield identity
    identity.close()


@pytest.fixture
def scripted_client(origin, scripted_identity, naps):
    return GraphClient(origin.cloud, scripted_identity, TENANT, sleep=naps.append)
