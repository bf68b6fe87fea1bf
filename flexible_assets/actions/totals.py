"""Totals of a type in an organization: locked before its assets are, recounted after they changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, Sum

from flexible_assets.field_kinds import SLOT_LIMIT, SLOTS
from flexible_assets.models import FlexibleAsset, OrganizationTotals
from flexible_assets.querysets import AssetQuerySet
from flexible_assets.schema import Schema
from organizations.models import Organization

_LARGEST = SLOT_LIMIT - 1


@dataclass(frozen=True, order=True)
class Place:
    """Where an asset counts: one row of totals."""

    account_id: int
    organization_id: int
    asset_type_id: int

    @property
    def is_here(self) -> Q:
        return Q(organization_id=self.organization_id, asset_type_id=self.asset_type_id)


def lock_totals(schema: Schema, organization: Organization) -> OrganizationTotals:
    """Writers of one type in one organization go one after the other; different organizations never wait."""
    [totals] = lock_places([Place(organization.account_id, organization.pk, schema.asset_type.pk)])
    return totals


def refresh_totals(schema: Schema, totals: OrganizationTotals) -> None:
    """Recounts under the lock; writes only when a figure changed."""
    recount([totals], slots=schema.number_slots)


def lock_places(places: Collection[Place]) -> list[OrganizationTotals]:
    """In key order, so that two writers wait for each other instead of deadlocking."""
    if not places:
        return []
    rows = [
        OrganizationTotals(
            account_id=place.account_id,
            organization_id=place.organization_id,
            asset_type_id=place.asset_type_id,
        )
        for place in sorted(places)
    ]
    OrganizationTotals.objects.bulk_create(rows, ignore_conflicts=True)
    locked = OrganizationTotals.objects.of_account(rows[0].account_id).filter(_at_any(places))
    return list(locked.order_by("organization_id", "asset_type_id").select_for_update())


def recount(totals: Sequence[OrganizationTotals], *, slots: Sequence[str] = SLOTS["number"]) -> None:
    """Orphans count, but their figures are no longer anybody's; what is restricted is nobody's business here."""
    if not totals:
        return
    counted = _figures([place_of(row) for row in totals], slots)
    nothing = dict.fromkeys(["assets", *slots], 0)
    changed = [row for row in totals if _take(row, counted.get(place_of(row), nothing))]
    OrganizationTotals.objects.bulk_update(changed, list(nothing), batch_size=500)


def place_of(row: FlexibleAsset | OrganizationTotals) -> Place:
    return Place(row.account_id, row.organization_id, row.asset_type_id)


def _figures(places: Collection[Place], slots: Sequence[str]) -> dict[Place, dict[str, int]]:
    account_id = next(iter(places)).account_id
    assets = FlexibleAsset.objects.of_account(account_id).active().unrestricted().filter(_at_any(places))
    sums: dict[str, Any] = {slot: Sum(slot, filter=Q(orphaned_at=None), default=0) for slot in slots}
    grouped = (
        assets.order_by().values("organization_id", "asset_type_id").annotate(assets=Count("id"), **sums)
    )
    names = ["assets", *slots]
    return {
        Place(account_id, organization_id, type_id): dict(zip(names, map(_fitting, figures), strict=True))
        for organization_id, type_id, *figures in grouped.values_list(
            "organization_id", "asset_type_id", *names
        )
    }


def _fitting(figure: Decimal | int) -> int:
    """Each number fits its slot; only sums of numbers that count nothing real do not fit the totals."""
    return int(max(-_LARGEST, min(figure, _LARGEST)))


def _take(row: OrganizationTotals, figures: dict[str, int]) -> bool:
    """Whether a figure changed."""
    changed = {name: figure for name, figure in figures.items() if getattr(row, name) != figure}
    for name, figure in changed.items():
        setattr(row, name, figure)
    return bool(changed)


def _at_any(places: Collection[Place]) -> Q:
    return reduce(or_, (place.is_here for place in places))


def hold(
    asset_ids: Collection[int], *, destination: Organization | None = None
) -> tuple[list[FlexibleAsset], list[OrganizationTotals]]:
    """The assets and the totals they count in, locked in the order in which syncs lock them: totals first, then assets,
    each by key."""
    rows = FlexibleAsset.objects.filter(pk__in=asset_ids)
    places: set[Place] = set()
    totals: list[OrganizationTotals] = []
    # Asked again under the locks: somebody may have moved an asset before its totals were held.
    while missing := _places(rows, destination) - places:
        totals += lock_places(missing)
        places |= missing
    assets = rows.select_related("asset_type", "organization").order_by("pk")
    return list(assets.select_for_update(of=("self",))), totals


def _places(rows: AssetQuerySet, destination: Organization | None) -> set[Place]:
    here = {Place(*each) for each in rows.values_list("account_id", "organization_id", "asset_type_id")}
    if destination is None:
        return here
    return here | {Place(each.account_id, destination.pk, each.asset_type_id) for each in here}
