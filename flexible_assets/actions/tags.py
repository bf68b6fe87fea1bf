"""Records named in the Tag fields of assets."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetField
from flexible_assets.targets import TargetKind, target_of
from organizations.actions import record_activity
from organizations.models import User

_BATCH = 2000
#: Names that a line of the log tells; more are counted.
_NAMES_TOLD = 20


class TagRefusedError(ValueError):
    """The field can't name these records; the message says why, fit for a person."""

    def __init__(self, message: str, *, field: FlexibleAssetField) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def set_tags(
    asset: FlexibleAsset,
    field: FlexibleAssetField,
    targets: Collection[int],
    *,
    now: datetime,
    actor: User | None = None,
) -> bool:
    """Makes the records tagged in `field` those with these ids, beside the ones that the actor can't see; says whether
    that changed anything."""
    kind = target_of(field.tag_type)
    # Whoever saves the same asset at this moment waits; syncs, which only hold on to its key, pass by.
    FlexibleAsset.objects.select_for_update(no_key=True).get(pk=asset.pk)
    stored = _stored(asset, field, kind)
    wanted = set(targets) | _unseen(stored, kind, actor)
    _require_possible(asset, field, wanted=wanted, added=wanted - stored, actor=actor)
    if wanted == stored:
        return False
    details = _details(field, before=stored, after=wanted)
    _write(asset, field, kind, stored=stored, wanted=wanted)
    record_activity(
        asset.account_id,
        at=now,
        action="flexible-asset.tagged",
        subject=asset.name,
        user=actor,
        organization=asset.organization,
        about=asset,
        details=details,
    )
    return True


def _stored(asset: FlexibleAsset, field: FlexibleAssetField, kind: TargetKind) -> set[int]:
    tags = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field=field)
    return set(tags.values_list(f"{kind.column}_id", flat=True))


def _unseen(stored: set[int], kind: TargetKind, actor: User | None) -> set[int]:
    """Who edits without seeing a tag must not take it away."""
    if actor is None or not stored:
        return set()
    return stored - set(kind.seen_by(actor).filter(pk__in=stored).values_list("pk", flat=True))


def _require_possible(
    asset: FlexibleAsset,
    field: FlexibleAssetField,
    *,
    wanted: Collection[int],
    added: Collection[int],
    actor: User | None,
) -> None:
    kind = target_of(field.tag_type)
    if asset.is_locked and field.is_managed:
        raise TagRefusedError(
            f"{field.name} can't be changed here, since {asset.asset_type.manager} writes it.", field=field
        )
    if field.required and not wanted:
        raise TagRefusedError("This field is required.", field=field)
    if added and _possible(asset, kind, added, actor).count() != len(added):
        raise TagRefusedError("Something you chose is not here any more. Choose again.", field=field)


def _possible(
    asset: FlexibleAsset, kind: TargetKind, added: Collection[int], actor: User | None
) -> QuerySet[Any]:
    if actor is not None:
        return kind.choosable(actor, asset.organization).filter(pk__in=added)
    return kind.of_account(asset.account_id).filter(pk__in=added)


def _write(
    asset: FlexibleAsset, field: FlexibleAssetField, kind: TargetKind, *, stored: set[int], wanted: set[int]
) -> None:
    column = f"{kind.column}_id"
    tags = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field=field)
    tags.filter(**{f"{column}__in": stored - wanted}).delete()
    AssetTag.objects.bulk_create(
        [
            AssetTag(account_id=asset.account_id, asset=asset, field=field, **{column: target_id})
            for target_id in sorted(wanted - stored)
        ],
        batch_size=_BATCH,
    )


def _details(field: FlexibleAssetField, *, before: Collection[int], after: Collection[int]) -> dict[str, Any]:
    """Not even how many, unless everyone who reads of the asset may know them."""
    kind = target_of(field.tag_type)
    if not kind.is_seen_with_asset:
        return {"field": field.name}
    told = {name: _told(kind, field.account_id, ids) for name, ids in (("before", before), ("after", after))}
    return {"fields": {field.key: told}}


def _told(kind: TargetKind, account_id: int, ids: Collection[int]) -> str:
    if len(ids) > _NAMES_TOLD:
        return f"{len(ids):,} tagged"
    rows = kind.of_account(account_id).filter(pk__in=ids).order_by(*kind.order)
    return ", ".join(str(row) for row in rows)


@dataclass(frozen=True)
class TagChanges:
    """Contacts to tag in a field, and to tag no longer, by asset id."""

    added: Mapping[int, Sequence[int]]
    gone: Mapping[int, Sequence[int]]

    def portions(self, size: int) -> Iterator["TagChanges"]:
        """Of at most so many tags, for writers that must not keep others waiting."""
        for asset_id, contact_ids in self.gone.items():
            for start in range(0, len(contact_ids), size):
                yield TagChanges(added={}, gone={asset_id: contact_ids[start : start + size]})
        for asset_id, contact_ids in self.added.items():
            for start in range(0, len(contact_ids), size):
                yield TagChanges(added={asset_id: contact_ids[start : start + size]}, gone={})


def replace_tags(field: FlexibleAssetField, wanted: Mapping[int, Collection[int]]) -> None:
    """Makes the contacts tagged in `field` exactly those wanted, by asset id; touches only what differs."""
    write_tags(field, tag_changes(field, wanted))


def tag_changes(field: FlexibleAssetField, wanted: Mapping[int, Collection[int]]) -> TagChanges:
    """What differs from the contacts wanted, by asset id."""
    stored: dict[int, set[int]] = {asset_id: set() for asset_id in wanted}
    rows = AssetTag.objects.filter(account_id=field.account_id, field=field, asset_id__in=wanted)
    for asset_id, contact_id in rows.values_list("asset_id", "contact_id"):
        stored[asset_id].add(contact_id)
    return TagChanges(
        added={asset_id: sorted(set(contacts) - stored[asset_id]) for asset_id, contacts in wanted.items()},
        gone={
            asset_id: sorted(stored[asset_id].difference(contacts)) for asset_id, contacts in wanted.items()
        },
    )


def write_tags(field: FlexibleAssetField, changes: TagChanges) -> None:
    added = (
        AssetTag(account_id=field.account_id, asset_id=asset_id, field=field, contact_id=contact_id)
        for asset_id, contact_ids in changes.added.items()
        for contact_id in contact_ids
    )
    # One batch after the other: everyone in a tenant of 100,000 holds some license.
    while batch := list(islice(added, _BATCH)):
        AssetTag.objects.bulk_create(batch)
    rows = AssetTag.objects.filter(account_id=field.account_id, field=field)
    for asset_id, contact_ids in changes.gone.items():
        if contact_ids:
            rows.filter(asset_id=asset_id, contact_id__in=contact_ids).delete()
