"""Flexible asset types, their fields, the assets, what they point at, and what was."""

from flexible_assets.models.assets import AssetExpiration, FlexibleAsset, OrganizationTotals
from flexible_assets.models.history import AssetRevision
from flexible_assets.models.links import AssetRelation, AssetTag, Attachment
from flexible_assets.models.security import AssetGrant, AssetSecret, TypeDenial
from flexible_assets.models.types import FlexibleAssetField, FlexibleAssetType, SidebarSection

__all__ = [
    "AssetExpiration",
    "AssetGrant",
    "AssetRelation",
    "AssetRevision",
    "AssetSecret",
    "AssetTag",
    "Attachment",
    "FlexibleAsset",
    "FlexibleAssetField",
    "FlexibleAssetType",
    "OrganizationTotals",
    "SidebarSection",
    "TypeDenial",
]
