"""Microsoft's Python SDK, unmodified, reads licenses, pages users and sends batches against the simulator."""

# Microsoft's packages are not there when the project is type-checked.
# mypy: disable-error-code="import-not-found"

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("msgraph", reason="Microsoft's SDK is large; it has an environment of its own")

import httpx
from azure.identity import CertificateCredential, ClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core import GraphClientFactory, PageIterator
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from integrations.microsoft.simulator import Fault, Simulator, World

HOSPITAL, TINY = 4, 5


@pytest.fixture(scope="module")
def world_simulator():
    with Simulator(World(seed=7, tenants=12)) as simulator:
        yield simulator


@pytest.fixture
def simulator(world_simulator):
    world_simulator.forget_requests()
    yield world_simulator
    world_simulator.behave()


@pytest.fixture
def hospital(simulator):
    return simulator.world.tenants[HOSPITAL]


@pytest.fixture
def tiny(simulator):
    return simulator.world.tenants[TINY]


def by_secret(simulator, tenant):
    return ClientSecretCredential(
        tenant.tenant_id,
        simulator.application_id,
        simulator.client_secret,
        authority=simulator.url,
        disable_instance_discovery=True,
        connection_verify=str(simulator.ca_path),
    )


def run(simulator, credential, work):
    """Runs work(client) with the SDK's own transport, middleware and authentication."""

    async def inside():
        base = f"{simulator.url}/v1.0"
        transport = httpx.AsyncClient(verify=str(simulator.ca_path), base_url=base)
        http = GraphClientFactory.create_with_default_middleware(client=transport)
        authentication = AzureIdentityAuthenticationProvider(
            credential, scopes=["https://graph.microsoft.com/.default"]
        )
        adapter = GraphRequestAdapter(authentication, client=http)
        adapter.base_url = base
        try:
            return await work(GraphServiceClient(request_adapter=adapter))
        finally:
            await http.aclose()
            credential.close()

    return asyncio.run(inside())


def users_like(**parameters):
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(**parameters)
    return RequestConfiguration(query_parameters=query)


def test_sdk_reads_the_licenses(simulator, hospital):
    answer = run(simulator, by_secret(simulator, hospital), lambda client: client.subscribed_skus.get())
    assert [
        (str(sku.sku_id), sku.sku_part_number, sku.applies_to, sku.consumed_units, sku.prepaid_units.enabled)
        for sku in answer.value
    ] == [
        (truth.sku_id, truth.part_number, truth.applies_to, truth.consumed, truth.enabled)
        for truth in hospital.licenses()
    ]


def test_sdk_reads_the_organization_and_its_subscriptions(simulator, tiny):
    async def work(client):
        return await client.organization.get(), await client.directory.subscriptions.get()

    organization, subscriptions = run(simulator, by_secret(simulator, tiny), work)
    assert [each.display_name for each in organization.value] == [tiny.display_name]
    assert [(each.id, each.total_licenses, each.created_date_time) for each in subscriptions.value] == [
        (each.id, each.total, each.created_at) for each in tiny.subscriptions
    ]


def test_sdk_pages_through_all_users(simulator, hospital):
    async def work(client):
        found = []
        configuration = users_like(select=["id", "displayName", "assignedLicenses"], top=999)
        first = await client.users.get(request_configuration=configuration)
        await PageIterator(first, client.request_adapter).iterate(lambda user: found.append(user) or True)
        return found

    found = run(simulator, by_secret(simulator, hospital), work)
    assert [(user.id, user.display_name, len(user.assigned_licenses)) for user in found] == [
        (user.id, user.display_name, len(user.sku_ids)) for user in hospital.users
    ]


def test_sdk_filters_and_counts(simulator, hospital):
    configuration = users_like(select=["id"], top=5, count=True, filter="assignedLicenses/$count ne 0")
    configuration.headers.add("ConsistencyLevel", "eventual")
    answer = run(
        simulator,
        by_secret(simulator, hospital),
        lambda client: client.users.get(request_configuration=configuration),
    )
    assert answer.odata_count == len([user for user in hospital.users if user.sku_ids])


def test_sdk_sends_a_batch(simulator, tiny):
    simulator.misbehave(Fault.throttled(), endpoint="organization", times=1)

    async def work(client):
        batch = BatchRequestContent()
        for name, resource in (
            ("skus", client.subscribed_skus),
            ("users", client.users),
            ("throttled", client.organization),
        ):
            batch.add_request(name, BatchRequestItem(resource.to_get_request_information(), id=name))
        return await client.batch.post(batch)

    answers = run(simulator, by_secret(simulator, tiny), work)
    # Bodies stay out: this SDK takes a batched body for text, and documented ones are objects.
    assert answers.get_response_status_codes() == {"skus": 200, "users": 200, "throttled": 429}
    assert answers.responses["skus"].content_type.startswith("application/json")


def test_sdk_waits_and_tries_again_when_throttled(simulator, tiny):
    simulator.misbehave(Fault.throttled(retry_after=1), endpoint="organization", times=1)
    answer = run(simulator, by_secret(simulator, tiny), lambda client: client.organization.get())
    first, second = (each for each in simulator.requests if each.endpoint == "organization")
    assert [each.id for each in answer.value] == [tiny.tenant_id]
    assert (first.status, second.status, second.headers["retry-attempt"]) == (429, 200, "1")
    assert second.time - first.time >= 1


def test_sdk_understands_a_refusal(simulator, tiny):
    simulator.misbehave(Fault.consent_missing(), endpoint="organization", times=1)
    with pytest.raises(ODataError) as refused:
        run(simulator, by_secret(simulator, tiny), lambda client: client.organization.get())
    assert (refused.value.response_status_code, refused.value.error.code) == (
        403,
        "Authorization_RequestDenied",
    )
    assert len(refused.value.error.inner_error.request_id) == 36


def test_azure_identity_signs_in_with_a_certificate(simulator, tiny):
    pem = certificate_with_key()
    simulator.register_certificate(pem)
    credential = CertificateCredential(
        tiny.tenant_id,
        simulator.application_id,
        certificate_data=pem,
        authority=simulator.url,
        disable_instance_discovery=True,
        connection_verify=str(simulator.ca_path),
    )
    answer = run(simulator, credential, lambda client: client.organization.get())
    assert [each.id for each in answer.value] == [tiny.tenant_id]


def certificate_with_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "conformance")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=20_000))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
