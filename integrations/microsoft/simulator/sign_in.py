"""Sign-in by authorization code with PKCE. Whoever asks is signed in at once: there are no passwords here."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from integrations.microsoft.simulator import errors
from integrations.microsoft.simulator.census import SimulatedUser
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.errors import EntraError
from integrations.microsoft.simulator.exchange import JSON_TYPE, Answer, to_json
from integrations.microsoft.simulator.html import posting_form, redirect
from integrations.microsoft.simulator.tokens import GRAPH_AUDIENCE
from integrations.microsoft.simulator.world import SimulatedTenant

_CODE_LIFETIME = 600


@dataclass(slots=True)
class Grant:
    """An authorization code, until it is redeemed once."""

    tenant: SimulatedTenant
    user: SimulatedUser
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    expires_at: float
    is_redeemed: bool = False


class SignIn:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._grants: dict[str, Grant] = {}

    def authorize(self, tenant: SimulatedTenant, asked: Mapping[str, str]) -> Answer:
        application = self._environment.application
        redirect_uri = asked.get("redirect_uri", "")
        if asked.get("client_id", "").lower() != application.id:
            raise errors.application_not_found(asked.get("client_id", ""), tenant.tenant_id)
        # Before the redirect URI is known to be the application's, nothing may be sent there.
        if not application.accepts_redirect(redirect_uri):
            raise errors.wrong_redirect(redirect_uri, application.id)
        try:
            answer = self._grant(tenant, asked)
        except EntraError as error:
            answer = {"error": error.error, "error_description": error.summary}
        if "state" in asked:
            answer["state"] = asked["state"]
        if asked.get("response_mode") == "form_post":
            return posting_form(redirect_uri, answer)
        return redirect(redirect_uri, answer)

    def redeem(self, form: Mapping[str, str]) -> Answer:
        grant = self._grants.get(form.get("code", ""))
        if grant is None:
            raise errors.unknown_code()
        if grant.is_redeemed:
            raise errors.replayed_code()
        if self._environment.now() > grant.expires_at:
            raise errors.expired_code()
        if form.get("redirect_uri", "") != grant.redirect_uri:
            raise errors.wrong_redirect(form.get("redirect_uri", ""), self._environment.application.id)
        if grant.challenge and _challenge(form.get("code_verifier", "")) != grant.challenge:
            raise errors.wrong_verifier()
        grant.is_redeemed = True
        return Answer(200, to_json(self._tokens(grant)), JSON_TYPE)

    def _grant(self, tenant: SimulatedTenant, asked: Mapping[str, str]) -> dict[str, str]:
        if asked.get("response_type") != "code":
            raise EntraError(
                400, "unsupported_response_type", 700054, "response_type is not enabled for the application."
            )
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            raise EntraError(400, "invalid_request", 501491, "The code challenge method must be S256.")
        if self._environment.sign_in_declined:
            raise errors.admin_declined()
        user = _choose_user(tenant, hint=asked.get("login_hint", ""))
        code = f"1.{uuid4().hex}{uuid4().hex}"
        self._grants[code] = Grant(
            tenant=tenant,
            user=user,
            redirect_uri=asked.get("redirect_uri", ""),
            challenge=asked.get("code_challenge", ""),
            nonce=asked.get("nonce", ""),
            scope=asked.get("scope", ""),
            expires_at=self._environment.now() + _CODE_LIFETIME,
        )
        answer = {"code": code, "session_state": str(uuid4())}
        return answer | (
            {"client_info": _client_info(user, tenant)} if asked.get("client_info") == "1" else {}
        )

    def _tokens(self, grant: Grant) -> dict[str, Any]:
        now, lifetime = int(self._environment.now()), self._environment.token_lifetime
        about = {
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "tid": grant.tenant.tenant_id,
            "oid": grant.user.id,
        }
        return {
            "token_type": "Bearer",
            "scope": grant.scope,
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": self._environment.tokens.sign(
                about | {"aud": GRAPH_AUDIENCE, "scp": grant.scope, "idtyp": "user"}
            ),
            "refresh_token": f"1.{uuid4().hex}",
            "id_token": self._environment.tokens.sign(about | self._identity_claims(grant)),
            "client_info": _client_info(grant.user, grant.tenant),
        }

    def _identity_claims(self, grant: Grant) -> dict[str, Any]:
        asked = grant.scope.split()
        # Whatever the directory's administrators wrote there; nothing in the token vouches for it.
        email = {"email": grant.user.mail} if "email" in asked and grant.user.mail else {}
        return email | {
            "aud": self._environment.application.id,
            "iss": f"{self._environment.origin}/{grant.tenant.tenant_id}/v2.0",
            "name": grant.user.display_name or grant.user.user_principal_name,
            "nonce": grant.nonce,
            "preferred_username": grant.user.user_principal_name,
            "sub": _base64url(sha256(grant.user.id.encode()).digest()),
            "ver": "2.0",
        }


def _choose_user(tenant: SimulatedTenant, *, hint: str) -> SimulatedUser:
    members = (user for user in tenant.users if user.account_enabled and user.user_type == "Member")
    found = next((user for user in members if not hint or user.user_principal_name == hint), None)
    if found is None:
        text = f"The user account {hint} does not exist in the {tenant.tenant_id} directory."
        raise EntraError(400, "invalid_grant", 50034, text)
    return found


def _client_info(user: SimulatedUser, tenant: SimulatedTenant) -> str:
    return _base64url(json.dumps({"uid": user.id, "utid": tenant.tenant_id}).encode())


def _challenge(verifier: str) -> str:
    return _base64url(sha256(verifier.encode()).digest())


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
