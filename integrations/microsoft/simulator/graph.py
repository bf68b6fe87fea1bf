"""The Graph half: checks the token, finds the resource and answers, honestly or not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from integrations.microsoft.simulator.application import AUDIT_LOG_READ
from integrations.microsoft.simulator.batch import answer_batch
from integrations.microsoft.simulator.documents import USER_BASICS
from integrations.microsoft.simulator.effects import Attempt
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.errors import (
    GraphError,
    denied,
    invalid_token,
    unknown_segment,
)
from integrations.microsoft.simulator.exchange import Answer, Call, Trace, to_json
from integrations.microsoft.simulator.queries import Query, page_token, parse_query, read_page_token
from integrations.microsoft.simulator.rendering import Renderer
from integrations.microsoft.simulator.resources import RESOURCES, USER_READ_BASIC, USERS, Resource
from integrations.microsoft.simulator.tokens import TokenRejectedError
from integrations.microsoft.simulator.world import SimulatedTenant

PREFIX = "/v1.0/"
_PREMIUM = {"AAD_PREMIUM", "AAD_PREMIUM_P2", "EMS", "SPB", "SPE_E3", "SPE_E5", "SPE_F1"}


@dataclass(frozen=True, slots=True)
class Caller:
    tenant: SimulatedTenant
    roles: frozenset[str]

    @property
    def sees_basics_only(self) -> bool:
        return not self.roles & (USERS.roles - {USER_READ_BASIC})


class Graph:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._renderer = Renderer(environment)

    def answer(self, call: Call, trace: Trace) -> Answer:
        trace.endpoint = endpoint_of(call.path)
        try:
            caller = self._authenticate(call)
        except GraphError as error:
            return self._with_headers(self._refusal(error, call), call)
        trace.tenant_id = caller.tenant.tenant_id
        return self._with_headers(self._answer(caller, call), call)

    def _answer(self, caller: Caller, call: Call) -> Answer:
        fault = self._environment.faults.take(
            caller.tenant.tenant_id, endpoint_of(call.path), page=_page_number(call.query)
        )
        return fault.strike(self._attempt(caller, call)) if fault else self._honestly(caller, call)

    def _attempt(self, caller: Caller, call: Call) -> Attempt:
        other = replace(caller, tenant=self._environment.world.next_to(caller.tenant.tenant_id))
        return Attempt(
            call=call,
            origin=self._environment.origin,
            now=self._environment.today(),
            first_page_token=page_token(2, after=0),
            normally=lambda: self._honestly(caller, call),
            as_first_page=lambda: self._honestly(caller, _first_page(call)),
            as_another_tenant=lambda: self._honestly(other, call),
            refuse=lambda status, code, message: self._refusal(GraphError(status, code, message), call),
        )

    def _honestly(self, caller: Caller, call: Call) -> Answer:
        try:
            if call.path == f"{PREFIX}$batch":
                return answer_batch(call, answer=lambda each: self._answer(caller, each))
            return self._read(caller, call)
        except GraphError as error:
            return self._refusal(error, call)

    def _authenticate(self, call: Call) -> Caller:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise invalid_token("Access token is empty.")
        try:
            claims = self._environment.tokens.check(token, now=self._environment.now())
        except TokenRejectedError as rejection:
            raise invalid_token(str(rejection)) from None
        tenant = self._environment.world.find_tenant(claims["tid"])
        if tenant is None:
            raise invalid_token("Access token validation failure. Invalid tenant.")
        return Caller(tenant, frozenset(claims.get("roles", ())))

    def _read(self, caller: Caller, call: Call) -> Answer:
        resource, key = find_resource(call.path)
        if call.method != "GET":
            raise GraphError(
                405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
            )
        if not caller.roles & resource.roles:
            raise denied()
        is_eventual = call.headers.get("consistencylevel", "").lower() == "eventual"
        query = parse_query(resource, call.query, is_eventual=is_eventual)
        _guard_sign_in_activity(caller, query)
        if resource is USERS and caller.sees_basics_only:
            query = query.limited_to(USER_BASICS)
        body = self._renderer.render(caller.tenant, call, resource=resource, query=query, key=key)
        return Answer(200, body, headers={"x-ms-resource-unit": str(_cost(resource, call.query))})

    def _refusal(self, error: GraphError, call: Call) -> Answer:
        date = self._environment.today().strftime("%Y-%m-%dT%H:%M:%S")
        document = error.document(date=date, request_id=call.id, client_request_id=call.client_id)
        return Answer(error.status, to_json(document), "application/json", error.headers)

    def _with_headers(self, answer: Answer, call: Call) -> Answer:
        headers = {
            "Cache-Control": "no-cache",
            "request-id": call.id,
            "client-request-id": call.client_id,
            "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Simulator","Slice":"E","Ring":"1","ScaleUnit":"000"}}',
            "OData-Version": "4.0",
        }
        return replace(answer, headers={**headers, **answer.headers})


def endpoint_of(path: str) -> str:
    below = path.removeprefix(PREFIX)
    known = (name for name in RESOURCES if below == name or below.startswith(f"{name}/"))
    return next(known, below)


def find_resource(path: str) -> tuple[Resource, str | None]:
    """The collection, and the key of the one entity asked for, if it is one."""
    endpoint = endpoint_of(path)
    if endpoint not in RESOURCES:
        raise unknown_segment(endpoint.partition("/")[0])
    return RESOURCES[endpoint], path.removeprefix(f"{PREFIX}{endpoint}").removeprefix("/") or None


def _page_number(options: Mapping[str, str]) -> int:
    try:
        return read_page_token(options.get("$skiptoken"))[0]
    except GraphError:
        return 1


def _first_page(call: Call) -> Call:
    return replace(call, query={name: value for name, value in call.query.items() if name != "$skiptoken"})


def _guard_sign_in_activity(caller: Caller, query: Query) -> None:
    if "signInActivity" not in query.selected:
        return
    if AUDIT_LOG_READ not in caller.roles:
        raise denied()
    if not _PREMIUM & {pool.sku.part_number for pool in caller.tenant.skus}:
        message = "Neither tenant is B2C or tenant doesn't have premium license"
        raise GraphError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", message)


def _cost(resource: Resource, options: Mapping[str, str]) -> int:
    saved = ("$select" in options) + (int(options.get("$top", "100")) < 20)
    return max(1, resource.cost - saved)
