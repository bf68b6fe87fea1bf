"""Where an asset stands: in the lists, archived, or deleted and restorable for a while. Many at once; whoever changes
one gives its id alone."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from flexible_assets.actions.totals import hold, recount
from flexible_assets.models import FlexibleAsset
from organizations.actions import activity_line, record_activities
from organizations.actions.outcomes import Outcome, sort_out
from organizations.models import User

#: How long what was deleted can be restored.
RESTORABLE = timedelta(days=30)


@dataclass(frozen=True)
class _Move:
    """From one standing to another; `why_not` says what keeps an asset from it, or nothing."""

    action: str
    why_not: Callable[[FlexibleAsset], str]


@transaction.atomic
def archive_assets(asset_ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    """Out of lists, counts and totals; still found by those who ask for archived ones."""
    move = _Move("flexible-asset.archived", _why_not_archive)
    return _carry_out(move, asset_ids, {"archived": True}, now=now, actor=actor)


@transaction.atomic
def unarchive_assets(asset_ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    move = _Move("flexible-asset.unarchived", _why_not_unarchive)
    return _carry_out(move, asset_ids, {"archived": False}, now=now, actor=actor)


@transaction.atomic
def delete_assets(asset_ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    """Gone for everybody but those who may restore it, until it is purged."""
    deleted = {"archived": True, "deleted_at": now, "deleted_by": actor}
    move = _Move("flexible-asset.deleted", why_not_delete)
    return _carry_out(move, asset_ids, deleted, now=now, actor=actor)


@transaction.atomic
def restore_assets(asset_ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    """Back into the lists, with everything that hung on them."""
    restored = {"archived": False, "deleted_at": None, "deleted_by": None}
    move = _Move("flexible-asset.undeleted", _why_not_restore)
    return _carry_out(move, asset_ids, restored, now=now, actor=actor)


def why_not_delete(asset: FlexibleAsset) -> str:
    if asset.deleted_at is not None:
        return "already deleted"
    if asset.is_locked and asset.orphaned_at is None:
        return f"kept in step by {asset.asset_type.manager or 'its source'}, which would bring it back"
    return ""


def _why_not_archive(asset: FlexibleAsset) -> str:
    if asset.deleted_at is not None:
        return "deleted"
    return "already archived" if asset.archived else ""


def _why_not_unarchive(asset: FlexibleAsset) -> str:
    if asset.deleted_at is not None:
        return "deleted"
    return "" if asset.archived else "not archived"


def _why_not_restore(asset: FlexibleAsset) -> str:
    return "not deleted" if asset.deleted_at is None else ""


def _carry_out(
    move: _Move,
    asset_ids: Collection[int],
    columns: Mapping[str, Any],
    *,
    now: datetime,
    actor: User | None,
) -> Outcome:
    assets, totals = hold(asset_ids)
    fit, skipped = sort_out(assets, move.why_not)
    ids = tuple(asset.pk for asset in fit)
    FlexibleAsset.objects.filter(pk__in=ids).update(updated_at=now, **columns)
    recount(totals)
    record_activities(
        activity_line(
            asset.account_id,
            at=now,
            action=move.action,
            subject=asset.name,
            user=actor,
            organization=asset.organization,
            about=asset,
        )
        for asset in fit
    )
    return Outcome(ids, skipped)
