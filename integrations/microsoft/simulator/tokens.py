"""Signs and checks the JSON Web Tokens of the simulated identity platform."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

GRAPH_AUDIENCE = "https://graph.microsoft.com"
_REMEMBERED_TOKENS = 10_000


class TokenRejectedError(Exception):
    """The words Graph uses for what is wrong with a token."""


class SigningKey:
    def __init__(self, private_key: rsa.RSAPrivateKey) -> None:
        self.private_key = private_key
        self.public_key = private_key.public_key()
        encoded = self.public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.id = urlsafe_b64encode(sha256(encoded).digest()).decode().rstrip("=")

    def published(self) -> dict[str, Any]:
        key: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.public_key, as_dict=True)
        return {"kty": key["kty"], "use": "sig", "kid": self.id, "n": key["n"], "e": key["e"]}


class TokenService:
    """Tokens are checked once and then remembered, for a client sends the same one many times."""

    def __init__(self) -> None:
        self._keys = [_first_key()]
        self._remembered: dict[str, Mapping[str, Any]] = {}

    def published_keys(self) -> list[dict[str, Any]]:
        return [key.published() for key in self._keys]

    def rotate(self) -> None:
        """The last key stays published, so that tokens signed with it live on."""
        self._keys = [_new_key(), *self._keys[:1]]
        self._remembered.clear()

    def sign(self, claims: Mapping[str, Any]) -> str:
        key = self._keys[0]
        return jwt.encode(dict(claims), key.private_key, algorithm="RS256", headers={"kid": key.id})

    def check(self, token: str, *, now: float) -> Mapping[str, Any]:
        claims = self._remembered.get(token) or self._decode(token)
        if claims["exp"] <= now:
            raise TokenRejectedError("Lifetime validation failed, the token is expired.")
        if len(self._remembered) >= _REMEMBERED_TOKENS:
            self._remembered.clear()
        self._remembered[token] = claims
        return claims

    def _decode(self, token: str) -> Mapping[str, Any]:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = next(key for key in self._keys if key.id == key_id)
            # Times are compared with the simulator's clock, which tests may set ahead.
            options: Any = {
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "require": ["exp", "tid"],
            }
            return jwt.decode(
                token, key.public_key, algorithms=["RS256"], audience=GRAPH_AUDIENCE, options=options
            )
        except StopIteration:
            raise TokenRejectedError("Access token validation failure. Signing key is unknown.") from None
        except jwt.InvalidAudienceError:
            raise TokenRejectedError("Access token validation failure. Invalid audience.") from None
        except jwt.InvalidSignatureError:
            raise TokenRejectedError("Access token validation failure. Invalid signature.") from None
        except jwt.InvalidTokenError:
            raise TokenRejectedError("CompactToken parsing failed with error code: 80049217") from None


@cache
def _first_key() -> SigningKey:
    """Making a key takes a while; simulators in one process begin with the same."""
    return _new_key()


def _new_key() -> SigningKey:
    return SigningKey(rsa.generate_private_key(public_exponent=65537, key_size=2048))
