"""Graph's $batch: many reads in one request. The outer answer is always 200; each item is judged by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from requests.structures import CaseInsensitiveDict

from integrations.microsoft.errors import MalformedAnswerError, MicrosoftError
from integrations.microsoft.members import Document, items, number, text
from integrations.microsoft.verdicts import graph_item_error

LARGEST_BATCH = 20


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """A GET below /v1.0."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """Either a document or an error."""

    status: int
    document: Document
    error: MicrosoftError | None


def packed(requests: Sequence[BatchRequest]) -> dict[str, Any]:
    return {
        "requests": [
            {"id": str(index), "method": "GET", "url": request.path, "headers": dict(request.headers)}
            for index, request in enumerate(requests)
        ]
    }


def unpacked(document: Document, *, expected: int) -> list[BatchAnswer]:
    """In the order of the requests; Graph answers in any."""
    answers = {text(item, "id"): item for item in items(document, "responses")}
    if answers.keys() != {str(index) for index in range(expected)}:
        raise MalformedAnswerError("a batch was answered in part")
    return [_judged(answers[str(index)]) for index in range(expected)]


def _judged(item: Document) -> BatchAnswer:
    status = number(item, "status")
    headers, body = _headers(item.get("headers")), item.get("body")
    document = body if isinstance(body, dict) else {}
    if status != 200:
        return BatchAnswer(status, {}, graph_item_error(status, headers, document))
    if not document:
        return BatchAnswer(status, {}, MalformedAnswerError("a batch item without a JSON object"))
    return BatchAnswer(status, document, None)


def _headers(value: object) -> CaseInsensitiveDict[str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return CaseInsensitiveDict({str(name): str(content) for name, content in pairs})
