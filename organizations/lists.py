"""The one list component: columns, search, filters, sort and paging, all of it in the URL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import QueryDict

from organizations.paging import Cursor, Order, capped_count, read_slice

Row = TypeVar("Row", bound=Model)

SEARCH, SORT, CURSOR = "q", "sort", "from"


@dataclass(frozen=True)
class Meter:
    value: int
    max: int
    label: str


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""
    subtitle: str = ""
    tone: str = ""
    icon: str = ""
    is_number: bool = False
    is_title: bool = False
    meter: Meter | None = None
    at: datetime | None = None
    #: An icon behind the text, such as a padlock, and what it says to those who point at it or hear the page.
    mark: str = ""
    mark_hint: str = ""


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


@dataclass(frozen=True)
class ExtraColumn:
    """A column whose cells are looked up for the page's rows at once, by row id."""

    key: str
    label: str
    cells: Mapping[int, Cell]
    is_number: bool = False
    hint: str = ""

    def cell(self, row_id: int) -> Cell:
        return self.cells.get(row_id, Cell("", is_number=self.is_number))


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class Filter:
    """One choice above the list; the empty value means any."""

    name: str
    label: str
    options: Sequence[Option]


def choice(
    name: str, label: str, *, values: Sequence[tuple[str, str]], chosen: str, any_label: str
) -> Filter:
    options = [Option(value, text, value == chosen) for value, text in [("", any_label), *values]]
    return Filter(name, label, options)


@dataclass(frozen=True)
class Header:
    key: str
    label: str
    is_number: bool
    hint: str
    sort_url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class ListRow:
    cells: Sequence[Cell]
    is_orphaned: bool = False


@dataclass(frozen=True)
class ListPage:
    """A list as templates/partials/list.html shows it. URLs are empty where there is nothing to go to."""

    url: str
    columns: Sequence[Header]
    rows: Sequence[ListRow]
    count_text: str
    search: str
    search_placeholder: str
    filters: Sequence[Filter]
    has_active_filters: bool
    first_url: str
    previous_url: str
    next_url: str
    empty_title: str
    empty_text: str
    hidden: Sequence[tuple[str, str]] = ()
    totals: Sequence[str] = ()

    @property
    def clear_url(self) -> str:
        return self.url


@dataclass(frozen=True)
class ListQuery:
    """What the URL asks for. Unknown values count as absent, so an old bookmark still opens; so does NUL, which no
    text in PostgreSQL holds."""

    parameters: Mapping[str, str]

    @classmethod
    def of(cls, query: QueryDict) -> "ListQuery":
        return cls(
            {name: value for name, value in query.items() if isinstance(value, str) and "\0" not in value}
        )

    @property
    def search(self) -> str:
        return self.parameters.get(SEARCH, "").strip()[:200]

    def chosen(self, name: str, *, among: Sequence[tuple[str, str]]) -> str:
        value = self.parameters.get(name, "")
        return value if any(value == known for known, _ in among) else ""


@dataclass(frozen=True)
class ListSpec(Generic[Row]):
    """Everything a list needs: `rows` is already narrowed to what the user may see and has asked for."""

    url: str
    query: ListQuery
    rows: QuerySet[Row]
    columns: Sequence[ListColumn[Row]]
    noun: tuple[str, str]
    search_placeholder: str
    empty_title: str
    empty_text: str
    filters: Sequence[Filter] = ()
    totals: Callable[[QuerySet[Row], bool], Mapping[str, str]] | None = None
    is_orphaned: Callable[[Row], bool] = field(default=lambda _row: False)
    extra_columns: Callable[[Sequence[Row]], Sequence[ExtraColumn]] = field(default=lambda _rows: ())


def build_page(spec: ListSpec[Row]) -> ListPage:
    column, descending = _sorting(spec)
    assert column.order is not None  # noqa: S101 - _sorting picks only columns that have one
    order = Order(column.order.field, descending=descending, nullable=column.order.nullable)
    part = read_slice(spec.rows, order=order, cursor=Cursor.decode(spec.query.parameters.get(CURSOR, "")))
    extra = spec.extra_columns(part.rows)
    count, is_capped = capped_count(spec.rows)
    kept = _kept(spec)
    is_filtered = bool(spec.query.search) or any(
        each.options and not each.options[0].selected for each in spec.filters
    )
    return ListPage(
        url=spec.url,
        columns=[
            *(_header(each, spec, kept, column, descending=descending) for each in spec.columns),
            *(Header(each.key, each.label, each.is_number, each.hint) for each in extra),
        ],
        rows=[
            ListRow(
                [*(each.cell(row) for each in spec.columns), *(each.cell(row.pk) for each in extra)],
                spec.is_orphaned(row),
            )
            for row in part.rows
        ],
        count_text=_count_text(count, is_capped=is_capped, noun=spec.noun),
        search=spec.query.search,
        search_placeholder=spec.search_placeholder,
        filters=spec.filters,
        has_active_filters=is_filtered,
        first_url=_url(spec.url, kept) if part.previous else "",
        previous_url=_url(spec.url, {**kept, CURSOR: part.previous}) if part.previous else "",
        next_url=_url(spec.url, {**kept, CURSOR: part.next}) if part.next else "",
        empty_title=f"No {spec.noun[1]} match" if is_filtered else spec.empty_title,
        empty_text="Try fewer words or clear the filters." if is_filtered else spec.empty_text,
        hidden=[(SORT, kept[SORT])] if SORT in kept else [],
        totals=_totals(spec, is_capped=is_capped) if part.rows else (),
    )


def _sorting(spec: ListSpec[Row]) -> tuple[ListColumn[Row], bool]:
    asked = spec.query.parameters.get(SORT, "")
    sortable = [column for column in spec.columns if column.order is not None]
    for column in sortable:
        if column.key == asked.removeprefix("-"):
            return column, asked.startswith("-")
    first = sortable[0]
    return first, first.order is not None and first.order.descending


def _header(
    column: ListColumn[Row],
    spec: ListSpec[Row],
    kept: Mapping[str, str],
    by: ListColumn[Row],
    *,
    descending: bool,
) -> Header:
    is_sorted = column.key == by.key
    if column.order is None:
        return Header(column.key, column.label, column.is_number, column.hint)
    # A first click on a number shows the largest first, which is what one looks for.
    to_descending = not descending if is_sorted else column.is_number
    return Header(
        column.key,
        column.label,
        column.is_number,
        column.hint,
        sort_url=_url(spec.url, {**kept, SORT: f"-{column.key}" if to_descending else column.key}),
        sorted=("desc" if descending else "asc") if is_sorted else "",
    )


def _kept(spec: ListSpec[Row]) -> dict[str, str]:
    names = {SEARCH, SORT, *(each.name for each in spec.filters)}
    return {name: value for name, value in spec.query.parameters.items() if name in names and value}


def _totals(spec: ListSpec[Row], *, is_capped: bool) -> Sequence[str]:
    if spec.totals is None:
        return ()
    figures = spec.totals(spec.rows, is_capped)
    return [figures.get(column.key, "") for column in spec.columns] if figures else ()


def _count_text(count: int, *, is_capped: bool, noun: tuple[str, str]) -> str:
    return f"{count:,}{'+' if is_capped else ''} {noun[0] if count == 1 else noun[1]}"


def _url(url: str, parameters: Mapping[str, Any]) -> str:
    return f"{url}?{urlencode(parameters)}" if parameters else url
