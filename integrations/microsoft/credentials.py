"""What an application proves its identity with. Secrets stay out of every repr."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@dataclass(frozen=True, slots=True)
class ClientSecret:
    application_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Private key and certificate as PEM."""

    application_id: str
    private_key: str = field(repr=False)
    certificate: str = field(repr=False)

    @property
    def is_usable(self) -> bool:
        """Microsoft takes RSA keys, and the key must be the certificate's."""
        try:
            key = load_pem_private_key(self.private_key.encode(), password=None)
            certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return False
        return isinstance(key, RSAPrivateKey) and key.public_key() == certificate.public_key()

    @property
    def thumbprint(self) -> str:
        """As the Microsoft Entra admin center shows it."""
        certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - a name, not a proof

    @property
    def expires_at(self) -> datetime:
        return x509.load_pem_x509_certificate(self.certificate.encode()).not_valid_after_utc


Credential = ClientSecret | ClientCertificate
