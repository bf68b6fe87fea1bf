"""Related items: records that people put beside an asset, and take away again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from flexible_assets.models import AssetRelation, FlexibleAsset
from flexible_assets.targets import BY_COLUMN, column_of
from organizations.actions import record_activity
from organizations.models import Contact, Organization, User


class RelationRefusedError(ValueError):
    """These two can't stand beside each other; the message is fit for a person."""


@transaction.atomic
def relate(
    asset: FlexibleAsset,
    *,
    to: Contact | Organization | FlexibleAsset,
    notes: str = "",
    now: datetime,
    actor: User | None = None,
) -> AssetRelation:
    """Puts `to` beside the asset, seen from both. Where it stands there already, only the note changes."""
    if to == asset:
        raise RelationRefusedError("An asset can't be related to itself.")
    relation = _between(asset, to).select_for_update().first()
    if relation is None:
        relation, _ = AssetRelation.objects.get_or_create(
            account_id=asset.account_id,
            asset=asset,
            **{column_of(to): to},
            defaults={"notes": notes, "created_at": now},
        )
    elif relation.notes == notes:
        return relation
    relation.notes = notes
    relation.save(update_fields=["notes"])
    _record(relation, "flexible-asset.related", now=now, actor=actor)
    return relation


@transaction.atomic
def unrelate(relation: AssetRelation, *, now: datetime, actor: User | None = None) -> None:
    _record(relation, "flexible-asset.unrelated", now=now, actor=actor)
    relation.delete()


def _between(asset: FlexibleAsset, to: Any) -> QuerySet[AssetRelation]:
    """From whichever side the two were put together."""
    relations = AssetRelation.objects.of_account(asset.account_id)
    column = column_of(to)
    found = relations.filter(asset=asset, **{column: to})
    return found | relations.filter(asset=to, target=asset) if column == "target" else found


def _record(relation: AssetRelation, action: str, *, now: datetime, actor: User | None) -> None:
    asset = relation.asset
    column = next(name for name in BY_COLUMN if getattr(relation, f"{name}_id", None))
    kind, to = BY_COLUMN[column], getattr(relation, column)
    # Not everybody who reads of the asset may know what stands beside it.
    told = (
        {"name": to.name} if kind.is_seen_with_asset and to.organization_id == asset.organization_id else {}
    )
    notes = {"notes": relation.notes} if relation.notes else {}
    record_activity(
        asset.account_id,
        at=now,
        action=action,
        subject=asset.name,
        user=actor,
        organization=asset.organization,
        about=asset,
        details={"item": {"kind": kind.label, **told}, **notes},
    )
