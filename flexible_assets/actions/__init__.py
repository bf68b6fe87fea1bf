"""Everything that changes types and assets. Apps that manage a locked type write through here in whole batches."""

from flexible_assets.actions.assets import create_assets, mark_orphaned, update_assets
from flexible_assets.actions.batches import (
    move_assets,
    orphan_assets,
    purge_assets,
    purge_deleted_assets,
    release_assets,
)
from flexible_assets.actions.content import AssetContent
from flexible_assets.actions.creating import blank_asset, create_asset
from flexible_assets.actions.editing import edit_asset, write_asset
from flexible_assets.actions.errors import (
    AssetConflictError,
    DeletedAssetError,
    DeletedTypeError,
    InvalidAssetError,
    LockedFieldError,
)
from flexible_assets.actions.field_rules import FieldRefusedError, SlotsUsedUpError
from flexible_assets.actions.field_specs import FieldSpec
from flexible_assets.actions.fields import add_fields, add_own_field
from flexible_assets.actions.lifecycle import (
    RESTORABLE,
    archive_assets,
    delete_assets,
    restore_assets,
    unarchive_assets,
    why_not_delete,
)
from flexible_assets.actions.passwords import reveal_password
from flexible_assets.actions.restoring import restore_revision
from flexible_assets.actions.security import (
    SelfExclusionError,
    open_asset,
    open_assets,
    restrict_asset,
    secure_assets,
)
from flexible_assets.actions.synced_tags import TagChanges, replace_tags, tag_changes, write_tags
from flexible_assets.actions.totals import lock_totals, refresh_totals
from flexible_assets.actions.types import TypeSpec, ensure_managed_type, purge_type, release_type
from organizations.actions.outcomes import Outcome

__all__ = [
    "RESTORABLE",
    "AssetConflictError",
    "AssetContent",
    "DeletedAssetError",
    "DeletedTypeError",
    "FieldRefusedError",
    "FieldSpec",
    "InvalidAssetError",
    "LockedFieldError",
    "Outcome",
    "SelfExclusionError",
    "SlotsUsedUpError",
    "TagChanges",
    "TypeSpec",
    "add_fields",
    "add_own_field",
    "archive_assets",
    "blank_asset",
    "create_asset",
    "create_assets",
    "delete_assets",
    "edit_asset",
    "ensure_managed_type",
    "lock_totals",
    "mark_orphaned",
    "move_assets",
    "open_asset",
    "open_assets",
    "orphan_assets",
    "purge_assets",
    "purge_deleted_assets",
    "purge_type",
    "refresh_totals",
    "release_assets",
    "release_type",
    "replace_tags",
    "restore_assets",
    "restore_revision",
    "restrict_asset",
    "reveal_password",
    "secure_assets",
    "tag_changes",
    "unarchive_assets",
    "update_assets",
    "why_not_delete",
    "write_asset",
    "write_tags",
]
