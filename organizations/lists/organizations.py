"""Lists across organizations: the filter that narrows them to some, and what becomes of archived ones."""

from typing import Any, Protocol, Self, TypeVar

from organizations.lists.filters import ChoiceFilter
from organizations.lists.query import ListQuery
from organizations.models import User
from organizations.policies import visible_organizations

ORGANIZATION = "organization"
#: Organizations that a menu still serves; above, the search box finds them by name.
ORGANIZATIONS_IN_MENU = 250


def organization_filters(user: User, query: ListQuery) -> list[ChoiceFilter]:
    """Of all organizations; where they are too many, of those chosen, and none without a choice."""
    known = list(visible_organizations(user).active().order_by("sort_key", "id")[: ORGANIZATIONS_IN_MENU + 1])
    asked = _asked(query)
    if len(known) > ORGANIZATIONS_IN_MENU:
        known = []
    if missing := asked - {each.pk for each in known}:
        known += visible_organizations(user).filter(pk__in=missing).order_by("sort_key", "id")
    choices = [(str(each.pk), each.name) for each in known]
    menu = ChoiceFilter(ORGANIZATION, "Organization", column="organization", choices=choices, is_at_hand=True)
    return [menu] if choices else []


class RowsOfOrganizations(Protocol):
    def active(self) -> Self: ...
    def archived(self) -> Self: ...
    def of_active_organizations(self) -> Self: ...
    def filter(self, *conditions: Any, **lookups: Any) -> Self: ...


Rows = TypeVar("Rows", bound=RowsOfOrganizations)


def across_organizations(rows: Rows, query: ListQuery) -> tuple[Rows, list[Rows]]:
    """The active rows and, apart from them, the archived ones. What stands in an archived organization counts as
    archived, unless organizations were chosen."""
    if _asked(query):
        return rows.active(), [rows.archived()]
    shelved = rows.active().filter(organization__archived=True)
    return rows.active().of_active_organizations(), [rows.archived(), shelved]


def _asked(query: ListQuery) -> set[int]:
    asked = query.lists.get(ORGANIZATION, ())
    return {int(text) for text in asked if text.isascii() and text.isdecimal() and len(text) < 19}
