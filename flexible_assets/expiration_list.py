"""The list of expirations, of one organization or of all the user reaches."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from flexible_assets.expirations import distance, tone, visible_expirations
from flexible_assets.models import AssetExpiration
from flexible_assets.policies import visible_types
from flexible_assets.querysets import ExpirationQuerySet
from organizations.access import AccountRequest
from organizations.lists import Cell, Filter, ListColumn, ListQuery, ListSpec, choice, day_text
from organizations.models import Organization
from organizations.paging import Order
from organizations.policies import visible_organizations

EXPIRED = "expired"
WITHIN = (30, 60, 90)
#: Organizations that a menu still serves; above, the search box finds them by name.
ORGANIZATIONS_IN_MENU = 250

Column = ListColumn[AssetExpiration]
Narrowed = tuple[list[Filter], ExpirationQuerySet]


@dataclass(frozen=True)
class ExpirationList:
    request: AccountRequest
    today: date
    organization: Organization | None = None

    def spec(self) -> ListSpec[AssetExpiration]:
        query = ListQuery.of(self.request.GET)
        filters, rows = self._narrowed(query)
        return ListSpec(
            url=self.request.path,
            query=query,
            key="expirations",
            user=self.request.user,
            organization=self.organization,
            rows=rows.with_names(),
            columns=self._columns(),
            noun=("expiration", "expirations"),
            search_placeholder="Search by name" if self.organization else "Search by name or organization",
            empty_title="Nothing expires",
            empty_text="Dates appear here from fields that are marked as an expiration in their asset type.",
            filters=filters,
        )

    def _narrowed(self, query: ListQuery) -> Narrowed:
        rows = visible_expirations(self.request.user)
        here = self.organization
        rows = rows.in_organization(here) if here is not None else rows.of_active_organizations()
        filters: list[Filter] = []
        narrowings = [self._by_time, self._by_type]
        if self.organization is None:
            narrowings.append(self._by_organization)
        for narrow in narrowings:
            found, rows = narrow(query, rows)
            filters += found
        return filters, rows.matching(query.search)

    def _by_time(self, query: ListQuery, rows: ExpirationQuerySet) -> Narrowed:
        values = [(EXPIRED, "Expired"), *((str(days), f"Next {days} days") for days in WITHIN)]
        chosen = query.chosen("within", among=values)
        if chosen == EXPIRED:
            rows = rows.filter(expires_on__lt=self.today)
        elif chosen:
            last = self.today + timedelta(days=int(chosen))
            rows = rows.filter(expires_on__gte=self.today, expires_on__lte=last)
        return [choice("within", "Expires", values=values, chosen=chosen, any_label="Any time")], rows

    def _by_type(self, query: ListQuery, rows: ExpirationQuerySet) -> Narrowed:
        types = visible_types(self.request.user).active().filter(fields__is_expiration=True).distinct()
        values = [(str(each.pk), each.name) for each in types.order_by("sort_key", "id")]
        chosen = query.chosen("type", among=values)
        if chosen:
            rows = rows.filter(asset__asset_type=int(chosen))
        return [choice("type", "Type", values=values, chosen=chosen, any_label="Any")], rows

    def _by_organization(self, query: ListQuery, rows: ExpirationQuerySet) -> Narrowed:
        known = visible_organizations(self.request.user).active().order_by("sort_key", "id")
        organizations = list(known[: ORGANIZATIONS_IN_MENU + 1])
        if len(organizations) > ORGANIZATIONS_IN_MENU:
            return [], rows
        values = [(str(each.pk), each.name) for each in organizations]
        chosen = query.chosen("organization", among=values)
        menu = choice("organization", "Organization", values=values, chosen=chosen, any_label="All")
        return [menu], rows.filter(organization=int(chosen)) if chosen else rows

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
