"""Licenses on an organization's overview: what is paid for and unused, and what needs a look."""

from collections.abc import Sequence

from django.db.models import Count, Q
from django.urls import reverse

from flexible_assets.models import FlexibleAssetType
from flexible_assets.policies import visible_assets, visible_types
from flexible_assets.schema import schema_of
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.reconcile import Status
from organizations.navigation import Card, Place


def license_cards(place: Place) -> Sequence[Card]:
    asset_type = visible_types(place.user).filter(system_key=MICROSOFT_LICENSES.system_key).first()
    if asset_type is None:
        return ()
    url = reverse(
        "flexible_assets:asset-list", args=[place.account.slug, place.organization.pk, asset_type.pk]
    )
    licenses, attention = _figures(place, asset_type)
    return (
        Card("Microsoft licenses", f"{licenses:,}", url=url, hint="SKUs"),
        Card(
            "Need a look", f"{attention:,}", url=url, hint="over-assigned, suspended or in their grace period"
        ),
    )


def _figures(place: Place, asset_type: FlexibleAssetType) -> tuple[int, int]:
    slot = schema_of(asset_type).by_key["status"].slot
    assets = visible_assets(place.user).active().of_type(asset_type).in_organization(place.organization)
    healthy = Q(**{f"{slot}__in": [Status.ACTIVE, Status.NO_UNITS]})
    figures = assets.aggregate(licenses=Count("id"), attention=Count("id", filter=~healthy))
    return figures["licenses"], figures["attention"]
