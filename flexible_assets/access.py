"""Types and assets that a user may see, or a plain 404."""

from django.http import Http404

from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from flexible_assets.policies import visible_assets, visible_types
from organizations.models import User


def get_type(user: User, type_id: int) -> FlexibleAssetType:
    asset_type = visible_types(user).filter(pk=type_id).first()
    if asset_type is None:
        raise Http404("No such flexible asset type.")
    return asset_type


def get_asset(user: User, asset_id: int) -> FlexibleAsset:
    asset = visible_assets(user).select_related("asset_type", "organization").filter(pk=asset_id).first()
    if asset is None:
        raise Http404("No such flexible asset.")
    return asset
