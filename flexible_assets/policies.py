"""Which types and assets a user may see: asked by pages, counts, sidebars and search alike."""

from flexible_assets.models import FlexibleAsset, FlexibleAssetType, OrganizationTotals
from flexible_assets.querysets import AssetQuerySet, TotalsQuerySet, TypeQuerySet
from organizations.models import User


def visible_types(user: User) -> TypeQuerySet:
    return FlexibleAssetType.objects.visible_to(user)


def visible_assets(user: User) -> AssetQuerySet:
    return FlexibleAsset.objects.visible_to(user)


def visible_totals(user: User) -> TotalsQuerySet:
    return OrganizationTotals.objects.of_account(user.account_id)
