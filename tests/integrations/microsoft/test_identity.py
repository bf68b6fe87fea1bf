"""Signing in, including every way in which it fails."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from integrations.microsoft import identity as identity_module
from integrations.microsoft.clouds import CLOUDS
from integrations.microsoft.credentials import ClientCertificate, ClientSecret
from integrations.microsoft.errors import (
    MalformedAnswerError,
    MicrosoftError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from integrations.microsoft.identity import Identity
from integrations.problems import Problem
from tests.integrations.microsoft.scripted import TENANT, TOKEN, Reply, document

DISCOVERY = f"/{TENANT}/v2.0/.well-known/openid-configuration"
SIGN_IN = f"/{TENANT}/token"


def certified(application_id, *, key=None, days=30):
    key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    ends = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=365))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return ClientCertificate(
        application_id, private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()
    )


def test_token_is_kept_until_a_fresh_one_is_asked_for(origin, scripted_identity):
    assert [scripted_identity.token(TENANT) for _ in range(3)] == [TOKEN] * 3
    assert origin.paths() == [DISCOVERY, SIGN_IN]

    origin.answer(SIGN_IN, document({"access_token": "fresh", "expires_in": 3599}))
    assert scripted_identity.token(TENANT, refresh=True) == "fresh"
    assert scripted_identity.token(TENANT) == "fresh"
    assert origin.paths() == [DISCOVERY, SIGN_IN, SIGN_IN]


def test_token_about_to_expire_is_not_used_again(origin, scripted_identity):
    origin.answer(SIGN_IN, document({"access_token": TOKEN, "expires_in": 250}))
    for _ in range(2):
        scripted_identity.token(TENANT)
    assert origin.paths() == [DISCOVERY, SIGN_IN, SIGN_IN]


def test_cold_threads_fetch_one_token(origin, scripted_identity):
    together = threading.Barrier(16)

    def fetch(_number):
        together.wait()
        return scripted_identity.token(TENANT)

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(fetch, range(16))) == {TOKEN}
    assert origin.paths() == [DISCOVERY, SIGN_IN]


def test_tenants_beyond_those_kept_sign_in_again_without_discovery(origin, scripted_identity, monkeypatch):
    monkeypatch.setattr(identity_module, "TENANTS_KEPT", 1)
    other = "8f2c4f5e-0d5b-4b7e-9a53-6f0d9f0e7c11"
    origin.accept(other)
    for tenant in (TENANT, other, TENANT):
        scripted_identity.token(tenant)
    assert origin.paths().count(DISCOVERY) == 1
    assert origin.paths().count(SIGN_IN) == 2


@pytest.mark.parametrize(
    "tenant_id", ["common", "organizations", "birch.test", "", "../../v1.0", f"{TENANT}/x"]
)
def test_tenant_that_is_no_guid_is_not_asked_about(origin, scripted_identity, tenant_id):
    with pytest.raises(PermanentError) as caught:
        scripted_identity.token(tenant_id)
    assert caught.value.problem is Problem.TENANT_UNKNOWN
    assert origin.received == []


@pytest.mark.parametrize("endpoint", [DISCOVERY, SIGN_IN])
@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(429, headers={"Retry-After": "11"}), (ThrottledError, Problem.THROTTLED, 11.0)),
        (Reply(429), (ThrottledError, Problem.THROTTLED, None)),
        (Reply(503, headers={"Retry-After": "7"}), (TransientError, Problem.UNAVAILABLE, 7.0)),
        (Reply(500, body=b"<html>"), (TransientError, Problem.UNAVAILABLE, None)),
        (Reply(announced=99), (TransientError, Problem.UNREACHABLE, None)),
        (Reply(302, headers={"Location": "/login"}), (MalformedAnswerError, Problem.MALFORMED_ANSWER, None)),
        (Reply(body=b"<html>"), (MalformedAnswerError, Problem.MALFORMED_ANSWER, None)),
        (Reply(body=b'{"access_token": "cut'), (MalformedAnswerError, Problem.MALFORMED_ANSWER, None)),
        (document({}), (MalformedAnswerError, Problem.MALFORMED_ANSWER, None)),
        (document({"access_token": 7}), (MalformedAnswerError, Problem.MALFORMED_ANSWER, None)),
        (
            document({"access_token": "", "token_endpoint": "/", "authorization_endpoint": ""}),
            (MalformedAnswerError, Problem.MALFORMED_ANSWER, None),
        ),
        (
            document({"error": "unauthorized_client", "error_codes": [700016]}, status=400),
            (PermanentError, Problem.APPLICATION_UNKNOWN, None),
        ),
    ],
)
def test_failure_is_told_and_not_remembered(origin, scripted_identity, endpoint, reply, verdict):
    origin.answer(endpoint, reply)
    for _ in range(2):
        with pytest.raises(MicrosoftError) as caught:
            scripted_identity.token(TENANT)
        assert (type(caught.value), caught.value.problem, caught.value.retry_after) == verdict
    assert origin.paths().count(endpoint) == 2

    origin.forget()
    assert scripted_identity.token(TENANT) == TOKEN


def test_secret_is_not_sent_to_a_foreign_token_endpoint(origin, rival, scripted_identity):
    login = f"{rival.url}/{TENANT}"
    origin.answer(
        DISCOVERY,
        document({"token_endpoint": f"{login}/token", "authorization_endpoint": f"{login}/authorize"}),
    )
    with pytest.raises(PermanentError) as caught:
        scripted_identity.token(TENANT)
    assert caught.value.problem is Problem.TENANT_UNKNOWN
    assert rival.received == []


def test_sign_in_at_no_tenant_in_particular_is_malformed(origin, scripted_identity):
    origin.answer(
        DISCOVERY,
        document({"token_endpoint": f"{origin.url}/", "authorization_endpoint": f"{origin.url}/"}),
    )
    with pytest.raises(MalformedAnswerError):
        scripted_identity.token(TENANT)


@pytest.mark.parametrize("expires_in", ["soon", [], {}])
def test_token_with_an_absurd_lifetime_is_malformed(origin, scripted_identity, expires_in):
    origin.answer(SIGN_IN, document({"access_token": TOKEN, "expires_in": expires_in}))
    with pytest.raises(MalformedAnswerError):
        scripted_identity.token(TENANT)


def test_certificate_that_cannot_be_read_is_told_before_anything_is_sent(origin):
    whole = certified("application")
    elliptic = certified("application", key=ec.generate_private_key(ec.SECP256R1()))
    for credential in (
        ClientCertificate("application", "no key", whole.certificate),
        ClientCertificate("application", whole.private_key, "no certificate"),
        elliptic,
    ):
        with pytest.raises(PermanentError) as caught:
            Identity(origin.cloud, credential).token(TENANT)
        assert caught.value.problem is Problem.CREDENTIAL_WRONG
    assert origin.received == []


@pytest.mark.parametrize(
    ("days", "problem"), [(30, Problem.CREDENTIAL_WRONG), (-1, Problem.CREDENTIAL_EXPIRED)]
)
def test_refused_certificate_is_wrong_or_expired_by_its_end_date(origin, days, problem):
    origin.answer(SIGN_IN, document({"error": "invalid_client", "error_codes": [700027]}, status=401))
    with pytest.raises(PermanentError) as caught:
        Identity(origin.cloud, certified("application", days=days)).token(TENANT)
    assert (caught.value.problem, caught.value.codes) == (problem, ("AADSTS700027",))


def test_clouds_are_the_four_of_microsoft():
    assert {key: (cloud.login, cloud.graph) for key, cloud in CLOUDS.items()} == {
        "global": ("https://login.microsoftonline.com", "https://graph.microsoft.com"),
        "us-gov": ("https://login.microsoftonline.us", "https://graph.microsoft.us"),
        "us-dod": ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        "china": ("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
    }
    assert all(cloud.resource == cloud.graph and cloud.ca is None for cloud in CLOUDS.values())


# From here on against the simulator, which verifies secrets, certificates and consent.


def test_simulator_accepts_the_secret_and_no_other(simulator, cloud, identity):
    tenant = simulator.world.tenants[0].tenant_id
    assert identity.token(tenant).count(".") == 2
    with pytest.raises(PermanentError) as caught:
        Identity(cloud, ClientSecret(simulator.application_id, "wrong")).token(tenant)
    assert (caught.value.problem, caught.value.codes) == (Problem.CREDENTIAL_WRONG, ("AADSTS7000215",))


def test_simulator_accepts_a_registered_certificate_and_no_other(simulator, cloud):
    tenant, credential = simulator.world.tenants[0].tenant_id, certified(simulator.application_id)
    identity = Identity(cloud, credential)
    with pytest.raises(PermanentError) as caught:
        identity.token(tenant)
    assert (caught.value.problem, caught.value.codes) == (Problem.CREDENTIAL_WRONG, ("AADSTS700027",))

    simulator.register_certificate(credential.certificate)
    assert identity.token(tenant).count(".") == 2
    identity.close()


def test_simulator_knows_neither_foreign_tenant_nor_foreign_application(simulator, cloud, identity):
    with pytest.raises(PermanentError) as caught:
        identity.token(TENANT)
    assert (caught.value.problem, caught.value.codes) == (Problem.TENANT_UNKNOWN, ("AADSTS90002",))

    stranger = Identity(cloud, ClientSecret("11111111-2222-3333-4444-555555555555", simulator.client_secret))
    with pytest.raises(PermanentError) as caught:
        stranger.token(simulator.world.tenants[0].tenant_id)
    assert (caught.value.problem, caught.value.codes) == (
        Problem.APPLICATION_UNKNOWN,
        ("AADSTS700016",),
    )


def test_simulator_gives_no_token_without_consent(simulator, identity):
    tenant = simulator.world.tenants[1].tenant_id
    simulator.revoke_consent(tenant)
    try:
        with pytest.raises(PermanentError) as caught:
            identity.token(tenant)
        assert (caught.value.problem, caught.value.codes) == (Problem.CONSENT_MISSING, ("AADSTS7000229",))
        assert caught.value.correlation_id
    finally:
        simulator.grant_consent(tenant)
    assert identity.token(tenant).count(".") == 2
