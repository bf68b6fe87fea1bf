"""The yardstick: the same rows by statements that do nothing else, as the same role behind the same wall."""

import io
from dataclasses import dataclass

from django.db import connection

from organizations.access import account_transaction
from organizations.paging import PAGE_SIZE
from tests.bench.portfolio import Portfolio

_ROWS = "FROM flexible_assets_flexibleasset WHERE account_id = %s AND asset_type_id = %s AND NOT archived"
_IN_ORDER = "ORDER BY sort_key, id"
#: What an export of the list writes, as far as it stands in the row.
_EXPORTED = "id, name, organization_id, traits"


@dataclass(frozen=True)
class Statements:
    portfolio: Portfolio

    def first_page(self) -> None:
        self._fetch(f"SELECT * {_ROWS} {_IN_ORDER} LIMIT {PAGE_SIZE + 1}")

    def scan_of_names(self) -> None:
        self._fetch(f"SELECT id {_ROWS} AND sort_key LIKE '%%no such thing%%'")

    def all_rows(self) -> None:
        self._fetch(f"SELECT * {_ROWS} {_IN_ORDER}")

    def copy(self) -> None:
        with account_transaction(self.portfolio.account.pk), connection.cursor() as cursor:
            # COPY of a table is refused where row-level security holds; of a query it is not.
            statement = cursor.mogrify(f"SELECT {_EXPORTED} {_ROWS} {_IN_ORDER}", self._parameters).decode()
            cursor.copy_expert(f"COPY ({statement}) TO STDOUT WITH CSV", io.BytesIO())

    def _fetch(self, statement: str) -> None:
        with account_transaction(self.portfolio.account.pk), connection.cursor() as cursor:
            cursor.execute(statement, self._parameters)
            cursor.fetchall()

    @property
    def _parameters(self) -> list[int]:
        return [self.portfolio.account.pk, self.portfolio.schema.asset_type.pk]
