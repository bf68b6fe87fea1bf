"""Keyset paging: a page starts behind a row, not at a number, so page 10,000 costs what page 1 costs.

Rows without a value in the ordered column come last, as a second segment ordered by id, because one ordering over
both would use no index. For the same reason active and archived rows are read apart. Each has its index, and one query
reads a page's worth of each.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, F, Field, Model, OrderBy, QuerySet

# Undocumented in Django 5.2, so imported here only. Q(x__gt=...) | Q(x=..., id__gt=...) reads the index from its start.
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

Row = TypeVar("Row", bound=Model)
Value = TypeVar("Value")

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

    def placed_in(self, field: "Field[Any, Any]") -> "Cursor | None":
        """With a value of the column's own type; None where it can't stand there, as in hand-made cursors and those of
        another ordering."""
        if self.in_nulls or self.value is None:
            return self if self.in_nulls and self.value is None and field.null else None
        try:
            value = field.to_python(self.value)
            is_storable = b"\0" not in str(value).encode()
        except (ValidationError, UnicodeEncodeError):
            return None
        if isinstance(field, DateTimeField) and (not isinstance(value, datetime) or value.tzinfo is None):
            return None
        return replace(self, value=value) if is_storable else None


@dataclass(frozen=True)
class Slice(Generic[Row]):
    rows: list[Row]
    previous: str
    next: str


def read_slice(
    rows: QuerySet[Row] | Sequence[QuerySet[Row]],
    *,
    order: Order,
    cursor: Cursor | None,
    size: int = PAGE_SIZE,
) -> Slice[Row]:
    """`rows` may be several sets that have none in common; they are paged as one."""
    parts = parts_of(rows)
    columns = {field.name: field for field in parts[0].model._meta.concrete_fields}
    cursor = cursor.placed_in(columns[order.field]) if cursor is not None else None
    backwards = cursor is not None and cursor.backwards
    found = _read(parts, order=order, cursor=cursor, wanted=size + 1)
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


def capped_count(rows: QuerySet[Any] | Sequence[QuerySet[Any]]) -> tuple[int, bool]:
    """How many rows, and whether there are more than that: an exact count of a million rows is a scan."""
    limited = [part.order_by().values_list("pk")[: COUNT_LIMIT + 1] for part in parts_of(rows)]
    count = as_one(limited).count()
    return min(count, COUNT_LIMIT), count > COUNT_LIMIT


def parts_of(rows: QuerySet[Row] | Sequence[QuerySet[Row]]) -> Sequence[QuerySet[Row]]:
    return [rows] if isinstance(rows, QuerySet) else rows


def as_one(parts: Sequence[QuerySet[Row, Value]]) -> QuerySet[Row, Value]:
    """One query in which each part keeps its own plan, and its limit."""
    first, *others = parts
    return first.union(*others, all=True) if others else first


def _read(parts: Sequence[QuerySet[Row]], *, order: Order, cursor: Cursor | None, wanted: int) -> list[Row]:
    backwards = cursor is not None and cursor.backwards
    read = [
        _segment(part, order=order, in_nulls=in_nulls, cursor=cursor)[:wanted]
        for in_nulls in _segments(order, cursor)
        for part in parts
    ]
    return list(
        read[0] if len(read) == 1 else as_one(read).order_by(*_across(order, backwards=backwards))[:wanted]
    )


def _segments(order: Order, cursor: Cursor | None) -> list[bool]:
    """Which of them a page may show: those from the cursor on, in the direction of reading."""
    segments = [False, True] if order.nullable else [False]
    if cursor is None:
        return segments
    if cursor.backwards:
        segments.reverse()
    return segments[segments.index(cursor.in_nulls) :]


def _across(order: Order, *, backwards: bool) -> list[OrderBy]:
    """The order of both segments together, for the few rows that were read of each."""
    descending = order.descending != backwards
    nulls: dict[str, Any] = {"nulls_first": True} if backwards else {"nulls_last": True}
    by_value = OrderBy(F(order.field), descending=descending, **(nulls if order.nullable else {}))
    return [by_value, OrderBy(F("id"), descending=descending)]


def _columns(order: Order, *, in_nulls: bool, backwards: bool) -> list[str]:
    names = ["id"] if in_nulls else [order.field, "id"]
    return [f"-{name}" for name in names] if order.descending != backwards else names


def _segment(rows: QuerySet[Row], *, order: Order, in_nulls: bool, cursor: Cursor | None) -> QuerySet[Row]:
    columns = _columns(order, in_nulls=in_nulls, backwards=cursor is not None and cursor.backwards)
    if order.nullable:
        rows = rows.filter(**{f"{order.field}__isnull": in_nulls})
    if cursor is not None and cursor.in_nulls == in_nulls:
        rows = _behind(rows, columns, (cursor.id,) if in_nulls else (cursor.value, cursor.id))
    return rows.order_by(*columns)


def _behind(rows: QuerySet[Row], columns: Sequence[str], place: tuple[Any, ...]) -> QuerySet[Row]:
    names, descending = [column.removeprefix("-") for column in columns], columns[0].startswith("-")
    if len(names) == 1:
        return rows.filter(**{"id__lt" if descending else "id__gt": place[0]})
    lookup = TupleLessThan if descending else TupleGreaterThan
    return rows.filter(lookup(tuple(F(name) for name in names), place))


def _cursor(row: Row, order: Order, *, backwards: bool) -> str:
    value = getattr(row, order.field)
    in_nulls = value is None
    if isinstance(value, date):
        value = value.isoformat()
    return Cursor(backwards=backwards, in_nulls=in_nulls, value=value, id=row.pk).encode()
