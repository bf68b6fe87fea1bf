"""The one list component: columns, search, filters, sort and paging in the URL; saved views, exports and deeds on many
rows beside it."""

from organizations.lists.answers import answer_list
from organizations.lists.cells import Cell, Meter, day_text, number_cell
from organizations.lists.columns import ExtraColumn, ListColumn
from organizations.lists.filters import (
    ChoiceFilter,
    Control,
    DateFilter,
    EitherFilter,
    Filter,
    ListFilter,
    MomentFilter,
    NumberFilter,
    Option,
    TextFilter,
    choice,
    filter_name,
)
from organizations.lists.pages import Chip, Header, ListPage, ListRow, Tools, build_page
from organizations.lists.query import ARCHIVED, CURSOR, SEARCH, SORT, ListQuery, address
from organizations.lists.spec import BulkAction, ListSpec, Outcome

__all__ = [
    "ARCHIVED",
    "CURSOR",
    "SEARCH",
    "SORT",
    "BulkAction",
    "Cell",
    "Chip",
    "ChoiceFilter",
    "Control",
    "DateFilter",
    "EitherFilter",
    "ExtraColumn",
    "Filter",
    "Header",
    "ListColumn",
    "ListFilter",
    "ListPage",
    "ListQuery",
    "ListRow",
    "ListSpec",
    "Meter",
    "MomentFilter",
    "NumberFilter",
    "Option",
    "Outcome",
    "TextFilter",
    "Tools",
    "address",
    "answer_list",
    "build_page",
    "choice",
    "day_text",
    "filter_name",
    "number_cell",
]
