"""The four ways in which reading Microsoft fails. Every text here may be shown and logged."""

from integrations.problems import Problem


class MicrosoftError(Exception):
    def __init__(
        self,
        problem: Problem,
        detail: str,
        *,
        codes: tuple[str, ...] = (),
        request_id: str = "",
        correlation_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(problem, detail)
        self.problem = problem
        self.detail = detail
        self.codes = codes
        self.request_id = request_id
        self.correlation_id = correlation_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.problem}: {self.detail}"


class ThrottledError(MicrosoftError):
    """Too many requests; app-wide when every tenant of the application has to wait."""

    def __init__(
        self,
        detail: str,
        *,
        codes: tuple[str, ...] = (),
        request_id: str = "",
        retry_after: float | None = None,
        app_wide: bool = False,
    ) -> None:
        super().__init__(
            Problem.THROTTLED, detail, codes=codes, request_id=request_id, retry_after=retry_after
        )
        # What pickle calls the class with again, when a worker reports the error to its pool.
        self.args = (detail,)
        self.app_wide = app_wide


class TransientError(MicrosoftError):
    """Microsoft's own fault or the network's: the same request may work later."""


class PermanentError(MicrosoftError):
    """Stays as it is until an administrator acts."""


class MalformedAnswerError(MicrosoftError):
    """An answer that cannot be trusted to be whole, and is therefore not used at all."""

    def __init__(self, detail: str, *, request_id: str = "") -> None:
        super().__init__(Problem.MALFORMED_ANSWER, detail, request_id=request_id)
        self.args = (detail,)
