"""The company's own sign-in service, by OpenID Connect: authorization code with PKCE, and an id token that is verified.

Knows no request and no user: where to send a browser, and what the service says of whoever comes back.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from django.conf import settings

from organizations.sealing import SealBrokenError, seal, unseal

ANSWER_PATH = "/sign-in/answer/"
_PLACE = "journey to the sign-in service"
_LIFETIME = timedelta(minutes=10)
_TIMEOUT = (3.05, 8)
_ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "ES384", "RS512"]
_DIRECTORY_ISSUER = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/v2\.0$")


class ProviderError(Exception):
    """The sign-in service could not be asked, or its answer is not to be believed; the message is fit for the log."""


@dataclass(frozen=True)
class Provider:
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    asks_second_factor: bool = False
    ca_bundle: str = ""


@dataclass(frozen=True)
class Journey:
    """One browser's way there and back. It travels sealed, as the `state`; the session remembers the nonce."""

    slug: str
    target: str
    began_at: float
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def sealed(self) -> str:
        return base64.urlsafe_b64encode(seal(json.dumps(asdict(self)), place=_PLACE)).decode()


@dataclass(frozen=True)
class ExternalPerson:
    """Whoever signed in there, as the service vouches for them."""

    issuer: str
    subject: str
    #: Empty unless the service vouches that the address is theirs.
    email: str
    has_second_factor: bool


def configured_provider(slug: str) -> Provider | None:
    """The one that may say who is who in this account."""
    if not (settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID):
        return None
    if settings.OIDC_ACCOUNTS and slug not in settings.OIDC_ACCOUNTS:
        return None
    return Provider(
        settings.OIDC_NAME,
        settings.OIDC_ISSUER,
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
        asks_second_factor=settings.OIDC_SECOND_FACTOR,
        ca_bundle=settings.OIDC_CA_BUNDLE,
    )


def answer_address() -> str:
    return f"{settings.PUBLIC_URL}{ANSWER_PATH}"


def open_journey(state: str, *, now: datetime) -> Journey | None:
    """None for a state that is made up, changed or too old."""
    try:
        journey = Journey(**json.loads(unseal(base64.urlsafe_b64decode(state.encode()), place=_PLACE)))
    except (ValueError, TypeError, SealBrokenError):
        return None
    began = datetime.fromtimestamp(journey.began_at, UTC)
    return journey if began <= now <= began + _LIFETIME else None


def send_there(provider: Provider, journey: Journey) -> str:
    """The address that begins a sign-in there."""
    challenge = hashlib.sha256(journey.verifier.encode()).digest()
    asked = {
        "client_id": provider.client_id,
        "response_type": "code",
        "redirect_uri": answer_address(),
        "scope": "openid email profile",
        "state": journey.sealed(),
        "nonce": journey.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
        "prompt": "select_account",
    }
    return f"{_endpoint(_discover(provider), 'authorization_endpoint')}?{urlencode(asked)}"


def redeem(provider: Provider, journey: Journey, code: str) -> ExternalPerson:
    """Exchanges the code and believes nothing that is not signed for us, by them, in this very journey."""
    known = _discover(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": answer_address(),
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "code_verifier": journey.verifier,
    }
    token = _ask(provider, "POST", _endpoint(known, "token_endpoint"), data=form).get("id_token")
    keys = _ask(provider, "GET", _endpoint(known, "jwks_uri"))
    claims = _verified(provider, str(token), keys)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), journey.nonce.encode()):
        raise ProviderError("The id token belongs to another sign-in.")
    return _person(provider, claims)


def _discover(provider: Provider) -> Mapping[str, Any]:
    document = _ask(provider, "GET", f"{provider.issuer}/.well-known/openid-configuration")
    # Entra's address for all directories names none here; believing it would let every directory in.
    if document.get("issuer") != provider.issuer:
        raise ProviderError(
            f"OIDC_ISSUER is {provider.issuer}, but it calls itself {document.get('issuer')}."
        )
    return document


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    address = str(document.get(name, ""))
    if urlsplit(address).scheme != "https":
        raise ProviderError(f"The sign-in service names no {name} with TLS.")
    return address


def _ask(provider: Provider, method: str, address: str, **options: Any) -> Mapping[str, Any]:
    with requests.Session() as session:
        # Neither a proxy nor a password from the surroundings.
        session.trust_env = False
        session.verify = provider.ca_bundle or True
        try:
            response = session.request(method, address, timeout=_TIMEOUT, allow_redirects=False, **options)
            document = response.json()
        except (requests.RequestException, ValueError) as error:
            raise ProviderError(
                f"{urlsplit(address).netloc} did not answer: {type(error).__name__}."
            ) from error
    if not response.ok or response.is_redirect or not isinstance(document, dict):
        raise ProviderError(
            f"{urlsplit(address).netloc} answered {response.status_code}: {_reason(document)}."
        )
    return document


def _reason(document: object) -> str:
    return str(document.get("error", "unknown"))[:100] if isinstance(document, dict) else "unknown"


def _verified(provider: Provider, token: str, keys: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        key = next(key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if wanted in (None, key.key_id))
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=_ALGORITHMS,
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=60,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except StopIteration:
        raise ProviderError("The id token is signed by a key the sign-in service does not publish.") from None
    except jwt.PyJWTError as error:
        raise ProviderError(f"The id token does not hold: {type(error).__name__}.") from error
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise ProviderError("The id token was made for another application.")
    return claims


def _person(provider: Provider, claims: Mapping[str, Any]) -> ExternalPerson:
    methods = claims.get("amr")
    return ExternalPerson(
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        email=_email(claims) if _is_email_vouched(provider, claims) else "",
        has_second_factor=provider.asks_second_factor or (isinstance(methods, list) and "mfa" in methods),
    )


def _email(claims: Mapping[str, Any]) -> str:
    """Lower case turns some foreign letters into ours, such as the Kelvin sign into k: another mailbox than it seems."""
    email = str(claims.get("email", "")).strip()
    return email.lower() if email.isascii() else ""


def _is_email_vouched(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """In Entra any directory may write any address into its users' profiles ("nOAuth"). So the address counts only
    when it is said to be verified, or when the one directory that is configured speaks of its own members."""
    if _is_true(claims.get("email_verified")) or _is_true(claims.get("xms_edov")):
        return True
    directory = _DIRECTORY_ISSUER.search(provider.issuer)
    is_guest = claims.get("idp", provider.issuer) != provider.issuer or str(claims.get("acct", "0")) == "1"
    is_denied = "email_verified" in claims or "xms_edov" in claims
    return directory is not None and claims.get("tid") == directory[1] and not is_guest and not is_denied


def _is_true(claim: object) -> bool:
    """Entra writes `xms_edov` as a number or as text, depending on the kind of account."""
    return claim is True or str(claim).lower() in {"1", "true"}
