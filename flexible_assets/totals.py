"""How many assets there are and what they add up to, as a user may know it: the totals that everybody may read, and
what the user sees of the restricted assets, which no total holds. One query each, for they stand on every page."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Count

from flexible_assets.policies import visible_assets, visible_totals
from flexible_assets.querysets import AssetQuerySet, sums_of
from flexible_assets.schema import Schema
from organizations.models import Organization, User


def counts_by_type(user: User, organization: Organization) -> Counter[int]:
    """Of the organization's active assets, by type id."""
    totals = visible_totals(user).in_organization(organization).values_list("asset_type_id", "assets")
    restricted = _restricted(user).in_organization(organization).order_by()
    counts: Counter[int] = Counter()
    for type_id, count in totals.union(
        restricted.values_list("asset_type_id").annotate(Count("id")), all=True
    ):
        counts[type_id] += count
    return counts


def sums_by_slot(user: User, schema: Schema, organization: Organization | None = None) -> Mapping[str, int]:
    """Over the type's reported assets, of one organization or of all."""
    totals = visible_totals(user).of_type(schema.asset_type)
    restricted = _restricted(user).reported().of_type(schema.asset_type)
    if organization:
        totals = totals.in_organization(organization)
        restricted = restricted.in_organization(organization)
    parts = [
        rows.order_by().values_list("asset_type_id").annotate(**sums_of(schema.number_slots))
        for rows in (totals, restricted)
    ]
    sums: Counter[str] = Counter()
    for _, *figures in parts[0].union(parts[1], all=True):
        sums.update(dict(zip(schema.number_slots, (figure or 0 for figure in figures), strict=True)))
    return sums


def _restricted(user: User) -> AssetQuerySet:
    return visible_assets(user).active().restricted()
