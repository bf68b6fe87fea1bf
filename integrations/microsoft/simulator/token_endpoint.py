"""The token endpoint: checks what a client sends and issues app-only tokens; sign-ins redeem their codes here too."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from integrations.microsoft.simulator import errors
from integrations.microsoft.simulator.credentials import check_credential
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.errors import EntraError
from integrations.microsoft.simulator.exchange import JSON_TYPE, Answer, Call, to_json
from integrations.microsoft.simulator.identifiers import guid
from integrations.microsoft.simulator.sign_in import SignIn
from integrations.microsoft.simulator.tokens import GRAPH_AUDIENCE
from integrations.microsoft.simulator.world import SimulatedTenant


class TokenEndpoint:
    def __init__(self, environment: Environment, *, sign_in: SignIn) -> None:
        self._environment = environment
        self._sign_in = sign_in

    def answer(self, tenant: SimulatedTenant | None, call: Call, *, name: str) -> Answer:
        """`name` is what the address calls the tenant; it stands for none in `organizations`."""
        if call.method != "POST":
            raise EntraError(400, "invalid_request", 900561, "The endpoint only accepts POST requests.")
        form = dict(parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True))
        if "grant_type" not in form:
            raise errors.missing_parameter("grant_type")
        check_credential(self._environment, call, form, tenant=name)
        if form["grant_type"] == "authorization_code":
            return self._sign_in.redeem(form)
        if form["grant_type"] != "client_credentials":
            raise errors.unsupported_grant(form["grant_type"])
        if tenant is None:
            raise errors.malformed_tenant(name)
        return self._app_token(tenant, form)

    def _app_token(self, tenant: SimulatedTenant, form: Mapping[str, str]) -> Answer:
        roles = self._environment.consents.find_roles(tenant.tenant_id)
        if roles is None:
            raise errors.consent_missing(self._environment.application.id, tenant.tenant_id)
        _check_scope(form.get("scope", ""), tenant_id=tenant.tenant_id)
        lifetime = self._environment.token_lifetime
        token = self._environment.tokens.sign(self._claims(tenant, sorted(roles)))
        issued = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime}
        return Answer(200, to_json({**issued, "access_token": token}), JSON_TYPE)

    def _claims(self, tenant: SimulatedTenant, roles: list[str]) -> dict[str, Any]:
        now = int(self._environment.now())
        application_id = self._environment.application.id
        principal_id = guid(tenant.tenant_id, "principal", application_id)
        return {
            "aud": GRAPH_AUDIENCE,
            "iss": f"https://sts.windows.net/{tenant.tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + self._environment.token_lifetime,
            "appid": application_id,
            "idtyp": "app",
            "oid": principal_id,
            "sub": principal_id,
            "tid": tenant.tenant_id,
            "roles": roles,
            "ver": "1.0",
        }


def _check_scope(scope: str, *, tenant_id: str) -> None:
    if not scope.endswith("/.default"):
        raise errors.bad_scope(scope)
    resource = scope.removesuffix("/.default").rstrip("/")
    if resource != GRAPH_AUDIENCE:
        raise errors.unknown_resource(resource, tenant_id)
