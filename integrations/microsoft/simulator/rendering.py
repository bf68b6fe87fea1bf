"""Renders pages and single entities, each once for every state of a tenant."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.errors import resource_not_found
from integrations.microsoft.simulator.exchange import Call, to_json
from integrations.microsoft.simulator.queries import Query, next_link, page_token
from integrations.microsoft.simulator.resources import Resource
from integrations.microsoft.simulator.tokens import GRAPH_AUDIENCE
from integrations.microsoft.simulator.world import SimulatedTenant

Serial = Callable[[Any], int]
Bodies = dict[object, bytes]
_KEPT_BODIES = 64  # for each tenant


class Renderer:
    """Keeps what it rendered: a measurement must load the client, not the simulator."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._kept: dict[str, tuple[int, Bodies]] = {}

    def render(
        self, tenant: SimulatedTenant, call: Call, *, resource: Resource, query: Query, key: str | None
    ) -> bytes:
        """The collection, or the one entity of this key."""
        bodies = self._bodies(tenant)
        asked = (call.path, tuple(call.query.items()), query.selected, query.counts)
        if asked not in bodies:
            rows = resource.rows(tenant, self._environment.world)
            document = _entity(resource, rows, query, key) if key else self._page(resource, rows, query, call)
            bodies[asked] = to_json(document)
        return bodies[asked]

    def _bodies(self, tenant: SimulatedTenant) -> Bodies:
        revision, bodies = self._kept.get(tenant.tenant_id, (-1, {}))
        if revision != tenant.revision or len(bodies) >= _KEPT_BODIES:
            bodies = {}
            self._kept[tenant.tenant_id] = tenant.revision, bodies
        return bodies

    def _page(self, resource: Resource, rows: Sequence[Any], query: Query, call: Call) -> dict[str, Any]:
        document: dict[str, Any] = {"@odata.context": _context(resource, query)}
        if query.predicate:
            rows = [row for row in rows if query.predicate(row)]
        if query.counts and query.page == 1:
            document["@odata.count"] = len(rows)
        if resource.serial:
            rows, token = _slice(rows, query, serial=resource.serial)
            if token:
                link = next_link(self._environment.origin, call.path, call.query, token=token)
                document["@odata.nextLink"] = link
        document["value"] = [_properties(resource, row, query) for row in rows]
        return document


def _slice(rows: Sequence[Any], query: Query, *, serial: Serial) -> tuple[Sequence[Any], str | None]:
    """The rows of this page, and the token of the next if there is one."""
    found = list(islice((row for row in rows if serial(row) > query.after), query.top + 1))
    page = found[: query.top]
    token = page_token(query.page + 1, after=serial(page[-1])) if len(found) > len(page) else None
    return page, token


def _entity(resource: Resource, rows: Sequence[Any], query: Query, key: str) -> dict[str, Any]:
    names = [name for name in ("id", "userPrincipalName") if name in resource.properties]
    for row in rows:
        if key in {resource.properties[name](row) for name in names}:
            context = f"{_context(resource, query)}/$entity"
            return {"@odata.context": context, **_properties(resource, row, query)}
    raise resource_not_found(key)


def _context(resource: Resource, query: Query) -> str:
    listed = f"({','.join(query.selected)})" if query.is_explicit else ""
    return f"{GRAPH_AUDIENCE}/v1.0/$metadata#{resource.path}{listed}"


def _properties(resource: Resource, row: Any, query: Query) -> dict[str, Any]:
    return {name: resource.properties[name](row) for name in query.selected}
