"""Lists of any flexible asset type, of one organization or of all: columns and filters come from the type's fields."""

from flexible_assets.lists.assets import AssetList

__all__ = ["AssetList"]
