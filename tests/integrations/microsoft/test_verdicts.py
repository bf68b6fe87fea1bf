import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from requests.structures import CaseInsensitiveDict

from integrations.microsoft.errors import (
    MalformedAnswerError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from integrations.microsoft.transport import Answer
from integrations.microsoft.verdicts import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    graph_error,
    retry_after,
    sign_in_error,
)
from integrations.problems import Problem

NOON = datetime(2026, 2, 13, 12, tzinfo=UTC)


def answer(status, document, **headers):
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CaseInsensitiveDict(spelled), json.dumps(document).encode())


def refusal(error, *numbers):
    return {
        "error": error,
        "error_codes": list(numbers),
        "error_description": "AADSTS: canary text that must not travel",
        "trace_id": "4a4e1f0e-trace",
        "correlation_id": "9c3d2b1a-correlation",
    }


@pytest.mark.parametrize(
    ("status", "error", "number", "problem"),
    [
        (401, "invalid_client", 7000215, Problem.CREDENTIAL_WRONG),
        (401, "invalid_client", 7000222, Problem.CREDENTIAL_EXPIRED),
        (401, "invalid_client", 700027, Problem.CREDENTIAL_WRONG),
        (401, "invalid_client", 700024, Problem.CREDENTIAL_WRONG),
        (401, "invalid_client", 7000229, Problem.CONSENT_MISSING),
        (400, "unauthorized_client", 700016, Problem.APPLICATION_UNKNOWN),
        (400, "unauthorized_client", 7000112, Problem.APPLICATION_DISABLED),
        (400, "invalid_request", 90002, Problem.TENANT_UNKNOWN),
        (400, "invalid_tenant", 90002, Problem.TENANT_UNKNOWN),
        (400, "invalid_request", 900023, Problem.TENANT_UNKNOWN),
        (400, "invalid_request", 5000224, Problem.TENANT_UNKNOWN),
        (400, "invalid_grant", 65001, Problem.CONSENT_MISSING),
        (400, "invalid_grant", 53003, Problem.PERMISSION_MISSING),
        (400, "invalid_scope", 1002012, Problem.UNEXPECTED),
        (401, "invalid_client", 123456, Problem.CREDENTIAL_WRONG),
        (400, "something_new", 123456, Problem.UNEXPECTED),
    ],
)
def test_sign_in_refusal_names_the_problem(status, error, number, problem):
    verdict = sign_in_error(answer(status, refusal(error, number)))
    assert (type(verdict), verdict.problem) == (PermanentError, problem)
    assert verdict.codes == (f"AADSTS{number}",)
    assert verdict.detail == f"sign-in status {status} {error} AADSTS{number}"
    assert verdict.correlation_id == "9c3d2b1a-correlation"
    assert verdict.request_id == "4a4e1f0e-trace"


@pytest.mark.parametrize(
    ("status", "document", "kind", "problem"),
    [
        (429, {}, ThrottledError, Problem.THROTTLED),
        (400, refusal("invalid_request", 50196), ThrottledError, Problem.THROTTLED),
        (400, refusal("temporarily_unavailable"), TransientError, Problem.UNAVAILABLE),
        (400, refusal("invalid_request", 90033), TransientError, Problem.UNAVAILABLE),
        (503, ["a gateway's own idea"], TransientError, Problem.UNAVAILABLE),
        (400, {"error": ["?"], "error_codes": "?"}, PermanentError, Problem.UNEXPECTED),
    ],
)
def test_sign_in_trouble_is_told_from_refusal(status, document, kind, problem):
    verdict = sign_in_error(answer(status, document, Retry_After="7"))
    assert (type(verdict), verdict.problem, verdict.retry_after) == (kind, problem, 7.0)


@pytest.mark.parametrize(
    ("status", "code", "kind", "problem"),
    [
        (401, "InvalidAuthenticationToken", PermanentError, Problem.PERMISSION_MISSING),
        (403, "Authorization_RequestDenied", PermanentError, Problem.PERMISSION_MISSING),
        (404, "Request_ResourceNotFound", PermanentError, Problem.UNEXPECTED),
        (400, "Request_BadRequest", PermanentError, Problem.UNEXPECTED),
        (410, "syncStateNotFound", PermanentError, Problem.UNEXPECTED),
        (429, "TooManyRequests", ThrottledError, Problem.THROTTLED),
        (408, "timeout", TransientError, Problem.UNAVAILABLE),
        (500, "generalException", TransientError, Problem.UNAVAILABLE),
        (504, "", TransientError, Problem.UNAVAILABLE),
    ],
)
def test_graph_status_names_the_problem(status, code, kind, problem):
    document = {"error": {"code": code, "message": "canary", "innererror": {"request-id": "inner"}}}
    verdict = graph_error(answer(status, document, request_id="r-1"))
    assert (type(verdict), verdict.problem, verdict.request_id) == (kind, problem, "r-1")
    assert verdict.detail == f"status {status} {code}".rstrip()
    assert verdict.codes == ((code,) if code else ())


@pytest.mark.parametrize("status", [204, 302, 307])
def test_success_that_is_none_is_malformed(status):
    assert type(graph_error(answer(status, {}))) is MalformedAnswerError
    assert type(sign_in_error(answer(status, {}))) is MalformedAnswerError


@pytest.mark.parametrize("code", ["Denied\nERROR root: all is lost", "<b>Denied</b>", "e" * 500, "", 7, None])
def test_graph_code_that_is_no_identifier_is_left_out(code):
    verdict = graph_error(answer(403, {"error": {"code": code}}, request_id="r-1\nforged"))
    assert (verdict.codes, verdict.detail, verdict.request_id) == ((), "status 403", "")


@pytest.mark.parametrize(
    ("scope", "app_wide"),
    [
        ({"x_ms_throttle_scope": "Tenant_Application/ReadWrite/app/tenant"}, False),
        ({"x_ms_throttle_scope": "Application/ReadWrite/app"}, True),
        ({}, False),
    ],
)
def test_throttling_tells_whom_it_concerns(scope, app_wide):
    assert graph_error(answer(429, {}, **scope)).app_wide is app_wide


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("12", 12.0),
        ("2.5", 2.5),
        ("0", SHORTEST_WAIT),
        ("-3", SHORTEST_WAIT),
        ("999999", LONGEST_WAIT),
        (format_datetime(NOON + timedelta(seconds=40), usegmt=True), 40.0),
        (format_datetime(NOON - timedelta(days=1), usegmt=True), SHORTEST_WAIT),
        ("Fri, 13 Feb 2026 12:00:09 -0000", 9.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_understood_and_bounded(header, seconds):
    headers = CaseInsensitiveDict({"retry-after": header, "date": format_datetime(NOON, usegmt=True)})
    assert retry_after(headers) == seconds


def test_retry_after_date_without_server_clock_uses_ours():
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    assert retry_after(CaseInsensitiveDict({"Retry-After": until})) == pytest.approx(600, abs=30)


def test_retry_after_absent_is_unknown():
    assert retry_after({}) is None
