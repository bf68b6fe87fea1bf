"""What a person writes into an asset: own fields and notes, and of one that nobody keeps in step, every field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from flexible_assets.actions.assets import write_filled
from flexible_assets.actions.content import AssetContent, Change, Cleaned, Written, clean_content
from flexible_assets.actions.errors import AssetConflictError, DeletedAssetError, InvalidAssetError
from flexible_assets.actions.history import remember
from flexible_assets.actions.passwords import set_password
from flexible_assets.actions.tags import TagRefusedError, set_tags
from flexible_assets.actions.totals import hold, recount
from flexible_assets.models import FlexibleAsset
from flexible_assets.revisions import Snapshot, version_of
from flexible_assets.schema import Schema, schema_of
from organizations.actions import record_activity
from organizations.models import User


@transaction.atomic
def edit_asset(
    asset: FlexibleAsset,
    *,
    changes: Mapping[str, Any],
    notes: str | None = None,
    version: str = "",
    now: datetime,
    actor: User | None = None,
) -> FlexibleAsset:
    """Writes values by field key, where None or an empty text clears the field, and the notes if given."""
    return write_asset(asset, AssetContent(changes, notes, version), now=now, actor=actor)


@transaction.atomic
def write_asset(
    asset: FlexibleAsset, content: AssetContent, *, now: datetime, actor: User | None = None
) -> FlexibleAsset:
    held, totals = hold([asset.pk])
    if not held or held[0].deleted_at is not None:
        raise DeletedAssetError
    asset, schema = held[0], schema_of(held[0].asset_type)
    if content.version and content.version != version_of(schema, asset):
        raise AssetConflictError(asset)
    before = Snapshot.of_asset(schema, asset)
    written = put_content(schema, asset, content, now=now, actor=actor)
    if not written:
        return asset
    asset.updated_at = now
    write_filled(schema, [asset], "notes", "updated_at")
    recount(totals, slots=schema.number_slots)
    remember(schema, asset, before=before, reason=content.reason, now=now, actor=actor)
    if written.details:
        _record(asset, content, written, now=now, actor=actor)
    return asset


def put_content(
    schema: Schema, asset: FlexibleAsset, content: AssetContent, *, now: datetime, actor: User | None
) -> Written:
    """Fills a stored asset and writes what stands beside it; saving the asset itself is the caller's."""
    writer = _Writer(schema, asset, now, actor)
    return writer.write(content)


@dataclass(frozen=True)
class _Writer:
    schema: Schema
    asset: FlexibleAsset
    now: datetime
    actor: User | None

    def write(self, content: AssetContent) -> Written:
        cleaned, errors = clean_content(self.schema, self.asset, content)
        notes = Change(self.asset.notes, cleaned.notes)
        # Before the tags, whose line of the log names the asset.
        fields = self._fill(cleaned)
        is_retagged = self._tag(cleaned.tags, errors)
        if errors:
            raise InvalidAssetError(errors)
        for key, text in cleaned.passwords.items():
            set_password(self.asset, self.schema.by_key[key], text, now=self.now)
        return Written(fields, notes, tuple(cleaned.passwords), is_retagged)

    def _fill(self, cleaned: Cleaned) -> dict[str, Change]:
        stored = self.asset.traits
        wanted = {**stored, **cleaned.traits}
        self.schema.fill(self.asset, {key: value for key, value in wanted.items() if value is not None})
        self.asset.notes = cleaned.notes
        return {
            key: Change(stored.get(key), value)
            for key, value in cleaned.traits.items()
            if stored.get(key) != value
        }

    def _tag(self, tags: Mapping[str, tuple[int, ...]], errors: dict[str, str]) -> bool:
        """Whether any field names other records now; what can't be is added to the errors."""
        is_retagged = False
        for key, ids in tags.items():
            try:
                field = self.schema.by_key[key]
                is_retagged |= set_tags(self.asset, field, ids, now=self.now, actor=self.actor)
            except TagRefusedError as refused:
                errors[key] = str(refused)
        return is_retagged


def _record(
    asset: FlexibleAsset, content: AssetContent, written: Written, *, now: datetime, actor: User | None
) -> None:
    record_activity(
        asset.account_id,
        at=now,
        action=f"flexible-asset.{content.reason}",
        subject=asset.name,
        user=actor,
        organization=asset.organization,
        about=asset,
        details=written.details,
    )
