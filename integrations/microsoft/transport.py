"""The one way out to Microsoft: HTTPS without redirects, proxies, cookies or endless answers."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from integrations.microsoft.errors import MalformedAnswerError, TransientError
from integrations.problems import Problem

CONNECT_SECONDS = 5
READ_SECONDS = 30
WHOLE_ANSWER_SECONDS = 60
# A page of 999 users with their licenses is about 1 MB.
LARGEST_ANSWER = 32 * 1024 * 1024
_CHUNK = 256 * 1024
_POOL = 32


class Bearer(AuthBase):
    """An access token that no repr and no stack trace shows."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def __repr__(self) -> str:
        return "Bearer(...)"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str:
        return self.headers.get("request-id") or self.headers.get("x-ms-request-id") or ""

    def document(self) -> dict[str, Any]:
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise MalformedAnswerError(
                f"status {self.status} without a JSON object", request_id=self.request_id
            )
        return document


class Transport:
    """Keeps connections alive within one process; a forked child opens its own."""

    def __init__(self, ca: str | None = None) -> None:
        self._ca = ca
        self._session: requests.Session | None = None
        self._process = 0

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: Mapping[str, str] | bytes | None = None,
        bearer: Bearer | None = None,
    ) -> Answer:
        # Raised outside the except block: requests' own exceptions hold the request with its headers.
        try:
            return self._exchange(
                requests.Request(method, url, headers=dict(headers), data=data, auth=bearer)
            )
        except (OSError, HTTPError) as error:
            reason = type(error).__name__
        raise TransientError(Problem.UNREACHABLE, f"{method} {urlsplit(url).hostname}: {reason}")

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _exchange(self, request: requests.Request) -> Answer:
        session = self._opened()
        with session.send(
            session.prepare_request(request),
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
        ) as response:
            return Answer(response.status_code, response.headers, _body(response))

    def _opened(self) -> requests.Session:
        if self._session is None or self._process != os.getpid():
            self._session = _session(self._ca)
            self._process = os.getpid()
        return self._session


def _session(ca: str | None) -> requests.Session:
    session = requests.Session()
    # Otherwise REQUESTS_CA_BUNDLE overrides `verify`, .netrc the token, and HTTPS_PROXY the route.
    session.trust_env = False
    session.verify = ca or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", HTTPAdapter(pool_maxsize=_POOL))
    return session


def _body(response: requests.Response) -> bytes:
    """Read in pieces, so that neither a huge nor a dripping answer holds the worker."""
    deadline = time.monotonic() + WHOLE_ANSWER_SECONDS
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise MalformedAnswerError(f"answer larger than {LARGEST_ANSWER} bytes")
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout
    return bytes(body)
