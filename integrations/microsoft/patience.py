"""How long one tenant may hold its worker up, waits and failed attempts together."""

import secrets
from collections.abc import Callable

from integrations.microsoft.errors import MicrosoftError, ThrottledError

_FIRST_WAIT = 0.5
_DOUBLINGS = 6

_random = secrets.SystemRandom()


class Patience:
    def __init__(
        self, seconds: float, *, sleep: Callable[[float], None], checkpoint: Callable[[], None]
    ) -> None:
        self._left = seconds
        self._sleep = sleep
        self._checkpoint = checkpoint

    def outlast(self, failure: MicrosoftError, *, attempt: int, spent: float) -> None:
        """Wait before the next attempt, or raise the failure for the caller to come back later."""
        wait = failure.retry_after
        if wait is None:
            wait = _backoff(attempt)
        self._left -= spent + wait
        # Waiting out an application-wide limit here would leave the other tenants hammering on.
        if self._left < 0 or (isinstance(failure, ThrottledError) and failure.app_wide):
            raise failure
        self._sleep(wait)
        self._checkpoint()


def _backoff(attempt: int) -> float:
    """Spread out, so that workers stopped together do not come back together."""
    return _FIRST_WAIT * 2.0 ** min(attempt, _DOUBLINGS) * _random.uniform(0.5, 1.5)
