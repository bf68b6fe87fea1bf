"""Reads one tenant's Microsoft Graph: complete answers or an error, never a part."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from integrations.microsoft.batch import LARGEST_BATCH, BatchAnswer, BatchRequest, packed, unpacked
from integrations.microsoft.clouds import Cloud
from integrations.microsoft.errors import (
    MalformedAnswerError,
    MicrosoftError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from integrations.microsoft.identity import Identity
from integrations.microsoft.members import items, text
from integrations.microsoft.patience import Patience
from integrations.microsoft.transport import Answer, Bearer
from integrations.microsoft.verdicts import graph_error
from integrations.problems import Problem

# Five thousand pages are several million users: more is a loop in disguise.
MOST_PAGES = 5_000

Result = TypeVar("Result")


def nobody_minds() -> None:
    """Nobody minds how far the reading has come."""


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    headers: Mapping[str, str]
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    entries: list[dict[str, Any]]
    next_link: str


class GraphClient:
    """`checkpoint` is called before each request, signing in included, and after each wait; it may raise to stop the
    reading."""

    def __init__(
        self,
        cloud: Cloud,
        identity: Identity,
        tenant_id: str,
        *,
        checkpoint: Callable[[], None] = nobody_minds,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = 8.0,
    ) -> None:
        self.tenant_id = tenant_id
        #: Requests sent to Graph so far, retries included.
        self.calls = 0
        self._identity = identity
        self._base = f"{cloud.graph}/v1.0/"
        self._checkpoint = checkpoint
        self._sleep = sleep
        self._patience = Patience(patience, sleep=sleep, checkpoint=checkpoint)

    def sign_in(self) -> None:
        """Every reading signs in by itself; this is for those who want to know that it works."""
        self._identity.token(self.tenant_id)

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._read(_Call("GET", self._url(path), headers or {}), _whole)

    def collection(
        self, path: str, *, headers: Mapping[str, str] | None = None, pause: float = 0.0
    ) -> Iterator[dict[str, Any]]:
        """Every entry of every page, with so many seconds between the pages. An error in the middle means that the
        entries before it are not the set."""
        page = self._read(_Call("GET", self._url(path), headers or {}), _page)
        links: set[str] = set()
        while True:
            yield from page.entries
            if not page.next_link:
                return
            self._require_new_and_ours(page.next_link, links)
            if pause:
                self._sleep(pause)
            # Graph's links do not carry headers such as ConsistencyLevel: each page needs them again.
            page = self._continued(_Call("GET", page.next_link, headers or {}))

    def batch(self, requests: Sequence[BatchRequest]) -> list[BatchAnswer]:
        answers: list[BatchAnswer] = []
        for start in range(0, len(requests), LARGEST_BATCH):
            answers += self._batch(requests[start : start + LARGEST_BATCH])
        return answers

    def _batch(self, requests: Sequence[BatchRequest]) -> list[BatchAnswer]:
        call = _Call(
            "POST",
            self._url("$batch"),
            {"Content-Type": "application/json"},
            json.dumps(packed(requests)).encode(),
        )
        return self._read(call, lambda document: unpacked(document, expected=len(requests)))

    def _continued(self, call: _Call) -> _Page:
        # Graph's own link is refused when its page token has expired or got lost: start over, later.
        try:
            return self._read(call, _page)
        except PermanentError as error:
            if error.problem is not Problem.UNEXPECTED:
                raise
            lost = MalformedAnswerError(
                f"a further page is gone: {error.detail}", request_id=error.request_id
            )
        raise lost

    def _read(self, call: _Call, accept: Callable[[dict[str, Any]], Result]) -> Result:
        attempt = 0
        while True:
            started = time.monotonic()
            failure: MicrosoftError
            try:
                return accept(self._document(call))
            except (ThrottledError, TransientError, MalformedAnswerError) as error:
                failure = error
            self._patience.outlast(failure, attempt=attempt, spent=time.monotonic() - started)
            attempt += 1

    def _document(self, call: _Call) -> dict[str, Any]:
        answer = self._send(call, refresh=False)
        if answer.status == 401:
            answer = self._send(call, refresh=True)
        if answer.status == 403:
            self._identity.forget(self.tenant_id)
        if answer.status != 200:
            raise graph_error(answer)
        return answer.document()

    def _send(self, call: _Call, *, refresh: bool) -> Answer:
        self._checkpoint()
        bearer = Bearer(self._identity.token(self.tenant_id, refresh=refresh))
        # Again, since the token may have been long in coming: nothing is sent for work that was stopped meanwhile.
        self._checkpoint()
        self.calls += 1
        return self._identity.transport.send(
            call.method,
            call.url,
            headers={
                "Accept": "application/json",
                "client-request-id": str(uuid.uuid4()),
                # Background reads are the first to be shed when a tenant is busy.
                "x-ms-throttle-priority": "low",
                **call.headers,
            },
            data=call.data,
            bearer=bearer,
        )

    def _url(self, path: str) -> str:
        return self._base + path.lstrip("/")

    def _require_new_and_ours(self, link: str, links: set[str]) -> None:
        # Compared as text and including the slash after the host: no two parsers can disagree about it.
        if not link.startswith(self._base):
            raise MalformedAnswerError("the next page is at a foreign address")
        if link in links or len(links) >= MOST_PAGES:
            raise MalformedAnswerError("the pages do not end")
        links.add(link)


def _whole(document: dict[str, Any]) -> dict[str, Any]:
    return document


def _page(document: dict[str, Any]) -> _Page:
    return _Page(items(document, "value"), text(document, "@odata.nextLink"))
