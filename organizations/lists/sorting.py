"""By which column a list is sorted, and which way."""

from dataclasses import replace
from typing import TypeVar

from django.db.models import Model

from organizations.lists.columns import ListColumn
from organizations.lists.query import SORT
from organizations.lists.spec import ListSpec
from organizations.paging import Order

Row = TypeVar("Row", bound=Model)


def sorting(spec: ListSpec[Row]) -> tuple[ListColumn[Row], Order]:
    """The column asked for if lists may sort by it, else the first that they may."""
    asked = spec.query.parameters.get(SORT, "")
    sortable = [(column, column.order) for column in spec.columns if column.order is not None]
    for column, order in sortable:
        if column.key == asked.removeprefix("-"):
            return column, replace(order, descending=asked.startswith("-"))
    return sortable[0]
