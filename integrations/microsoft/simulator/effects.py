"""What each fault does to an answer. One function a fault, found by its name in `EFFECTS`."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Protocol

from integrations.microsoft.simulator.exchange import HTML_TYPE, Answer, Call, to_json

Document = dict[str, Any]


class Refuse(Protocol):
    """Makes an error of Graph's or of the identity platform's, whichever was called."""

    def __call__(self, status: int, code: str, message: str) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call about to be answered, and the honest answers to it: as it is, for the first page, for another tenant."""

    call: Call
    origin: str
    now: datetime
    first_page_token: str
    normally: Callable[[], Answer]
    as_first_page: Callable[[], Answer]
    as_another_tenant: Callable[[], Answer]
    refuse: Refuse

    @property
    def url(self) -> str:
        return f"{self.origin}{self.call.path}" + (f"?{self.call.raw_query}" if self.call.raw_query else "")

    def reshaped(self, reshape: Callable[[Document], Any]) -> Answer:
        """The honest answer with its document changed in place. An error stays as it is."""
        answer = self.normally()
        if answer.status != 200:
            return answer
        document = json.loads(answer.body)
        reshape(document)
        return replace(answer, body=to_json(document))


def throttled(attempt: Attempt, *, retry_after: float | None, scope: str) -> Answer:
    after = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return _too_many(attempt, after | {"x-ms-throttle-scope": f"{scope}/ReadWrite"})


def throttled_until(attempt: Attempt, *, seconds: float) -> Answer:
    when = format_datetime(attempt.now + timedelta(seconds=seconds), usegmt=True)
    return _too_many(attempt, {"Retry-After": when, "x-ms-throttle-scope": "Tenant_Application/ReadWrite"})


def _too_many(attempt: Attempt, headers: dict[str, str]) -> Answer:
    answer = attempt.refuse(429, "TooManyRequests", "Too many requests.")
    return replace(answer, headers={"x-ms-throttle-information": "ResourceUnitLimitExceeded", **headers})


def server_error(attempt: Attempt, *, status: int, retry_after: float | None) -> Answer:
    codes = {500: "InternalServerError", 502: "BadGateway", 503: "ServiceUnavailable", 504: "GatewayTimeout"}
    answer = attempt.refuse(
        status, codes.get(status, "generalException"), "The service is temporarily unavailable."
    )
    return replace(answer, headers={} if retry_after is None else {"Retry-After": f"{retry_after:g}"})


def refused(attempt: Attempt, *, status: int, code: str, message: str) -> Answer:
    return attempt.refuse(status, code, message)


def slow(attempt: Attempt, *, seconds: float) -> Answer:
    return replace(attempt.normally(), delay=seconds)


def cut(attempt: Attempt, *, share: float) -> Answer:
    answer = attempt.normally()
    return replace(answer, cut_after=int(len(answer.body) * share))


def truncated(attempt: Attempt) -> Answer:
    answer = attempt.normally()
    return replace(answer, body=answer.body[: len(answer.body) * 2 // 3])


def html(attempt: Attempt, *, status: int) -> Answer:
    page = b"<!DOCTYPE html><html><head><title>Service</title></head><body><h1>Our services aren't available right now</h1></body></html>"
    return Answer(status, page, HTML_TYPE)


def wrong_content_type(attempt: Attempt) -> Answer:
    return replace(attempt.normally(), content_type="text/plain")


def answered(attempt: Attempt, *, body: str, status: int, content_type: str) -> Answer:
    return Answer(status, body.encode(), content_type)


def redirected(attempt: Attempt, *, location: str) -> Answer:
    return Answer(302, headers={"Location": location})


def lost_page(attempt: Attempt) -> Answer:
    return attempt.refuse(404, "Request_ResourceNotFound", "The requested page does not exist.")


def missing_next_link(attempt: Attempt) -> Answer:
    return attempt.reshaped(lambda document: document.pop("@odata.nextLink", None))


def looping_page(attempt: Attempt) -> Answer:
    return _linked(attempt, attempt.url)


def foreign_page(attempt: Attempt, *, origin: str) -> Answer:
    return _linked(attempt, f"{origin}{attempt.call.path}?$skiptoken={attempt.first_page_token}")


def empty_page(attempt: Attempt) -> Answer:
    joint = "&" if attempt.call.raw_query else "?"
    link = f"{attempt.url}{joint}$skiptoken={attempt.first_page_token}"
    return attempt.reshaped(lambda document: document.update({"@odata.nextLink": link, "value": []}))


def _linked(attempt: Attempt, link: str) -> Answer:
    return attempt.reshaped(lambda document: document.update({"@odata.nextLink": link}))


def expired_token(attempt: Attempt) -> Answer:
    message = "Lifetime validation failed, the token is expired."
    return attempt.refuse(401, "InvalidAuthenticationToken", message)


def invalid_token(attempt: Attempt) -> Answer:
    message = "Access token validation failure. Invalid signature."
    return attempt.refuse(401, "InvalidAuthenticationToken", message)


def consent_missing(attempt: Attempt) -> Answer:
    return attempt.refuse(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
    )


def empty(attempt: Attempt) -> Answer:
    def reshape(document: Document) -> None:
        document.pop("@odata.nextLink", None)
        document["value"] = []

    return attempt.reshaped(reshape)


def missing_value(attempt: Attempt) -> Answer:
    return attempt.reshaped(lambda document: document.pop("value", None))


def without(attempt: Attempt, *, member: str) -> Answer:
    return attempt.reshaped(lambda document: [entry.pop(member, None) for entry in document["value"]])


def another_tenants(attempt: Attempt) -> Answer:
    return attempt.as_another_tenant()


def duplicated(attempt: Attempt) -> Answer:
    return attempt.reshaped(
        lambda document: document.update(value=[entry for entry in document["value"] for _ in range(2)])
    )


def overlapping(attempt: Attempt) -> Answer:
    first = json.loads(attempt.as_first_page().body)["value"][:1]
    return attempt.reshaped(lambda document: document.update(value=first + document["value"]))


def huge(attempt: Attempt, *, megabytes: int) -> Answer:
    padding = "x" * (megabytes * 1024 * 1024)
    return attempt.reshaped(lambda document: document.update({"@odata.padding": padding}))


def unknown_values(attempt: Attempt) -> Answer:
    def reshape(document: Document) -> None:
        for entry in document["value"]:
            known = entry.keys() & {"capabilityStatus", "status", "userType", "appliesTo"}
            entry.update(dict.fromkeys(known, "unknownFutureValue"), yetUnheardOf={"nested": [1, None]})

    return attempt.reshaped(reshape)


EFFECTS: dict[str, Callable[..., Answer]] = {
    effect.__name__: effect
    for effect in (
        throttled,
        throttled_until,
        server_error,
        refused,
        slow,
        cut,
        truncated,
        html,
        wrong_content_type,
        answered,
        redirected,
        lost_page,
        missing_next_link,
        looping_page,
        foreign_page,
        empty_page,
        expired_token,
        invalid_token,
        consent_missing,
        empty,
        missing_value,
        without,
        another_tenants,
        duplicated,
        overlapping,
        huge,
        unknown_values,
    )
}
