"""A list as templates/partials/list.html shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db.models import Model, QuerySet

from organizations.lists.cells import Cell
from organizations.lists.columns import AnyColumn, ColumnChoice, ExtraColumn, ListColumn, cell_of, choices_of
from organizations.lists.filters import Control, Filter
from organizations.lists.query import ARCHIVED, CURSOR, EXPORT, ONLY, SORT, VIEW, address
from organizations.lists.saved import Saved, ViewLink, saved_of, view_links
from organizations.lists.sorting import sorting
from organizations.lists.spec import BulkAction, ListSpec
from organizations.paging import Cursor, Slice, capped_count, read_slice
from organizations.roles import Right

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Header:
    key: str
    label: str
    is_number: bool
    hint: str
    sort_url: str = ""
    sorted: str = ""
    width: int | None = None
    #: Whether its cells head their rows.
    is_title: bool = False


@dataclass(frozen=True)
class ListRow:
    cells: Sequence[Cell]
    is_orphaned: bool = False
    id: int = 0
    is_archived: bool = False
    #: What a tick box for the row is called.
    name: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter that is in force, and the list without it."""

    label: str
    text: str
    url: str


@dataclass(frozen=True)
class Tools:
    """What a list with a key offers beside its rows. Everything is sent to `here`, the list as it stands."""

    here: str
    csv_url: str
    xlsx_url: str
    columns: Sequence[ColumnChoice]
    has_own_columns: bool
    views: Sequence[ViewLink]
    view_name: str
    may_share: bool
    bulk: Sequence[BulkAction]
    has_more: bool


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
    controls: Sequence[Control] = ()
    chips: Sequence[Chip] = ()
    has_archive: bool = False
    archived: str = ""
    tools: Tools | None = None

    @property
    def clear_url(self) -> str:
        return self.url

    @property
    def controls_at_hand(self) -> list[Control]:
        return [each for each in self.controls if each.is_at_hand]

    @property
    def further_controls(self) -> list[Control]:
        return [each for each in self.controls if not each.is_at_hand]

    @property
    def is_sized(self) -> bool:
        return any(column.width for column in self.columns)


def build_page(spec: ListSpec[Row]) -> ListPage:
    by, order = sorting(spec)
    parts = spec.parts
    part = read_slice(parts, order=order, cursor=Cursor.decode(spec.query.parameters.get(CURSOR, "")))
    spec.complete(part.rows)
    saved = saved_of(spec)
    columns = spec.all_columns(part.rows)
    shown = saved.arrangement.of_columns(columns)
    count, is_capped = _count(parts, part)
    kept = spec.kept
    return ListPage(
        url=spec.url,
        columns=[_header(each, spec, saved, by, descending=order.descending) for each in shown],
        rows=[_row(row, spec, shown) for row in part.rows],
        count_text=count_text(count, is_capped=is_capped, noun=spec.noun),
        search=spec.query.search,
        search_placeholder=spec.search_placeholder,
        filters=spec.filters,
        has_active_filters=spec.is_filtered,
        first_url=address(spec.url, kept) if part.previous else "",
        previous_url=address(spec.url, {**kept, CURSOR: [part.previous]}) if part.previous else "",
        next_url=address(spec.url, {**kept, CURSOR: [part.next]}) if part.next else "",
        empty_title=f"No {spec.noun[1]} match" if spec.is_filtered else spec.empty_title,
        empty_text="Try fewer words or clear the filters." if spec.is_filtered else spec.empty_text,
        hidden=[(name, value) for name in (SORT, VIEW) for value in kept.get(name, ())[-1:]],
        totals=_totals(spec, shown, is_capped=is_capped) if part.rows else (),
        controls=[each.control(spec.query) for each in spec.filter_by],
        chips=_chips(spec),
        has_archive=spec.archived_rows is not None,
        archived=spec.archived,
        tools=_tools(spec, saved, columns, part) if spec.key and spec.user else None,
    )


def _count(parts: Sequence[QuerySet[Row]], part: Slice[Row]) -> tuple[int, bool]:
    """Of a list that fits the page there is nothing to ask."""
    is_all = not part.previous and not part.next
    return (len(part.rows), False) if is_all else capped_count(parts)


def _row(row: Row, spec: ListSpec[Row], shown: Sequence[AnyColumn]) -> ListRow:
    return ListRow(
        [cell_of(column, row) for column in shown],
        is_orphaned=spec.is_orphaned(row),
        id=row.pk,
        is_archived=spec.archived_rows is not None and spec.is_archived(row),
        name=spec.cell_of_title(row).text,
    )


def _header(
    column: AnyColumn, spec: ListSpec[Row], saved: Saved, by: ListColumn[Row], *, descending: bool
) -> Header:
    header = Header(
        column.key,
        column.label,
        column.is_number,
        column.hint,
        width=saved.arrangement.width_of.get(column.key),
        is_title=column is spec.columns[0],
    )
    if isinstance(column, ExtraColumn) or column.order is None:
        return header
    is_sorted = column.key == by.key
    # A first click on a number shows the largest first, which is what one looks for.
    to_descending = not descending if is_sorted else column.is_number
    asked = f"-{column.key}" if to_descending else column.key
    return replace(
        header,
        sort_url=address(spec.url, {**spec.kept, SORT: [asked]}),
        sorted=("desc" if descending else "asc") if is_sorted else "",
    )


def _totals(spec: ListSpec[Row], shown: Sequence[AnyColumn], *, is_capped: bool) -> Sequence[str]:
    """Of the active rows alone: what is archived counts for nothing."""
    if spec.totals is None or spec.archived == ONLY:
        return ()
    figures: Mapping[str, str] = spec.totals(spec.parts[0], is_capped)
    return [figures.get(column.key, "") for column in shown] if figures else ()


def count_text(count: int, *, is_capped: bool, noun: tuple[str, str]) -> str:
    return f"{count:,}{'+' if is_capped else ''} {noun[0] if count == 1 else noun[1]}"


def _chips(spec: ListSpec[Row]) -> list[Chip]:
    chips = [
        Chip(each.label, told, _without(spec, each.parameters))
        for each in spec.filter_by
        if (told := each.told(spec.query))
    ]
    if spec.archived:
        chips.append(Chip("Archived", spec.archived, _without(spec, [ARCHIVED])))
    return chips


def _without(spec: ListSpec[Row], names: Sequence[str]) -> str:
    return address(spec.url, {name: values for name, values in spec.kept.items() if name not in names})


def _tools(spec: ListSpec[Row], saved: Saved, columns: Sequence[AnyColumn], part: Slice[Row]) -> Tools:
    user, kept = spec.user, spec.kept
    assert user is not None  # noqa: S101 - only lists that know their reader have tools
    return Tools(
        here=address(spec.url, kept),
        csv_url=address(spec.url, {**kept, EXPORT: ["csv"]}),
        xlsx_url=address(spec.url, {**kept, EXPORT: ["xlsx"]}),
        columns=choices_of(columns, saved.arrangement),
        has_own_columns=saved.has_own_columns,
        views=view_links(spec, saved),
        view_name=saved.current.name if saved.current is not None else "",
        may_share=user.has(Right.EDIT),
        bulk=[action for action in spec.bulk if user.has(action.needs)],
        has_more=bool(part.previous or part.next),
    )
