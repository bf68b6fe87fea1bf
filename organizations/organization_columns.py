"""The columns and filters of the list of organizations."""

from collections.abc import Sequence

from django.db.models import Count, Q
from django.urls import reverse

from organizations.labels import LABEL_KINDS
from organizations.lists import (
    Cell,
    ChoiceFilter,
    EitherFilter,
    ExtraColumn,
    ListColumn,
    ListFilter,
    number_cell,
)
from organizations.models import Organization, User
from organizations.navigation import organization_columns
from organizations.paging import Order
from organizations.policies import visible_contacts, visible_labels, visible_organizations


def columns_of_organizations(slug: str) -> list[ListColumn[Organization]]:
    def name(organization: Organization) -> Cell:
        return Cell(
            organization.name,
            url=reverse("organizations:organization-detail", args=[slug, organization.pk]),
            subtitle=organization.short_name,
            icon="building-2",
            is_title=True,
            mark="archive" if organization.archived else "",
            mark_hint="Archived" if organization.archived else "",
        )

    return [
        ListColumn("name", "Name", name, order=Order("sort_key")),
        ListColumn("type", "Type", lambda row: Cell(str(row.organization_type or ""))),
        ListColumn("status", "Status", lambda row: Cell(str(row.organization_status or ""))),
    ]


def further_columns(slug: str, user: User, organizations: Sequence[Organization]) -> list[ExtraColumn]:
    """Parents as far as the reader sees them, how many contacts there are, and what higher apps add."""
    return [
        ExtraColumn("parent", "Parent", _parents(slug, user, organizations)),
        ExtraColumn("contacts", "Contacts", _contacts(user, organizations), is_number=True),
        *organization_columns(user, organizations),
    ]


def _parents(slug: str, user: User, organizations: Sequence[Organization]) -> dict[int, Cell]:
    parents = visible_organizations(user).filter(children__in=organizations)
    return {
        child: Cell(name, url=reverse("organizations:organization-detail", args=[slug, pk]))
        for child, pk, name in parents.values_list("children", "pk", "name")
    }


def _contacts(user: User, organizations: Sequence[Organization]) -> dict[int, Cell]:
    contacts = visible_contacts(user).active().filter(organization__in=organizations).order_by()
    counts = contacts.values_list("organization_id").annotate(Count("id"))
    return {pk: number_cell(count) for pk, count in counts}


def filters_of_organizations(user: User) -> list[ListFilter]:
    """By the names of types and statuses, so that the address reads well; one renamed meanwhile counts as absent."""
    has_alert = [("any", "Has one", ~Q(alert="")), ("none", "Has none", Q(alert=""))]
    labels = [(kind, [label.name for label in visible_labels(user, kind)]) for kind in LABEL_KINDS]
    of_labels = [
        ChoiceFilter(
            kind.noun,
            kind.noun.capitalize(),
            column=f"{kind.field}__name",
            choices=[(name, name) for name in names],
            is_at_hand=True,
            may_be_empty=True,
        )
        for kind, names in labels
        if names
    ]
    return [*of_labels, EitherFilter("alert", "Alert", conditions=has_alert)]
