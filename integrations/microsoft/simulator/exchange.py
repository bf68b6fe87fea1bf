"""One request and one answer, apart from any web server, so that `$batch` and faults can handle them as values."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON_TYPE = "application/json; charset=utf-8"
GRAPH_TYPE = (
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
)
HTML_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw_query: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def client_id(self) -> str:
        """The id the client gave its request, to find it again on both sides."""
        return self.headers.get("client-request-id") or self.id


@dataclass(frozen=True, slots=True)
class Answer:
    """`delay` and `cut_after` are how it travels: seconds to wait, bytes after which the line goes dead."""

    status: int
    body: bytes = b""
    content_type: str = GRAPH_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut_after: int | None = None


@dataclass(slots=True)
class Trace:
    """What the request log keeps about a call besides the call itself; filled in while it is answered."""

    tenant_id: str | None = None
    endpoint: str | None = None


def to_json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
