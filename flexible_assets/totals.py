"""How many assets there are and what they add up to, as a user may know it: the totals that everybody may read, and
what the user sees of the restricted assets, which no total holds. One query each, for they stand on every page."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Count, Sum

from flexible_assets.policies import visible_assets, visible_totals
from flexible_assets.querysets import AssetQuerySet, sums_of
from flexible_assets.schema import Schema
from organizations.models import Organization, User


def counts_by_type(user: User, organization: Organization | None = None) -> Counter[int]:
    """Of active assets, of one organization or of all that are active, by type id."""
    totals, restricted = visible_totals(user), _restricted(user)
    if organization:
        totals = totals.in_organization(organization)
        restricted = restricted.in_organization(organization)
    else:
        totals, restricted = totals.of_active_organizations(), restricted.of_active_organizations()
    known = totals.order_by().values_list("asset_type_id").annotate(Sum("assets"))
    counts: Counter[int] = Counter()
    for type_id, count in known.union(
        restricted.order_by().values_list("asset_type_id").annotate(Count("id")), all=True
    ):
        counts[type_id] += count
    return counts


def sums_by_slot(user: User, schema: Schema, organization: Organization | None = None) -> Mapping[str, int]:
    """Over the type's reported assets, of one organization or of all that are active."""
    totals = visible_totals(user).of_type(schema.asset_type)
    restricted = _restricted(user).reported().of_type(schema.asset_type)
    if organization:
        totals = totals.in_organization(organization)
        restricted = restricted.in_organization(organization)
    else:
        totals, restricted = totals.of_active_organizations(), restricted.of_active_organizations()
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
