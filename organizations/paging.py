"""Keyset paging: a page starts behind a row, not at a number, so page 10,000 costs what page 1 costs.

Rows without a value in the ordered column come last, as a second segment ordered by id, because one ordering over
both would use no index.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, QuerySet

# Undocumented in Django 5.2, so imported here only. Q(x__gt=...) | Q(x=..., id__gt=...) reads the index from its start.
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50
COUNT_LIMIT = 1000


@dataclass(frozen=True)
class Order:
    """By one column, then by id in the same direction."""

    field: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class Cursor:
    """A place between two rows, and which way to read from it."""

    backwards: bool
    in_nulls: bool
    value: Any
    id: int

    def encode(self) -> str:
        text = json.dumps(
            [int(self.backwards), int(self.in_nulls), self.value, self.id], separators=(",", ":")
        )
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor | None":
        """None for anything that is no cursor: the reader then starts at the first page."""
        try:
            members = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            backwards, in_nulls, value, row_id = members
        except (ValueError, TypeError, RecursionError):
            return None
        if type(row_id) is not int or not isinstance(value, str | int | None) or isinstance(value, bool):
            return None
        return cls(bool(backwards), bool(in_nulls), value, row_id)

    def fits(self, field: "Field[Any, Any]") -> bool:
        """Whether the value could stand in this column: hand-made cursors, and those of another ordering, may not."""
        if self.in_nulls or self.value is None:
            return self.in_nulls and self.value is None and field.null
        try:
            return b"\0" not in str(field.to_python(self.value)).encode()
        except (ValidationError, UnicodeEncodeError):
            return False


@dataclass(frozen=True)
class Slice(Generic[Row]):
    rows: list[Row]
    previous: str
    next: str


def read_slice(
    rows: QuerySet[Row], *, order: Order, cursor: Cursor | None, size: int = PAGE_SIZE
) -> Slice[Row]:
    columns = {field.name: field for field in rows.model._meta.concrete_fields}
    if cursor is not None and not cursor.fits(columns[order.field]):
        cursor = None
    backwards = cursor is not None and cursor.backwards
    found = _read(rows, order=order, cursor=cursor, wanted=size + 1)
    has_more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_previous, has_next = (has_more, True) if backwards else (cursor is not None, has_more)
    return Slice(
        found,
        _cursor(found[0], order, backwards=True) if found and has_previous else "",
        _cursor(found[-1], order, backwards=False) if found and has_next else "",
    )


def capped_count(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows, and whether there are more than that: an exact count of a million rows is a scan."""
    count = rows.order_by()[: COUNT_LIMIT + 1].count()
    return min(count, COUNT_LIMIT), count > COUNT_LIMIT


def _read(rows: QuerySet[Row], *, order: Order, cursor: Cursor | None, wanted: int) -> list[Row]:
    backwards = cursor is not None and cursor.backwards
    segments = [False, True] if order.nullable else [False]
    if backwards:
        segments.reverse()
    if cursor is not None and cursor.in_nulls in segments:
        segments = segments[segments.index(cursor.in_nulls) :]
    found: list[Row] = []
    for in_nulls in segments:
        start = cursor if cursor is not None and cursor.in_nulls == in_nulls else None
        segment = _segment(rows, order=order, in_nulls=in_nulls, start=start, backwards=backwards)
        found += segment[: wanted - len(found)]
        if len(found) >= wanted:
            break
    return found


def _segment(
    rows: QuerySet[Row], *, order: Order, in_nulls: bool, start: Cursor | None, backwards: bool
) -> QuerySet[Row]:
    columns = ["id"] if in_nulls else [order.field, "id"]
    if order.nullable:
        rows = rows.filter(**{f"{order.field}__isnull": in_nulls})
    descending = order.descending != backwards
    if start is not None:
        place = (start.id,) if in_nulls else (start.value, start.id)
        rows = _behind(rows, columns, place, descending=descending)
    return rows.order_by(*(f"-{column}" if descending else column for column in columns))


def _behind(
    rows: QuerySet[Row], columns: list[str], place: tuple[Any, ...], *, descending: bool
) -> QuerySet[Row]:
    if len(columns) == 1:
        return rows.filter(**{"id__lt" if descending else "id__gt": place[0]})
    lookup = TupleLessThan if descending else TupleGreaterThan
    return rows.filter(lookup(tuple(F(column) for column in columns), place))


def _cursor(row: Row, order: Order, *, backwards: bool) -> str:
    value = getattr(row, order.field)
    return Cursor(backwards=backwards, in_nulls=value is None, value=value, id=row.pk).encode()
