"""What an answer that is not a success means: for Graph by status, for sign-in by error and AADSTS number."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.microsoft.errors import (
    MalformedAnswerError,
    MicrosoftError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from integrations.microsoft.transport import Answer
from integrations.problems import Problem

SHORTEST_WAIT = 1.0
LONGEST_WAIT = 3600.0
_NON_PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
_IDENTIFIER = re.compile(r"[\w.-]{1,80}", re.ASCII)

# Microsoft calls these numbers unstable: they choose the words, never the flow.
_SIGN_IN_NUMBERS: Mapping[int, Problem] = {
    7000215: Problem.CREDENTIAL_WRONG,
    7000216: Problem.CREDENTIAL_WRONG,
    7000218: Problem.CREDENTIAL_WRONG,
    700027: Problem.CREDENTIAL_WRONG,
    700024: Problem.CREDENTIAL_WRONG,
    7000222: Problem.CREDENTIAL_EXPIRED,
    7000229: Problem.CONSENT_MISSING,
    65001: Problem.CONSENT_MISSING,
    700016: Problem.APPLICATION_UNKNOWN,
    7000112: Problem.APPLICATION_DISABLED,
    90002: Problem.TENANT_UNKNOWN,
    900023: Problem.TENANT_UNKNOWN,
    5000224: Problem.TENANT_UNKNOWN,
    53003: Problem.PERMISSION_MISSING,
    50196: Problem.THROTTLED,
    90033: Problem.UNAVAILABLE,
}
_SIGN_IN_ERRORS: Mapping[str, Problem] = {
    "invalid_client": Problem.CREDENTIAL_WRONG,
    "unauthorized_client": Problem.CONSENT_MISSING,
    "invalid_grant": Problem.CONSENT_MISSING,
    "invalid_tenant": Problem.TENANT_UNKNOWN,
    "temporarily_unavailable": Problem.UNAVAILABLE,
}


def graph_error(answer: Answer) -> MicrosoftError:
    return graph_item_error(answer.status, answer.headers, _document(answer))


def graph_item_error(status: int, headers: Mapping[str, str], document: Mapping[str, Any]) -> MicrosoftError:
    """One verdict for a whole answer and for one item of a batch."""
    code = _graph_code(document)
    detail = f"status {status} {code}".rstrip()
    codes = (code,) if code else ()
    request_id = _word(headers.get("request-id"))
    if status == 429:
        return ThrottledError(
            detail,
            codes=codes,
            request_id=request_id,
            retry_after=retry_after(headers),
            app_wide=headers.get("x-ms-throttle-scope", "").startswith("Application"),
        )
    if status == 408 or status >= 500:
        return TransientError(
            Problem.UNAVAILABLE, detail, codes=codes, request_id=request_id, retry_after=retry_after(headers)
        )
    if status < 400:
        return MalformedAnswerError(f"unexpected status {status}", request_id=request_id)
    return PermanentError(_refusal(status, code), detail, codes=codes, request_id=request_id)


def _refusal(status: int, code: str) -> Problem:
    if status not in {401, 403}:
        return Problem.UNEXPECTED
    return Problem.PREMIUM_MISSING if code == _NON_PREMIUM else Problem.PERMISSION_MISSING


def sign_in_error(answer: Answer) -> MicrosoftError:
    if answer.status < 400:
        return MalformedAnswerError(
            f"sign-in with unexpected status {answer.status}", request_id=_word(answer.request_id)
        )
    document = _document(answer)
    numbers = _numbers(document.get("error_codes"))
    error = _word(document.get("error"))
    codes = tuple(f"AADSTS{number}" for number in numbers)
    detail = " ".join(filter(None, ["sign-in", f"status {answer.status}", error, *codes]))
    request_id, wait = (
        _word(document.get("trace_id")) or _word(answer.request_id),
        retry_after(answer.headers),
    )
    problem = _sign_in_problem(answer.status, error, numbers)
    if problem is Problem.THROTTLED:
        return ThrottledError(detail, codes=codes, request_id=request_id, retry_after=wait)
    kind = TransientError if problem.is_transient else PermanentError
    return kind(
        problem,
        detail,
        codes=codes,
        request_id=request_id,
        correlation_id=_word(document.get("correlation_id")),
        retry_after=wait,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, within reason, or None when Microsoft does not say."""
    value = headers.get("Retry-After", "").strip()
    seconds = _seconds(value)
    if seconds is None:
        seconds = _seconds_until(value, headers.get("Date", ""))
    return None if seconds is None else min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)


def _sign_in_problem(status: int, error: str, numbers: list[int]) -> Problem:
    if status == 429:
        return Problem.THROTTLED
    if status == 408 or status >= 500:
        return Problem.UNAVAILABLE
    known = (_SIGN_IN_NUMBERS[number] for number in numbers if number in _SIGN_IN_NUMBERS)
    return next(known, _SIGN_IN_ERRORS.get(error, Problem.UNEXPECTED))


def _numbers(value: object) -> list[int]:
    return [number for number in value if isinstance(number, int)] if isinstance(value, list) else []


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def _seconds_until(value: str, date: str) -> float | None:
    """Counted from the server's own clock where it tells it, so that ours may be wrong."""
    until, since = _http_date(value), _http_date(date)
    return None if until is None else (until - (since or datetime.now(UTC))).total_seconds()


def _http_date(value: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _graph_code(document: Mapping[str, Any]) -> str:
    error = document.get("error")
    return _word(error.get("code")) if isinstance(error, dict) else ""


def _document(answer: Answer) -> Mapping[str, Any]:
    """A failure may come from a gateway and be no JSON at all."""
    try:
        return answer.document()
    except MalformedAnswerError:
        return {}


def _word(value: object) -> str:
    """An identifier or nothing: neither prose nor an echoed token goes on to logs and pages."""
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else ""
