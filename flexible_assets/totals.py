"""How many assets there are and what they add up to, as a user may know it: the totals that everybody may read, and
what the user sees of the restricted assets, which no total holds. One query each, for they stand on every page."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from django.db.models import Count, Q, Sum

from flexible_assets.field_kinds import SLOTS
from flexible_assets.policies import visible_assets, visible_totals
from flexible_assets.querysets import AssetQuerySet, sums_of
from flexible_assets.schema import Schema
from organizations.models import Organization, User


def counts_by_type(user: User) -> Counter[int]:
    """Of active assets of all active organizations, by type id."""
    known = visible_totals(user).of_active_organizations().order_by().values_list("asset_type_id")
    mine = _restricted(user).of_active_organizations().order_by().values_list("asset_type_id")
    counts: Counter[int] = Counter()
    for type_id, count in known.annotate(Sum("assets")).union(mine.annotate(Count("id")), all=True):
        counts[type_id] += count
    return counts


def figures_in(user: User, organization: Organization) -> Mapping[int, Counter[str]]:
    """How many `assets` and the sum of each number slot, by type id. Asked once for the sidebar and the list of a page: a
    user lives as long as a request."""
    known: dict[int, Mapping[int, Counter[str]]] = vars(user).setdefault("figures_in", {})
    if organization.pk not in known:
        known[organization.pk] = _figures(user, organization)
    return known[organization.pk]


def _figures(user: User, organization: Organization) -> Mapping[int, Counter[str]]:
    names = ("assets", *SLOTS["number"])
    sums = {slot: Sum(slot, filter=Q(orphaned_at=None)) for slot in SLOTS["number"]}
    mine = _restricted(user).in_organization(organization).order_by().values("asset_type_id")
    known = visible_totals(user).in_organization(organization).order_by()
    figures: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for type_id, *numbers in known.values_list("asset_type_id", *names).union(
        mine.annotate(assets=Count("id"), **sums).values_list("asset_type_id", *names), all=True
    ):
        figures[type_id].update(dict(zip(names, (number or 0 for number in numbers), strict=True)))
    return figures


def sums_by_slot(user: User, schema: Schema) -> Mapping[str, int]:
    """Over the type's reported assets of all active organizations."""
    parts = [
        rows.of_active_organizations()
        .order_by()
        .values_list("asset_type_id")
        .annotate(**sums_of(schema.number_slots))
        for rows in (
            visible_totals(user).of_type(schema.asset_type),
            _restricted(user).reported().of_type(schema.asset_type),
        )
    ]
    sums: Counter[str] = Counter()
    for _, *figures in parts[0].union(parts[1], all=True):
        sums.update(dict(zip(schema.number_slots, (figure or 0 for figure in figures), strict=True)))
    return sums


def _restricted(user: User) -> AssetQuerySet:
    return visible_assets(user).active().restricted()
