"""Licenses on an organization's overview and in the list of organizations: how many, and which need a look."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse

from flexible_assets.models import FlexibleAssetField, FlexibleAssetType
from flexible_assets.policies import visible_assets, visible_types
from flexible_assets.querysets import AssetQuerySet
from integrations.models import TenantMatch
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.reconcile import Status
from organizations.lists import Cell, ExtraColumn, number_cell
from organizations.models import Organization, User
from organizations.navigation import Card, Place

NEEDS_A_LOOK = "over-assigned, suspended, locked out or in their grace period"


def license_cards(place: Place) -> Sequence[Card]:
    status = _find_status(place.user)
    if status is None:
        return ()
    url = reverse(
        "flexible_assets:asset-list", args=[place.account.slug, place.organization.pk, status.asset_type_id]
    )
    licenses = _licenses(place.user, status.asset_type).in_organization(place.organization)
    figures = licenses.aggregate(**_figures(status))
    return (
        Card("Microsoft licenses", f"{figures['licenses']:,}", url=url, hint="SKUs"),
        Card("Need a look", f"{figures['attention']:,}", url=url, hint=NEEDS_A_LOOK),
    )


def license_columns(user: User, organizations: Sequence[Organization]) -> Sequence[ExtraColumn]:
    status = _find_status(user)
    if status is None:
        return ()
    rows = _licenses(user, status.asset_type).filter(organization__in=organizations).order_by()
    by_organization = {
        pk: (licenses, attention)
        for pk, licenses, attention in rows.values_list("organization_id").annotate(**_figures(status))
    }
    numbers = {pk: number_cell(licenses) for pk, (licenses, _) in by_organization.items()}
    attention = {
        pk: number_cell(count, tone="warning") for pk, (_, count) in by_organization.items() if count
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


def _find_status(user: User) -> FlexibleAssetField | None:
    """The field that tells how a license is doing, with the type it belongs to, as far as the user sees that."""
    types = visible_types(user).filter(system_key=MICROSOFT_LICENSES.system_key)
    fields = FlexibleAssetField.objects.filter(account_id=user.account_id, asset_type__in=types, key="status")
    return fields.select_related("asset_type").first()


def _licenses(user: User, asset_type: FlexibleAssetType) -> AssetQuerySet:
    return visible_assets(user).active().reported().of_type(asset_type)


def _figures(status: FlexibleAssetField) -> dict[str, Count]:
    healthy = Q(**{f"{status.slot}__in": [Status.ACTIVE, Status.NO_UNITS]})
    return {"licenses": Count("id"), "attention": Count("id", filter=~healthy)}
