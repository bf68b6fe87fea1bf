"""Which account the running code works for: entered before a transaction begins, handed to PostgreSQL by our backend."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_account_id: ContextVar[int | None] = ContextVar("account_id", default=None)


def current_account_id() -> int | None:
    return _account_id.get()


@contextmanager
def account_scope(account_id: int) -> Iterator[None]:
    token = _account_id.set(account_id)
    try:
        yield
    finally:
        _account_id.reset(token)
