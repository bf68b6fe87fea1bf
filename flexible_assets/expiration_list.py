"""The list of expirations, of one organization or of all the user reaches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from flexible_assets.expirations import distance, tone, visible_expirations
from flexible_assets.models import AssetExpiration
from flexible_assets.policies import visible_types
from flexible_assets.querysets import ExpirationQuerySet
from organizations.access import AccountRequest
from organizations.lists import (
    Cell,
    ChoiceFilter,
    ListColumn,
    ListFilter,
    ListQuery,
    ListSpec,
    day_text,
)
from organizations.lists.organizations import ReachFilter, are_chosen, organization_filters
from organizations.models import Organization
from organizations.paging import Order

EXPIRED = "expired"
WITHIN = (30, 60, 90)

Row = TypeVar("Row", bound=Model)
Column = ListColumn[AssetExpiration]


@dataclass(frozen=True)
class TimeFilter(ChoiceFilter):
    """Spans of days, of which several can be ticked."""

    today: date = field(kw_only=True)

    def narrow(self, rows: QuerySet[Row], query: ListQuery) -> QuerySet[Row]:
        chosen = [self._span(value) for value in query.all_chosen(self.name, among=self.choices)]
        return rows.filter(reduce(or_, chosen)) if chosen else rows

    def _span(self, value: str) -> Q:
        if value == EXPIRED:
            return Q(**{f"{self.column}__lt": self.today})
        last = self.today + timedelta(days=int(value))
        return Q(**{f"{self.column}__gte": self.today, f"{self.column}__lte": last})


@dataclass(frozen=True)
class ExpirationList:
    request: AccountRequest
    today: date
    organization: Organization | None = None

    def spec(self) -> ListSpec[AssetExpiration]:
        query = ListQuery.of(self.request.GET)
        organizations = organization_filters(self.request.user, query) if self.organization is None else []
        return ListSpec(
            url=self.request.path,
            query=query,
            key="expirations",
            user=self.request.user,
            organization=self.organization,
            rows=self._rows(query, organizations).matching(query.search).with_names(),
            columns=self._columns(),
            noun=("expiration", "expirations"),
            search_placeholder="Search by name" if self.organization else "Search by name or organization",
            empty_title="Nothing expires",
            empty_text="Dates appear here from fields that are marked as an expiration in their asset type.",
            filter_by=[*organizations, self._by_time(), *self._by_type()],
        )

    def _rows(self, query: ListQuery, organizations: Sequence[ListFilter]) -> ExpirationQuerySet:
        """Of archived organizations only where they were chosen."""
        rows = visible_expirations(self.request.user)
        if self.organization is not None:
            return rows.in_organization(self.organization)
        return rows if are_chosen(query, menu=organizations) else rows.of_active_organizations()

    def _by_time(self) -> ListFilter:
        spans = [(EXPIRED, "Expired"), *((str(days), f"Next {days} days") for days in WITHIN)]
        return TimeFilter(
            "within", "Expires", column="expires_on", choices=spans, is_at_hand=True, today=self.today
        )

    def _by_type(self) -> list[ListFilter]:
        """None where no type has such a field."""
        types = visible_types(self.request.user).active().filter(fields__is_expiration=True).distinct()
        choices = [(str(each.pk), each.name) for each in types.order_by("sort_key", "id")]
        column = "asset__asset_type"
        return (
            [ReachFilter("type", "Type", column=column, choices=choices, is_at_hand=True)] if choices else []
        )

    def _columns(self) -> list[Column]:
        organization = Column("organization", "Organization", self._organization)
        return [
            Column("name", "Name", self._name),
            *([organization] if self.organization is None else []),
            Column("type", "Type", lambda row: Cell(row.asset.asset_type.name)),
            Column("field", "Date", lambda row: Cell(row.field.name)),
            Column("expires", "Expires", self._expires, order=Order("expires_on")),
            Column("distance", "When", self._distance),
        ]

    def _expires(self, row: AssetExpiration) -> Cell:
        return Cell(day_text(row.expires_on), value=row.expires_on)

    def _name(self, row: AssetExpiration) -> Cell:
        url = reverse("flexible_assets:asset-detail", args=[self.request.account.slug, row.asset_id])
        return Cell(row.asset.name, url=url, is_title=True, icon=row.asset.asset_type.icon)

    def _organization(self, row: AssetExpiration) -> Cell:
        url = reverse(
            "organizations:organization-detail", args=[self.request.account.slug, row.organization_id]
        )
        return Cell(row.organization.name, url=url)

    def _distance(self, row: AssetExpiration) -> Cell:
        return Cell(distance(row.expires_on, today=self.today), tone=tone(row.expires_on, today=self.today))
