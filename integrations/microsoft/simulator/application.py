"""The partner's registered application: its credentials, and which tenant consented to which permissions."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from threading import Lock

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

ORGANIZATION_READ = "Organization.Read.All"
USER_READ = "User.Read.All"
DIRECTORY_READ = "Directory.Read.All"
AUDIT_LOG_READ = "AuditLog.Read.All"
DELEGATED_ADMIN_READ = "DelegatedAdminRelationship.Read.All"
DEFAULT_ROLES = frozenset({ORGANIZATION_READ, USER_READ})


@dataclass(slots=True)
class Application:
    """No redirect URI registered means that any will do. `requested_roles` are what an administrator is asked for."""

    id: str
    secret: str
    redirect_uris: set[str] = field(default_factory=set)
    certificates: dict[str, RSAPublicKey] = field(default_factory=dict)
    requested_roles: frozenset[str] = DEFAULT_ROLES
    is_disabled: bool = False
    expired_secrets: set[str] = field(default_factory=set)

    def accepts_secret(self, secret: str) -> bool:
        return hmac.compare_digest(secret.encode(), self.secret.encode())

    def accepts_redirect(self, redirect_uri: str) -> bool:
        return not self.redirect_uris or redirect_uri in self.redirect_uris

    def register_certificate(self, certificate_pem: str | bytes) -> None:
        pem = certificate_pem.encode() if isinstance(certificate_pem, str) else certificate_pem
        certificate = x509.load_pem_x509_certificate(pem)
        public_key = certificate.public_key()
        if not isinstance(public_key, RSAPublicKey):
            raise TypeError("client assertions are signed with RSA keys")
        # Clients name the certificate by either thumbprint. Microsoft still accepts the SHA-1 one.
        for algorithm in (SHA1(), SHA256()):  # noqa: S303 - a name, not a signature
            self.certificates[thumbprint(certificate.fingerprint(algorithm))] = public_key


def thumbprint(fingerprint: bytes) -> str:
    return urlsafe_b64encode(fingerprint).decode().rstrip("=")


class Consents:
    """Every tenant has consented until told otherwise."""

    def __init__(self) -> None:
        self._granted: dict[str, frozenset[str] | None] = {}
        self._lock = Lock()

    def grant(self, tenant_id: str, *, roles: Collection[str] = DEFAULT_ROLES) -> None:
        with self._lock:
            self._granted[tenant_id] = frozenset(roles)

    def revoke(self, tenant_id: str) -> None:
        with self._lock:
            self._granted[tenant_id] = None

    def find_roles(self, tenant_id: str) -> frozenset[str] | None:
        with self._lock:
            return self._granted.get(tenant_id, DEFAULT_ROLES)
