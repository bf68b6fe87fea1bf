"""The identity half: finds the tenant and the endpoint asked for; discovery and keys are answered here."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from integrations.microsoft.simulator import errors
from integrations.microsoft.simulator.admin_consent import AdminConsent
from integrations.microsoft.simulator.effects import Attempt
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.errors import EntraError
from integrations.microsoft.simulator.exchange import HTML_TYPE, JSON_TYPE, Answer, Call, Trace, to_json
from integrations.microsoft.simulator.identifiers import is_guid
from integrations.microsoft.simulator.sign_in import SignIn
from integrations.microsoft.simulator.token_endpoint import TokenEndpoint
from integrations.microsoft.simulator.world import SimulatedTenant

# Words that stand for a tenant not yet known.
ANY_TENANT = frozenset({"common", "organizations"})

_CAPABILITIES: dict[str, Any] = {
    "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    "response_modes_supported": ["query", "form_post"],
    "response_types_supported": ["code"],
    "scopes_supported": ["openid", "profile", "email", "offline_access"],
    "subject_types_supported": ["pairwise"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "request_uri_parameter_supported": False,
    "tenant_region_scope": "EU",
    "cloud_instance_name": "microsoftonline.com",
    "msgraph_host": "graph.microsoft.com",
}

Handler = Callable[[str, Call], Answer]


class Identity:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._sign_in = SignIn(environment)
        self._token_endpoint = TokenEndpoint(environment, sign_in=self._sign_in)
        self._admin_consent = AdminConsent(environment)
        self._handlers: Mapping[str, tuple[str, Handler]] = {
            "v2.0/.well-known/openid-configuration": ("discovery", self._discovery),
            ".well-known/openid-configuration": ("discovery", self._discovery),
            "discovery/v2.0/keys": ("keys", self._keys),
            "oauth2/v2.0/token": ("token", self._token),
            "oauth2/v2.0/authorize": ("authorize", self._authorize),
            "v2.0/adminconsent": ("adminconsent", self._consent),
            "adminconsent": ("adminconsent", self._consent),
        }

    def answer(self, call: Call, trace: Trace) -> Answer:
        name, _, route = call.path.lstrip("/").partition("/")
        trace.endpoint, handler = self._handlers.get(route, (None, None))
        if trace.endpoint is None or handler is None:
            return self._with_headers(Answer(404, b"Not found", HTML_TYPE), call)
        tenant = self._environment.world.find_tenant(name)
        trace.tenant_id = tenant.tenant_id if tenant else None
        return self._with_headers(self._answer(name, call, trace, handler), call)

    def _answer(self, name: str, call: Call, trace: Trace, handler: Handler) -> Answer:
        fault = self._environment.faults.take(trace.tenant_id or "", trace.endpoint or "")
        if fault is None:
            return self._honestly(name, call, handler)
        other = self._environment.world.next_to(trace.tenant_id).tenant_id if trace.tenant_id else name
        return fault.strike(
            Attempt(
                call=call,
                origin=self._environment.origin,
                now=self._environment.today(),
                first_page_token="",
                normally=lambda: self._honestly(name, call, handler),
                as_first_page=lambda: self._honestly(name, call, handler),
                as_another_tenant=lambda: self._honestly(other, call, handler),
                refuse=lambda status, code, message: self._refusal(self._fault(status, name), call),
            )
        )

    def _honestly(self, name: str, call: Call, handler: Handler) -> Answer:
        try:
            return handler(name, call)
        except EntraError as error:
            return self._refusal(error, call)

    def _fault(self, status: int, name: str) -> EntraError:
        """A fault is told in Graph's terms; here it becomes what the token endpoint would say."""
        if status in {401, 403}:
            return errors.consent_missing(self._environment.application.id, name)
        busy = errors.busy()
        return EntraError(status, busy.error, busy.number, busy.text)

    def _discovery(self, name: str, call: Call) -> Answer:
        tenant_id = name if name in ANY_TENANT else self._tenant(name, error="invalid_tenant").tenant_id
        origin = self._environment.origin
        issued_for = "{tenantid}" if name in ANY_TENANT else tenant_id
        endpoints = {
            "issuer": f"{origin}/{issued_for}/v2.0",
            "token_endpoint": f"{origin}/{tenant_id}/oauth2/v2.0/token",
            "authorization_endpoint": f"{origin}/{tenant_id}/oauth2/v2.0/authorize",
            "jwks_uri": f"{origin}/{tenant_id}/discovery/v2.0/keys",
        }
        return _json(endpoints | _CAPABILITIES)

    def _keys(self, name: str, call: Call) -> Answer:
        return _json({"keys": self._environment.tokens.published_keys()})

    def _authorize(self, name: str, call: Call) -> Answer:
        tenant = (
            self._environment.world.partner
            if name in ANY_TENANT
            else self._tenant(name, error="invalid_request")
        )
        return self._sign_in.authorize(tenant, _parameters(call))

    def _consent(self, name: str, call: Call) -> Answer:
        if name == "common":
            raise errors.malformed_tenant(name)
        tenant = None if name in ANY_TENANT else self._tenant(name, error="invalid_request")
        return self._admin_consent.answer(tenant, call, _parameters(call))

    def _token(self, name: str, call: Call) -> Answer:
        tenant = None if name in ANY_TENANT else self._tenant(name, error="invalid_request")
        return self._token_endpoint.answer(tenant, call, name=name)

    def _tenant(self, name: str, *, error: str) -> SimulatedTenant:
        if tenant := self._environment.world.find_tenant(name):
            return tenant
        if not is_guid(name) and "." not in name:
            raise errors.malformed_tenant(name)
        raise errors.tenant_not_found(name, error=error)

    def _refusal(self, error: EntraError, call: Call) -> Answer:
        timestamp = self._environment.today().strftime("%Y-%m-%d %H:%M:%SZ")
        document = error.document(timestamp=timestamp, trace_id=call.id, correlation_id=_correlation_id(call))
        return Answer(error.status, to_json(document), JSON_TYPE)

    def _with_headers(self, answer: Answer, call: Call) -> Answer:
        headers = {
            "Cache-Control": "no-store, no-cache",
            "x-ms-request-id": call.id,
            "client-request-id": _correlation_id(call),
        }
        return replace(answer, headers={**headers, **answer.headers})


def _correlation_id(call: Call) -> str:
    return call.client_id if is_guid(call.client_id) else call.id


def _parameters(call: Call) -> dict[str, str]:
    return dict(call.query) | dict(parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True))


def _json(document: Any) -> Answer:
    return Answer(200, to_json(document), JSON_TYPE)
