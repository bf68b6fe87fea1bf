"""The log of requests received, for tests that count calls or check that Retry-After was obeyed."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from integrations.microsoft.simulator.exchange import Call, Trace

_KEPT_HEADERS = (
    "client-request-id",
    "consistencylevel",
    "user-agent",
    "x-ms-throttle-priority",
    "retry-attempt",
)
_MOST_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """`time` is the monotonic clock's, in seconds; only differences mean something."""

    time: float
    method: str
    tenant_id: str | None
    endpoint: str | None
    path: str
    query: str
    status: int
    headers: Mapping[str, str]


class Journal:
    def __init__(self) -> None:
        self._requests: deque[RecordedRequest] = deque(maxlen=_MOST_KEPT)
        self._lock = Lock()

    def record(self, call: Call, trace: Trace, *, time: float, status: int) -> None:
        headers = {name: call.headers[name] for name in _KEPT_HEADERS if name in call.headers}
        entry = RecordedRequest(
            time, call.method, trace.tenant_id, trace.endpoint, call.path, call.raw_query, status, headers
        )
        with self._lock:
            self._requests.append(entry)

    def requests(self) -> tuple[RecordedRequest, ...]:
        with self._lock:
            return tuple(self._requests)

    def forget(self) -> None:
        with self._lock:
            self._requests.clear()
