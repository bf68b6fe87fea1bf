"""Lists of any flexible asset type, of one organization or of all: columns and filters come from the type's fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.text import get_text_list

from flexible_assets.models import AssetGrant, FlexibleAsset, FlexibleAssetField
from flexible_assets.policies import visible_assets
from flexible_assets.querysets import AssetQuerySet, sums_of
from flexible_assets.schema import Schema
from flexible_assets.totals import sums_by_slot
from organizations.access import AccountRequest
from organizations.lists import (
    Cell,
    Filter,
    ListColumn,
    ListPage,
    ListQuery,
    ListSpec,
    Meter,
    build_page,
    choice,
)
from organizations.models import Organization
from organizations.paging import Order
from organizations.policies import visible_organizations

#: Organizations that a menu still serves; above, the search box finds them by name.
ORGANIZATIONS_IN_MENU = 250

#: Names of users that the hint of a padlock tells; the asset's page tells all.
NAMES_IN_HINT = 5

Column = ListColumn[FlexibleAsset]
_GRANTS = Prefetch("grants", queryset=AssetGrant.objects.with_names())


@dataclass(frozen=True)
class AssetList:
    """A list being built: whose request, of which type, narrowed to one organization or not."""

    request: AccountRequest
    schema: Schema
    organization: Organization | None = None

    def page(self) -> ListPage:
        query = ListQuery.of(self.request.GET)
        filters, rows = self._narrowed(query)
        return build_page(
            ListSpec(
                url=self.request.path,
                query=query,
                rows=rows.select_related("organization").prefetch_related(_GRANTS),
                columns=self._columns(),
                noun=(self.schema.asset_type.name, self.schema.asset_type.name),
                search_placeholder=self._placeholder(),
                empty_title=f"No {self.schema.asset_type.name} yet",
                empty_text=self._empty_text(),
                filters=filters,
                totals=partial(self._totals, query),
                is_orphaned=lambda asset: asset.orphaned_at is not None,
            )
        )

    def _narrowed(self, query: ListQuery) -> tuple[list[Filter], AssetQuerySet]:
        rows = visible_assets(self.request.user).active().of_type(self.schema.asset_type)
        rows = rows.in_organization(self.organization) if self.organization else rows
        filters = []
        if self.organization is None:
            menu, rows = self._organization_filter(query, rows)
            filters += menu
        for field in self.schema.in_list:
            if field.options and field.slot:
                values = [(value, value) for value in field.tones]
                chosen = query.chosen(field.key, among=values)
                filters.append(choice(field.key, field.name, values=values, chosen=chosen, any_label="Any"))
                rows = rows.filter(**{field.slot: chosen}) if chosen else rows
        return filters, rows.matching(query.search, organizations=visible_organizations(self.request.user))

    def _organization_filter(
        self, query: ListQuery, rows: AssetQuerySet
    ) -> tuple[list[Filter], AssetQuerySet]:
        """A menu of all organizations; where they are too many, of the chosen one alone, and none without a choice."""
        chosen = self._chosen_organization(query)
        known = visible_organizations(self.request.user).order_by("sort_key", "id")
        organizations = list(known[: ORGANIZATIONS_IN_MENU + 1])
        if len(organizations) > ORGANIZATIONS_IN_MENU:
            organizations = [chosen] if chosen else []
        menu = choice(
            "organization",
            "Organization",
            values=[(str(each.pk), each.name) for each in organizations],
            chosen=str(chosen.pk) if chosen else "",
            any_label="All",
        )
        return [menu] if organizations else [], rows.in_organization(chosen) if chosen else rows

    def _chosen_organization(self, query: ListQuery) -> Organization | None:
        try:
            wanted = int(query.parameters.get("organization", ""))
        except ValueError:
            return None
        return visible_organizations(self.request.user).filter(pk=wanted).first()

    def _columns(self) -> list[Column]:
        slug = self.request.account.slug
        title = Column("name", self._title_label(), partial(_title, slug), order=Order("sort_key"))
        organization = Column("organization", "Organization", partial(_organization, slug, self.schema))
        fields = [_field_column(field) for field in self.schema.in_list if not field.use_for_title]
        return [title, *([organization] if self.organization is None else []), *fields]

    def _title_label(self) -> str:
        titles = [field.name for field in self.schema.fields if field.use_for_title]
        return titles[0] if len(titles) == 1 else "Name"

    def _placeholder(self) -> str:
        return "Search by name" if self.organization else "Search by name or organization"

    def _empty_text(self) -> str:
        if self.schema.asset_type.is_locked:
            return f"They appear after the next sync with {self.schema.asset_type.manager}."
        return "Nothing has been added yet."

    def _totals(self, query: ListQuery, rows: QuerySet[FlexibleAsset], is_capped: bool) -> Mapping[str, str]:  # noqa: FBT001 - called by the list
        sums = self._sums(query, rows, is_capped=is_capped)
        numbers = {
            field.key: field for field in self.schema.in_list if field.slot in self.schema.number_slots
        }
        if not numbers or sums is None:
            return {}
        return {"name": "Total"} | {
            key: field.behavior.to_text((sums[field.slot] or 0) / 10**field.decimals)
            for key, field in numbers.items()
        }

    def _sums(
        self, query: ListQuery, rows: QuerySet[FlexibleAsset], *, is_capped: bool
    ) -> Mapping[str, int | None] | None:
        """From the totals when the list is unfiltered, else summed while the rows are few enough to sum at once."""
        slots = self.schema.number_slots
        if not slots:
            return None
        narrowed = query.search or any(query.parameters.get(name) for name in self._filter_names())
        if not narrowed:
            return sums_by_slot(self.request.user, self.schema, self.organization)
        return None if is_capped else rows.order_by().aggregate(**sums_of(slots))

    def _filter_names(self) -> Sequence[str]:
        return ["organization", *(field.key for field in self.schema.in_list if field.options)]


def _field_column(field: FlexibleAssetField) -> Column:
    return Column(
        field.key,
        field.name,
        _cell_of(field),
        order=Order(field.slot, nullable=True) if field.slot else None,
        is_number=field.behavior.is_number,
        hint=field.hint,
    )


def _cell_of(field: FlexibleAssetField) -> Callable[[FlexibleAsset], Cell]:
    behavior, tones = field.behavior, field.tones

    def cell(asset: FlexibleAsset) -> Cell:
        text = behavior.to_text(asset.traits.get(field.key))
        meter = _meter(asset, field) if field.meter_of else None
        return Cell(text, tone=tones.get(text, ""), is_number=behavior.is_number, meter=meter)

    return cell


def _meter(asset: FlexibleAsset, field: FlexibleAssetField) -> Meter | None:
    """A bar of the value within its whole; without a whole there is nothing to show."""
    value, whole = asset.traits.get(field.key), asset.traits.get(field.meter_of)
    if not isinstance(value, int) or not isinstance(whole, int) or whole <= 0:
        return None
    return Meter(value, whole, f"{value:,} of {whole:,}")


def _title(slug: str, asset: FlexibleAsset) -> Cell:
    return Cell(
        asset.name,
        url=reverse("flexible_assets:asset-detail", args=[slug, asset.pk]),
        subtitle="orphaned" if asset.orphaned_at else "",
        is_title=True,
        mark="lock-keyhole" if asset.is_restricted else "",
        mark_hint=_audience(asset) if asset.is_restricted else "",
    )


def _audience(asset: FlexibleAsset) -> str:
    names = [str(grant.group or grant.user) for grant in asset.grants.all()]
    more = len(names) - NAMES_IN_HINT
    others = [f"{more} more"] if more > 0 else []
    return f"Seen only by {get_text_list(['Administrators', *names[:NAMES_IN_HINT], *others], 'and')}"


def _organization(slug: str, schema: Schema, asset: FlexibleAsset) -> Cell:
    url = reverse("flexible_assets:asset-list", args=[slug, asset.organization_id, schema.asset_type.pk])
    return Cell(asset.organization.name, url=url)
