"""What a page says about its list. Lists with a `key` can be arranged, saved as views, exported and worked on in bulk:
their view hands what is asked of them to `answer_list`."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import QueryDict

from organizations.lists.cells import Cell
from organizations.lists.columns import AnyColumn, ExtraColumn, ListColumn
from organizations.lists.filters import Filter, ListFilter
from organizations.lists.query import ARCHIVED, ONLY, SEARCH, SORT, VIEW, ListQuery
from organizations.models import AccountOwned, Organization, User
from organizations.paging import parts_of
from organizations.roles import Right

Row = TypeVar("Row", bound=Model)


class Outcome(Protocol):
    """What became of a batch: `skipped` counts by the reason in words."""

    @property
    def done(self) -> Collection[int]: ...

    @property
    def skipped(self) -> Counter[str]: ...


@dataclass(frozen=True)
class BulkAction:
    """What can be done with several rows at once. With a form it asks first; the form may know the user."""

    key: str
    label: str
    icon: str
    #: As in "3 contacts archived".
    participle: str
    needs: Right
    act: Callable[[Sequence[int], Any], Outcome]
    form: Callable[[QueryDict | None], Form] | None = None
    template: str = ""

    @property
    def asks_first(self) -> bool:
        return self.form is not None


@dataclass(frozen=True)
class ListSpec(Generic[Row]):
    """Everything a list needs: `rows` is already narrowed to what the user may see and searches for."""

    url: str
    query: ListQuery
    rows: QuerySet[Row]
    columns: Sequence[ListColumn[Row]]
    noun: tuple[str, str]
    search_placeholder: str
    empty_title: str
    empty_text: str
    #: Applied by the page; those of `filter_by` the list applies itself.
    filters: Sequence[Filter] = ()
    totals: Callable[[QuerySet[Row], bool], Mapping[str, str]] | None = None
    is_orphaned: Callable[[Row], bool] = field(default=lambda _row: False)
    extra_columns: Callable[[Sequence[Row]], Sequence[ExtraColumn]] = field(default=lambda _rows: ())
    #: Looks up for the page's rows at once what their cells need.
    complete: Callable[[Sequence[Row]], None] = field(default=lambda _rows: None)
    filter_by: Sequence[ListFilter] = ()
    #: What "Include archived" adds, in sets apart where each has its own index; None where a list knows none.
    archived_rows: QuerySet[Row] | Sequence[QuerySet[Row]] | None = None
    is_archived: Callable[[Row], bool] = field(default=lambda row: bool(getattr(row, "archived", False)))
    #: As in ListPreference; who arranges and exports it.
    key: str = ""
    user: User | None = None
    #: Of which organization it is, if of one.
    organization: Organization | None = None
    #: The row that decides who may read of its exports, as in `record_activity`.
    about: AccountOwned | None = None
    bulk: Sequence[BulkAction] = ()

    @property
    def archived(self) -> str:
        """Whether archived rows are included or the only ones asked for; nothing where they are left out."""
        return self.query.archived if self.archived_rows is not None else ""

    @property
    def parts(self) -> list[QuerySet[Row]]:
        """The rows asked for: the active ones and, apart from them, the archived ones."""
        parts = [] if self.archived == ONLY else [self.rows]
        if self.archived_rows is not None and self.archived:
            parts += parts_of(self.archived_rows)
        return [self._narrowed(part) for part in parts]

    def _narrowed(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        for each in self.filter_by:
            rows = each.narrow(rows, self.query)
        return rows

    @property
    def is_filtered(self) -> bool:
        return (
            bool(self.query.search)
            or any(each.options and not each.options[0].selected for each in self.filters)
            or any(each.told(self.query) for each in self.filter_by)
        )

    @property
    def parameters(self) -> list[str]:
        """What may stand in its address, but for the place in it."""
        of_filters = [name for each in self.filter_by for name in each.parameters]
        archived = [ARCHIVED] if self.archived_rows is not None else []
        return [SEARCH, SORT, VIEW, *archived, *(each.name for each in self.filters), *of_filters]

    @property
    def kept(self) -> dict[str, list[str]]:
        return self.query.kept(self.parameters)

    def all_columns(self, rows: Sequence[Row] = ()) -> list[AnyColumn]:
        return [*self.columns, *self.extra_columns(rows)]

    def cell_of_title(self, row: Row) -> Cell:
        return self.columns[0].cell(row)
