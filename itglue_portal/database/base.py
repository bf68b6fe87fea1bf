"""Django's PostgreSQL backend, plus the account: set at BEGIN, and no query without a transaction.

Middleware can't do this: templates render, exports stream and tasks run outside a view's transaction, and there
row-level security would answer with empty pages instead of errors.
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base

from organizations.scope import current_account_id


class OutsideTransactionError(RuntimeError):
    """A query ran where no account can be set: wrap the caller in `account_transaction` or `atomic`."""


class ScopeChangedError(RuntimeError):
    """The account in scope is not the one this transaction began with."""


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._refuse_outside_scope)
        self._account_id: int | None = None

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False  # noqa: FBT001, FBT002 - Django's signature
    ) -> None:  # fmt: skip
        try:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
            if not autocommit:
                self._apply_account()
        except Exception:
            # Left open, this connection would stay out of autocommit and every later "commit" would silently vanish.
            self.close()
            raise

    def _apply_account(self) -> None:
        account_id = current_account_id()
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.account_id', %s, true)", [str(account_id or "")])
        self._account_id = account_id

    def _refuse_outside_scope(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]  # noqa: FBT001 - Django's signature
    ) -> Any:  # fmt: skip
        if self.get_autocommit():
            raise OutsideTransactionError("A query outside a transaction would see no account's rows.")
        if self._account_id != current_account_id():
            raise ScopeChangedError("The account changed inside an open transaction; begin a new one.")
        return execute(sql, params, many, context)
