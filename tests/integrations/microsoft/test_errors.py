import copy

import pytest

from integrations.microsoft.errors import (
    MalformedAnswerError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from integrations.problems import Problem


@pytest.mark.parametrize(
    "error",
    [
        ThrottledError("status 429", codes=("TooManyRequests",), retry_after=3.0, app_wide=True),
        TransientError(Problem.UNAVAILABLE, "status 503", request_id="r-1", retry_after=5.0),
        PermanentError(Problem.CONSENT_MISSING, "sign-in", codes=("AADSTS7000229",), correlation_id="c-1"),
        MalformedAnswerError("value is missing", request_id="r-1"),
    ],
)
def test_error_survives_the_way_from_a_worker_to_its_pool(error):
    again = copy.copy(error)  # built again from its arguments and variables, which is what pickle does
    assert (type(again), vars(again), str(again)) == (type(error), vars(error), str(error))


def test_error_reads_as_problem_and_detail():
    error = PermanentError(Problem.CONSENT_MISSING, "sign-in status 401 invalid_client AADSTS7000229")
    assert str(error) == "consent-missing: sign-in status 401 invalid_client AADSTS7000229"
