"""What a person writes into an asset: own fields and notes, and of one that nobody keeps in step, every field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from flexible_assets.actions.assets import write_filled
from flexible_assets.actions.content import AssetContent, Written
from flexible_assets.actions.errors import (
    AssetConflictError,
    BatchRefusedError,
    DeletedAssetError,
    LockedFieldError,
)
from flexible_assets.actions.filling import Filling, fill, put_beside
from flexible_assets.actions.history import Turn, remember
from flexible_assets.actions.totals import hold, recount
from flexible_assets.models import FlexibleAsset, OrganizationTotals
from flexible_assets.revisions import Snapshot, version_of
from flexible_assets.schema import Schema, schema_of
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
    if not contents:
        return []
    held, totals = hold(contents)
    if not held:
        raise BatchRefusedError(0, DeletedAssetError())
    schema = schema_of(held[0].asset_type)
    before = Snapshot.of_assets(schema, held)
    fillings, refused = _fillings(schema, held, contents)
    written = put_beside(schema, fillings, now=now, actor=actor)
    if refused is not None:
        raise refused
    edits = [
        _Edit(filling, before[filling.asset.pk], each)
        for filling, each in zip(fillings, written, strict=True)
        if each
    ]
    if edits:
        _keep(schema, edits, totals, now=now, actor=actor)
    return [filling.asset for filling in fillings]


def _fillings(
    schema: Schema, held: Sequence[FlexibleAsset], contents: Mapping[int, AssetContent]
) -> tuple[list[Filling], BatchRefusedError | None]:
    """Up to the first that can't be filled: of those before it, some may turn out not to fit either."""
    by_id = {asset.pk: asset for asset in held if asset.deleted_at is None}
    fillings: list[Filling] = []
    for place, (asset_id, content) in enumerate(contents.items()):
        try:
            fillings.append(_filling(schema, by_id.get(asset_id), content))
        except (AssetConflictError, DeletedAssetError, LockedFieldError) as reason:
            refused = BatchRefusedError(place, reason)
            refused.__cause__ = reason
            return fillings, refused
    return fillings, None


def _filling(schema: Schema, asset: FlexibleAsset | None, content: AssetContent) -> Filling:
    if asset is None:
        raise DeletedAssetError
    if content.version and content.version != version_of(schema, asset):
        raise AssetConflictError(asset)
    return fill(schema, asset, content)


@dataclass(frozen=True)
class _Edit:
    filling: Filling
    before: Snapshot
    written: Written

    @property
    def asset(self) -> FlexibleAsset:
        return self.filling.asset

    @property
    def reason(self) -> str:
        return self.filling.content.reason


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
    turns = [Turn(edit.asset, edit.reason, edit.before) for edit in edits]
    remember(schema, turns, now=now, actor=actor)
    record_activities(_line(edit, now=now, actor=actor) for edit in edits if edit.written.details)


def _line(edit: _Edit, *, now: datetime, actor: User | None) -> Activity:
    return activity_line(
        edit.asset.account_id,
        at=now,
        action=f"flexible-asset.{edit.reason}",
        subject=edit.asset.name,
        user=actor,
        organization=edit.asset.organization,
        about=edit.asset,
        details=edit.written.details,
    )
