"""Columns of lists, and how a reader has arranged them: which are shown, in which order, and how wide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model

from organizations.lists.cells import Cell
from organizations.paging import Order

Row = TypeVar("Row", bound=Model)

NARROWEST, WIDEST = 48, 1200


@dataclass(frozen=True)
class ListColumn(Generic[Row]):
    """How one column reads a row; `order` names the indexed database column behind it, if lists may sort by it. The
    first that has one sorts the list until someone asks for another; then the URL says which way."""

    key: str
    label: str
    cell: Callable[[Row], Cell]
    order: Order | None = None
    is_number: bool = False
    hint: str = ""
    #: Shown to those who ask for it only.
    is_optional: bool = False


@dataclass(frozen=True)
class ExtraColumn:
    """A column whose cells are looked up for the page's rows at once, by row id."""

    key: str
    label: str
    cells: Mapping[int, Cell]
    is_number: bool = False
    hint: str = ""
    is_optional: bool = False

    def cell(self, row_id: int) -> Cell:
        return self.cells.get(row_id, Cell("", is_number=self.is_number))


AnyColumn = ListColumn[Any] | ExtraColumn


def cell_of(column: AnyColumn, row: Any) -> Cell:
    return column.cell(row.pk) if isinstance(column, ExtraColumn) else column.cell(row)


@dataclass(frozen=True)
class Placed:
    """A shown column and its width in pixels, if somebody chose one."""

    key: str
    width: int | None = None

    @classmethod
    def of(cls, stored: Any) -> "Placed | None":
        """None for what is no place of a column."""
        match stored:
            case [str(key), None]:
                return cls(key)
            case [str(key), int(width)]:
                return cls(key, max(NARROWEST, min(WIDEST, width)))
        return None


@dataclass(frozen=True)
class Arrangement:
    """As stored, whatever columns the list has by now; empty stands for the list's own."""

    places: Sequence[Placed] = ()

    @classmethod
    def of(cls, stored: Sequence[Any]) -> "Arrangement":
        places = {place.key: place for each in stored if (place := Placed.of(each)) is not None}
        return cls(tuple(places.values()))

    @property
    def stored(self) -> list[list[Any]]:
        return [[place.key, place.width] for place in self.places]

    @property
    def width_of(self) -> dict[str, int | None]:
        return {place.key: place.width for place in self.places}

    def of_columns(self, columns: Sequence[AnyColumn]) -> list[AnyColumn]:
        """The columns to show. The first of a list names its rows, so it is always among them."""
        by_key = {column.key: column for column in columns}
        if not self.places:
            return [column for column in columns if not column.is_optional]
        shown = [by_key[place.key] for place in self.places if place.key in by_key]
        return shown if columns[0] in shown else [columns[0], *shown]

    def moved(self, key: str, step: int) -> "Arrangement":
        """With one column a place further up or down."""
        places = list(self.places)
        here = next((index for index, place in enumerate(places) if place.key == key), None)
        if here is None or not 0 <= here + step < len(places):
            return self
        places[here], places[here + step] = places[here + step], places[here]
        return Arrangement(tuple(places))


@dataclass(frozen=True)
class ColumnChoice:
    """A column as it is offered for showing."""

    key: str
    label: str
    is_shown: bool
    is_fixed: bool
    width: int | None


def choices_of(columns: Sequence[AnyColumn], arrangement: Arrangement) -> list[ColumnChoice]:
    """Those shown in their order, then the others in the list's own."""
    shown = arrangement.of_columns(columns)
    hidden = [column for column in columns if column not in shown]
    return [
        ColumnChoice(
            column.key,
            column.label,
            is_shown=column in shown,
            is_fixed=column.key == columns[0].key,
            width=arrangement.width_of.get(column.key),
        )
        for column in [*shown, *hidden]
    ]
