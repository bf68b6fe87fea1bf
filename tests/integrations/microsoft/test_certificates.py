"""A certificate of our own making opens the door once its public part is registered."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from integrations.microsoft.certificates import new_certificate
from integrations.microsoft.credentials import ClientCertificate
from integrations.microsoft.errors import PermanentError
from integrations.microsoft.identity import Identity
from integrations.problems import Problem

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def generated():
    return new_certificate("Harbor Managed Services: Microsoft", now=NOW)


@pytest.fixture(scope="module")
def certificate(generated):
    return x509.load_pem_x509_certificate(generated.certificate.encode())


def test_certificate_is_one_that_microsoft_takes(generated, certificate):
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    assert (key.key_size, key.public_numbers().e) == (3072, 65537)
    assert certificate.signature_hash_algorithm.name == "sha256"
    assert certificate.subject == certificate.issuer
    assert certificate.subject.rfc4514_string() == "CN=Harbor Managed Services: Microsoft"
    certificate.verify_directly_issued_by(certificate)
    assert ClientCertificate("application", generated.private_key, generated.certificate).is_usable


def test_certificate_is_for_signing_in_and_nothing_else(certificate):
    def extension(kind):
        return certificate.extensions.get_extension_for_class(kind).value

    usage = extension(x509.KeyUsage)
    assert list(extension(x509.ExtendedKeyUsage)) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert (usage.digital_signature, usage.key_cert_sign) == (True, False)
    assert extension(x509.BasicConstraints).ca is False


def test_certificate_is_valid_from_now_for_as_long_as_asked(generated, certificate):
    assert NOW - timedelta(hours=1) < certificate.not_valid_before_utc < NOW
    assert certificate.not_valid_after_utc == NOW + timedelta(days=730)
    used = ClientCertificate("application", generated.private_key, generated.certificate)
    assert used.expires_at == certificate.not_valid_after_utc


def test_private_key_stays_out_of_sight(generated):
    assert "PRIVATE KEY" not in repr(generated)
    assert "BEGIN CERTIFICATE" in repr(generated)


def test_each_certificate_is_its_own(generated):
    other = new_certificate("n" * 200, now=NOW, days=1)
    assert other.private_key != generated.private_key
    [name] = x509.load_pem_x509_certificate(other.certificate.encode()).subject
    assert name.value == "n" * 64


def test_registered_certificate_signs_in_and_an_unregistered_one_does_not(simulator, cloud):
    made = new_certificate("portal", now=datetime.now(UTC))
    tenant = simulator.world.tenants[0]
    credential = ClientCertificate(simulator.application_id, made.private_key, made.certificate)
    identity = Identity(cloud, credential)
    with pytest.raises(PermanentError) as caught:
        identity.token(tenant.tenant_id)
    assert caught.value.problem is Problem.CREDENTIAL_WRONG
    simulator.register_certificate(made.certificate)
    assert identity.token(tenant.tenant_id)
    identity.close()
