"""JSON batching: up to twenty requests in one, each answered and judged by itself."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from integrations.microsoft.simulator.errors import GraphError
from integrations.microsoft.simulator.exchange import Answer, Call, to_json

MOST_REQUESTS = 20
Item = Mapping[str, Any]


def answer_batch(call: Call, *, answer: Callable[[Call], Answer]) -> Answer:
    items = _items(call)
    responses: dict[str, dict[str, Any]] = {}
    for item in items:
        responses[item["id"]] = _respond(item, responses, call=call, answer=answer)
    # Graph promises no order, and clients must not rely on one.
    return Answer(200, to_json({"responses": list(reversed(responses.values()))}))


def _items(call: Call) -> list[Item]:
    if call.method != "POST":
        raise _invalid("Batch requests are sent with POST.")
    try:
        items: list[Item] = json.loads(call.body)["requests"]
        ids = [item["id"] for item in items if item["method"] and item["url"]]
    except (ValueError, KeyError, TypeError):
        raise _invalid("Invalid batch payload format.") from None
    if len(items) > MOST_REQUESTS:
        raise _invalid(f"Number of batch request steps exceeds the maximum value of {MOST_REQUESTS}.")
    if len(set(ids)) < len(ids):
        raise _invalid("Batch request ids must be unique within a batch.")
    for item in items:
        if not set(_depends_on(item)) <= set(ids[: ids.index(item["id"])]):
            raise _invalid(f"Request '{item['id']}' depends on a request that does not come before it.")
    return items


def _respond(
    item: Item, responses: Mapping[str, Item], *, call: Call, answer: Callable[[Call], Answer]
) -> dict[str, Any]:
    if any(responses[each]["status"] >= 400 for each in _depends_on(item)):
        error = {"code": "FailedDependency", "message": "A request this one depends on has failed."}
        return {
            "id": item["id"],
            "status": 424,
            "headers": {"Content-Type": "application/json"},
            "body": {"error": error},
        }
    answered = answer(_call(item, call))
    headers = {"Content-Type": answered.content_type, **answered.headers}
    return {"id": item["id"], "status": answered.status, "headers": headers, "body": _body(answered)}


def _call(item: Item, call: Call) -> Call:
    """Microsoft's own client sends absolute URLs, others begin at the version or after it."""
    url = urlsplit(item["url"])
    path = "/" + url.path.lstrip("/").removeprefix("v1.0/")
    headers = {name.lower(): value for name, value in (item.get("headers") or {}).items()}
    kept = {name: call.headers[name] for name in ("authorization",) if name in call.headers}
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Call(item["method"], f"/v1.0{path}", query, headers | kept, to_json(item.get("body")), url.query)


def _depends_on(item: Item) -> list[str]:
    """The Python SDK spells the key its own way; Graph puts up with it."""
    return list(item.get("dependsOn") or item.get("depends_on") or ())


def _body(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return answer.body.decode(errors="replace")


def _invalid(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)
