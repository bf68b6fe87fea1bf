"""A list of assets being built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone

from flexible_assets.lists.beside import beside_columns
from flexible_assets.lists.columns import BUILT_IN, column_key, columns_of
from flexible_assets.lists.filters import filters_of
from flexible_assets.models import AssetGrant, FlexibleAsset
from flexible_assets.policies import visible_assets
from flexible_assets.querysets import AssetQuerySet, sums_of
from flexible_assets.schema import Schema
from flexible_assets.totals import figures_in, sums_by_slot
from organizations.access import AccountRequest
from organizations.lists import BulkAction, ListFilter, ListQuery, ListSpec
from organizations.lists.organizations import across_organizations, organization_filters
from organizations.models import Organization
from organizations.policies import visible_organizations

_GRANTS = Prefetch("grants", queryset=AssetGrant.objects.with_names())


@dataclass(frozen=True)
class AssetList:
    """Whose request, of which type, narrowed to one organization or not."""

    request: AccountRequest
    schema: Schema
    organization: Organization | None = None
    bulk: Sequence[BulkAction] = ()

    @cached_property
    def spec(self) -> ListSpec[FlexibleAsset]:
        asset_type, user = self.schema.asset_type, self.request.user
        active, archived = self._active_and_archived
        return ListSpec(
            url=self.request.path,
            query=self._query,
            rows=active,
            archived_rows=archived,
            is_archived=lambda asset: asset.archived or (self._is_global and asset.organization.archived),
            columns=columns_of(self.request.account.slug, self.schema, is_global=self._is_global),
            extra_columns=partial(beside_columns, user, self.schema),
            noun=(asset_type.name, asset_type.name),
            search_placeholder="Search by name or organization" if self._is_global else "Search by name",
            empty_title=f"No {asset_type.name} yet",
            empty_text=self._empty_text(),
            filter_by=self._filters,
            complete=_name_grantees,
            totals=self._totals,
            is_orphaned=lambda asset: asset.orphaned_at is not None,
            # Apart, since the list across organizations has a column and filters that the others have not.
            key=f"{'global' if self._is_global else 'type'}:{asset_type.pk}",
            user=user,
            organization=self.organization,
            about=asset_type,
            bulk=self.bulk,
        )

    @property
    def _is_global(self) -> bool:
        return self.organization is None

    @cached_property
    def _query(self) -> ListQuery:
        return ListQuery.of(self.request.GET)

    @cached_property
    def _rows(self) -> AssetQuerySet:
        user = self.request.user
        rows = visible_assets(user).of_type(self.schema.asset_type)
        rows = rows.in_organization(self.organization) if self.organization else rows
        found = rows.matching(self._query.search, organizations=visible_organizations(user))
        return found.select_related("organization")

    @property
    def _active_and_archived(self) -> tuple[AssetQuerySet, list[AssetQuerySet]]:
        if self._is_global:
            return across_organizations(self._rows, self._query, menu=self._organizations)
        return self._rows.active(), [self._rows.archived()]

    @cached_property
    def _organizations(self) -> Sequence[ListFilter]:
        return organization_filters(self.request.user, self._query) if self._is_global else ()

    @cached_property
    def _filters(self) -> Sequence[ListFilter]:
        today = timezone.now().date()
        return [*self._organizations, *filters_of(self.schema, user=self.request.user, today=today)]

    def _empty_text(self) -> str:
        if self.schema.asset_type.is_locked:
            return f"They appear after the next sync with {self.schema.asset_type.manager}."
        return "Nothing has been added yet."

    def _totals(self, rows: QuerySet[FlexibleAsset], is_capped: bool) -> Mapping[str, str]:  # noqa: FBT001 - called by the list
        sums = self._sums(rows, is_capped=is_capped)
        summed = [field for field in self.schema.in_list if field.slot in self.schema.number_slots]
        if not summed or sums is None:
            return {}
        return {BUILT_IN[0]: "Total"} | {
            column_key(field): field.behavior.to_text(Decimal(sums[field.slot] or 0).scaleb(-field.decimals))
            for field in summed
        }

    def _sums(self, rows: QuerySet[FlexibleAsset], *, is_capped: bool) -> Mapping[str, int | None] | None:
        """From the totals when the list is unfiltered, else summed while the rows are few enough to sum at once."""
        slots = self.schema.number_slots
        if not slots:
            return None
        if not self.spec.is_filtered:
            return self._known_sums()
        return None if is_capped else rows.order_by().aggregate(**sums_of(slots))

    def _known_sums(self) -> Mapping[str, int]:
        if self.organization is None:
            return sums_by_slot(self.request.user, self.schema)
        return figures_in(self.request.user, self.organization)[self.schema.asset_type.pk]


def _name_grantees(assets: Sequence[FlexibleAsset]) -> None:
    """For the hints of padlocks."""
    restricted = [asset for asset in assets if asset.is_restricted]
    prefetch_related_objects(restricted, _GRANTS)
