import pytest

from integrations.problems import Problem


@pytest.mark.parametrize("problem", Problem)
def test_problem_says_what_happened_and_what_to_do(problem):
    assert problem.title[0].isupper()
    assert not problem.title.endswith(".")
    assert problem.explanation.endswith(".")
    assert problem.remedy.endswith(".")


def test_problems_are_told_apart_by_their_words():
    assert len({problem.title for problem in Problem}) == len(Problem)
    assert len({problem.remedy for problem in Problem}) == len(Problem)


def test_problems_worth_another_try():
    assert {problem for problem in Problem if problem.is_transient} == {
        Problem.THROTTLED,
        Problem.UNAVAILABLE,
        Problem.UNREACHABLE,
        Problem.MALFORMED_ANSWER,
        Problem.WORKER_LOST,
    }


def test_problems_that_stop_the_whole_run():
    assert {problem for problem in Problem if problem.is_credential_wide} == {
        Problem.CREDENTIAL_WRONG,
        Problem.CREDENTIAL_EXPIRED,
    }
