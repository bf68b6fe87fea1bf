"""Licenses on an organization's overview and in the list of organizations: how many, and which need a look."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse

from flexible_assets.models import FlexibleAssetType
from flexible_assets.policies import visible_assets, visible_types
from flexible_assets.querysets import AssetQuerySet
from flexible_assets.schema import schema_of
from integrations.models import TenantMatch
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.reconcile import Status
from organizations.lists import Cell, ExtraColumn
from organizations.models import Organization, User
from organizations.navigation import Card, Place

NEEDS_A_LOOK = "over-assigned, suspended, locked out or in their grace period"


def license_cards(place: Place) -> Sequence[Card]:
    asset_type = _find_type(place.user)
    if asset_type is None:
        return ()
    url = reverse(
        "flexible_assets:asset-list", args=[place.account.slug, place.organization.pk, asset_type.pk]
    )
    figures = (
        _licenses(place.user, asset_type)
        .in_organization(place.organization)
        .aggregate(**_figures(asset_type))
    )
    return (
        Card("Microsoft licenses", f"{figures['licenses']:,}", url=url, hint="SKUs"),
        Card("Need a look", f"{figures['attention']:,}", url=url, hint=NEEDS_A_LOOK),
    )


def license_columns(user: User, organizations: Sequence[Organization]) -> Sequence[ExtraColumn]:
    asset_type = _find_type(user)
    if asset_type is None:
        return ()
    rows = _licenses(user, asset_type).filter(organization__in=organizations).order_by()
    by_organization = {
        pk: (licenses, attention)
        for pk, licenses, attention in rows.values_list("organization_id").annotate(**_figures(asset_type))
    }
    numbers = {pk: Cell(f"{licenses:,}", is_number=True) for pk, (licenses, _) in by_organization.items()}
    attention = {
        pk: Cell(f"{count:,}", tone="warning", is_number=True)
        for pk, (_, count) in by_organization.items()
        if count
    }
    return (
        ExtraColumn("licenses", "Microsoft licenses", numbers, is_number=True, hint="SKUs"),
        ExtraColumn("attention", "Need a look", attention, is_number=True, hint=NEEDS_A_LOOK),
        ExtraColumn("synced", "Synced with Microsoft", _synced(user, organizations)),
    )


def _synced(user: User, organizations: Sequence[Organization]) -> dict[int, Cell]:
    matches = TenantMatch.objects.of_account(user.account_id).filter(organization__in=organizations)
    latest: QuerySet[TenantMatch, tuple[int | None, datetime | None]] = (
        matches.order_by().values_list("organization_id").annotate(Max("last_synced_at"))
    )
    return {pk: Cell("", at=moment) for pk, moment in latest if pk is not None and moment is not None}


def _find_type(user: User) -> FlexibleAssetType | None:
    return visible_types(user).filter(system_key=MICROSOFT_LICENSES.system_key).first()


def _licenses(user: User, asset_type: FlexibleAssetType) -> AssetQuerySet:
    return visible_assets(user).active().reported().of_type(asset_type)


def _figures(asset_type: FlexibleAssetType) -> dict[str, Count]:
    slot = schema_of(asset_type).by_key["status"].slot
    healthy = Q(**{f"{slot}__in": [Status.ACTIVE, Status.NO_UNITS]})
    return {"licenses": Count("id"), "attention": Count("id", filter=~healthy)}
