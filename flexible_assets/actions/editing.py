"""What a person writes into an asset: own fields and notes, and of one that nobody keeps in step, every field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from flexible_assets.actions.assets import write_filled
from flexible_assets.actions.content import AssetContent, Change, Cleaned, Written, clean_content
from flexible_assets.actions.errors import (
    REFUSALS,
    AssetConflictError,
    BatchRefusedError,
    DeletedAssetError,
    InvalidAssetError,
)
from flexible_assets.actions.files import FileRefusedError, attach_files
from flexible_assets.actions.history import remember
from flexible_assets.actions.passwords import set_password
from flexible_assets.actions.tags import TagRefusedError, set_tags
from flexible_assets.actions.totals import hold, recount
from flexible_assets.models import Attachment, FlexibleAsset, OrganizationTotals
from flexible_assets.revisions import Snapshot, version_of
from flexible_assets.schema import Schema, schema_of
from flexible_assets.staging import StoredFile
from organizations.actions.activity import activity_line, record_activities
from organizations.models import Activity, User


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
    try:
        [written] = write_several({asset.pk: content}, now=now, actor=actor)
    except BatchRefusedError as refused:
        raise refused.reason from None
    return written


@transaction.atomic
def write_several(
    contents: Mapping[int, AssetContent], *, now: datetime, actor: User | None = None
) -> list[FlexibleAsset]:
    """Many of one type at once, by id and in this order, or BatchRefusedError for the first that can't be."""
    held, totals = hold(contents)
    by_id = {asset.pk: asset for asset in held if asset.deleted_at is None}
    schema = schema_of(held[0].asset_type) if held else None
    written: list[_Edit] = []
    for place, (asset_id, content) in enumerate(contents.items()):
        try:
            if schema is None or asset_id not in by_id:
                raise DeletedAssetError
            written.append(_edit(schema, by_id[asset_id], content, now=now, actor=actor))
        except REFUSALS as refused:
            raise BatchRefusedError(place, refused) from refused
    changed = [edit for edit in written if edit.written]
    if schema is not None and changed:
        _keep(schema, changed, totals, now=now, actor=actor)
    return [edit.asset for edit in written]


@dataclass(frozen=True)
class _Edit:
    asset: FlexibleAsset
    content: AssetContent
    before: Snapshot
    written: Written


def _edit(
    schema: Schema, asset: FlexibleAsset, content: AssetContent, *, now: datetime, actor: User | None
) -> _Edit:
    if content.version and content.version != version_of(schema, asset):
        raise AssetConflictError(asset)
    before = Snapshot.of_asset(schema, asset)
    return _Edit(asset, content, before, put_content(schema, asset, content, now=now, actor=actor))


def _keep(
    schema: Schema,
    edits: Sequence[_Edit],
    totals: Sequence[OrganizationTotals],
    *,
    now: datetime,
    actor: User | None,
) -> None:
    for edit in edits:
        edit.asset.updated_at = now
    write_filled(schema, [edit.asset for edit in edits], "notes", "updated_at")
    recount(totals, slots=schema.number_slots)
    for edit in edits:
        reason = edit.content.reason
        remember(schema, edit.asset, before=edit.before, reason=reason, now=now, actor=actor)
    record_activities(_line(edit, now=now, actor=actor) for edit in edits if edit.written.details)


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
        if content.files is not None:
            self._attach(content.files, errors)
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

    def _attach(self, files: Mapping[str, Sequence[StoredFile]], errors: dict[str, str]) -> None:
        """Into the Upload fields; what can't be, and what is missing in them, is added to the errors."""
        kept = Attachment.objects.of_asset(self.asset)
        for field in self.schema.writable_fields(self.asset):
            if not field.behavior.is_file:
                continue
            try:
                if sent := files.get(field.key):
                    attach_files(self.asset, sent, field=field, now=self.now, actor=self.actor)
                elif field.required and not kept.filter(field=field).exists():
                    errors[field.key] = "This field is required."
            except FileRefusedError as refused:
                errors[field.key] = str(refused)


def _line(edit: _Edit, *, now: datetime, actor: User | None) -> Activity:
    return activity_line(
        edit.asset.account_id,
        at=now,
        action=f"flexible-asset.{edit.content.reason}",
        subject=edit.asset.name,
        user=actor,
        organization=edit.asset.organization,
        about=edit.asset,
        details=edit.written.details,
    )
