"""How the application proves who it is at the token endpoint: by secret or by signed assertion."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

import jwt

from integrations.microsoft.simulator import errors
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.exchange import Call

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CLOCK_SKEW = 300


def check_credential(environment: Environment, call: Call, form: Mapping[str, str], *, tenant: str) -> None:
    application = environment.application
    application_id, secret = _basic(call) or (form.get("client_id", ""), form.get("client_secret"))
    if not application_id:
        raise errors.missing_parameter("client_id")
    if application_id.lower() != application.id:
        raise errors.application_not_found(application_id, tenant)
    if application.is_disabled:
        raise errors.application_disabled(application_id)
    if secret is not None:
        _check_secret(environment, secret)
    elif form.get("client_assertion_type") == _ASSERTION_TYPE:
        _check_assertion(environment, form.get("client_assertion", ""), tenant=tenant)
    else:
        raise errors.missing_credential()


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        application_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.missing_credential() from None
    return unquote_plus(application_id), unquote_plus(secret)


def _check_secret(environment: Environment, secret: str) -> None:
    application = environment.application
    if secret in application.expired_secrets:
        raise errors.expired_secret(application.id)
    if not application.accepts_secret(secret):
        raise errors.wrong_secret(application.id)


def _check_assertion(environment: Environment, assertion: str, *, tenant: str) -> None:
    named = _named_certificate(assertion)
    public_key = environment.application.certificates.get(named)
    if public_key is None:
        raise errors.unknown_certificate(named)
    try:
        claims = jwt.decode(
            assertion,
            public_key,
            algorithms=["RS256", "PS256"],
            audience=_audiences(environment, tenant),
            # Times are compared with the simulator's clock below.
            options={
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "require": ["exp", "iss", "sub", "jti"],
            },
        )
    except jwt.InvalidTokenError as error:
        raise errors.bad_assertion(str(error)) from None
    _check_claims(environment, claims)


def _named_certificate(assertion: str) -> str:
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError as error:
        raise errors.bad_assertion(str(error)) from None
    # Some clients leave the padding on, which base64url in a token should not have.
    return str(header.get("x5t#S256") or header.get("x5t") or "").rstrip("=")


def _audiences(environment: Environment, tenant: str) -> list[str]:
    found = environment.world.find_tenant(tenant)
    names = {tenant, found.tenant_id} if found else {tenant}
    return [f"{environment.origin}/{name}/{path}" for name in names for path in ("oauth2/v2.0/token", "v2.0")]


def _check_claims(environment: Environment, claims: Mapping[str, Any]) -> None:
    if not claims["iss"] == claims["sub"] == environment.application.id:
        raise errors.bad_assertion("Issuer and subject must be the application.")
    now = environment.now()
    begins = claims.get("nbf", claims.get("iat", 0))
    if not begins - _CLOCK_SKEW <= now <= claims["exp"] + _CLOCK_SKEW:
        raise errors.assertion_out_of_time()
