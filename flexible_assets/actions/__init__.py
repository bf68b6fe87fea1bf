"""Everything that changes types and assets. Apps that manage a locked type write through here in whole batches."""

from flexible_assets.actions.assets import create_assets, mark_orphaned, update_assets
from flexible_assets.actions.batches import (
    move_assets,
    orphan_assets,
    purge_assets,
    release_assets,
    revive_assets,
)
from flexible_assets.actions.editing import InvalidAssetError, LockedFieldError, edit_asset
from flexible_assets.actions.fields import (
    FieldRefusedError,
    FieldSpec,
    SlotsUsedUpError,
    add_fields,
    add_own_field,
)
from flexible_assets.actions.security import SelfExclusionError, open_asset, restrict_asset
from flexible_assets.actions.tags import replace_tags
from flexible_assets.actions.totals import lock_totals, refresh_totals
from flexible_assets.actions.types import TypeSpec, ensure_managed_type, purge_type, release_type

__all__ = [
    "FieldRefusedError",
    "FieldSpec",
    "InvalidAssetError",
    "LockedFieldError",
    "SelfExclusionError",
    "SlotsUsedUpError",
    "TypeSpec",
    "add_fields",
    "add_own_field",
    "create_assets",
    "edit_asset",
    "ensure_managed_type",
    "lock_totals",
    "mark_orphaned",
    "move_assets",
    "open_asset",
    "orphan_assets",
    "purge_assets",
    "purge_type",
    "refresh_totals",
    "release_assets",
    "release_type",
    "replace_tags",
    "restrict_asset",
    "revive_assets",
    "update_assets",
]
