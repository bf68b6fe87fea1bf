"""Lists across organizations: the filter that narrows them to some, and what becomes of archived ones."""

from collections.abc import Sequence
from typing import Any, Protocol, Self, TypeVar

from organizations.lists.filters import ChoiceFilter, ListFilter
from organizations.lists.query import ListQuery
from organizations.models import User
from organizations.paging import as_one
from organizations.policies import visible_organizations

ORGANIZATION = "organization"
#: Organizations that a menu still serves; above, the search box finds them by name.
ORGANIZATIONS_IN_MENU = 250


class ReachFilter(ChoiceFilter):
    """Of what not everybody reaches, such as organizations."""

    def logged(self, query: ListQuery) -> str:
        """How many, for whoever reads of it may not know them."""
        chosen = query.all_chosen(self.name, among=self.choices)
        return f"{len(chosen):,} chosen" if chosen else ""


def organization_filters(user: User, query: ListQuery) -> list[ChoiceFilter]:
    """Of all organizations; where they are too many, of those chosen, and none without a choice."""
    asked, seen = _asked(query), visible_organizations(user)
    parts = [seen.active().by_name()[: ORGANIZATIONS_IN_MENU + 1]]
    if asked:
        parts.append(seen.filter(pk__in=asked))
    known = set(as_one([part.values_list("sort_key", "pk", "name", "archived") for part in parts]))
    are_too_many = sum(not archived for *_, archived in known) > ORGANIZATIONS_IN_MENU
    choices = [(str(pk), name) for _, pk, name, _ in sorted(known) if pk in asked or not are_too_many]
    menu = ReachFilter(ORGANIZATION, "Organization", column="organization", choices=choices, is_at_hand=True)
    return [menu] if choices else []


class RowsOfOrganizations(Protocol):
    def active(self) -> Self: ...
    def archived(self) -> Self: ...
    def of_active_organizations(self) -> Self: ...
    def filter(self, *conditions: Any, **lookups: Any) -> Self: ...


Rows = TypeVar("Rows", bound=RowsOfOrganizations)


def across_organizations(
    rows: Rows, query: ListQuery, *, menu: Sequence[ListFilter]
) -> tuple[Rows, list[Rows]]:
    """The active rows and, apart from them, the archived ones. What stands in an archived organization counts as
    archived, unless organizations were chosen."""
    if are_chosen(query, menu=menu):
        return rows.active(), [rows.archived()]
    shelved = rows.active().filter(organization__archived=True)
    return rows.active().of_active_organizations(), [rows.archived(), shelved]


def are_chosen(query: ListQuery, *, menu: Sequence[ListFilter]) -> bool:
    """`menu` knows those that the reader may choose: any other in the address counts as absent."""
    return any(each.told(query) for each in menu)


def _asked(query: ListQuery) -> set[int]:
    asked = query.lists.get(ORGANIZATION, ())
    return {int(text) for text in asked if text.isascii() and text.isdecimal() and len(text) < 19}
