"""Columns of many assets written as one array each: `bulk_update` makes a CASE of each row and column, which took ten
times as long."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection

from flexible_assets.models import FlexibleAsset

_BATCH = 2_000


def write_columns(
    account_id: int,
    columns: Sequence[str],
    rows: Mapping[int, Sequence[Any]],
    *,
    merged: Collection[str] = (),
) -> None:
    """Values in the order of the columns, by asset id; into those `merged`, JSON is put beside what is there."""
    by_column = {field.column: field for field in FlexibleAsset._meta.concrete_fields}
    fields = [by_column[column] for column in ("id", *columns)]
    names = [connection.ops.quote_name(column) for column in ("id", *columns)]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    changes = ", ".join(
        f"{name} = asset.{name} || new.{name}" if column in merged else f"{name} = new.{name}"
        for column, name in zip(columns, names[1:], strict=True)
    )
    table = connection.ops.quote_name(FlexibleAsset._meta.db_table)
    written = [(pk, *values) for pk, values in rows.items()]
    with connection.cursor() as cursor:
        for start in range(0, len(written), _BATCH):
            values = zip(*written[start : start + _BATCH], strict=True)
            cursor.execute(
                f"UPDATE {table} AS asset SET {changes} FROM unnest({arrays}) AS new ({', '.join(names)}) "  # noqa: S608 - names of our own columns
                "WHERE asset.account_id = %s AND asset.id = new.id",
                [
                    *(
                        [field.get_db_prep_save(value, connection) for value in column]
                        for field, column in zip(fields, values, strict=True)
                    ),
                    account_id,
                ],
            )
