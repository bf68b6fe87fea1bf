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
    """Puts `to` beside the asset, seen from both. Where it stands there already, a note given replaces its note."""
    if to == asset:
        raise RelationRefusedError("An asset can't be related to itself.")
    _hold(asset, to)
    relation = _between(asset, to).first()
    if relation is not None:
        return annotate(relation, notes=notes or relation.notes, now=now, actor=actor)
    relation = AssetRelation.objects.create(
        account_id=asset.account_id, asset=asset, **{column_of(to): to}, notes=notes, created_at=now
    )
    _record(relation, "flexible-asset.related", now=now, actor=actor)
    return relation


@transaction.atomic
def annotate(
    relation: AssetRelation, *, notes: str, now: datetime, actor: User | None = None
) -> AssetRelation:
    """Writes or clears its note."""
    stored = AssetRelation.objects.of_account(relation.account_id).select_for_update()
    held = stored.filter(pk=relation.pk).first()
    if held is None:
        raise RelationRefusedError("Somebody has taken this off the related items meanwhile. Add it again.")
    if held.notes != notes:
        held.notes = notes
        held.save(update_fields=["notes"])
        _record(held, "flexible-asset.related", now=now, actor=actor)
    return held


@transaction.atomic
def unrelate(relation: AssetRelation, *, now: datetime, actor: User | None = None) -> None:
    """Of two who do it at once, one is told in the log."""
    gone, _ = AssetRelation.objects.of_account(relation.account_id).filter(pk=relation.pk).delete()
    if gone:
        _record(relation, "flexible-asset.unrelated", now=now, actor=actor)


def _hold(asset: FlexibleAsset, to: Any) -> None:
    """Whoever puts the same two together from the other side waits, so that they are put together once. Syncs, which
    only hold on to the key, pass by."""
    ids = [each.pk for each in (asset, to) if isinstance(each, FlexibleAsset)]
    assets = FlexibleAsset.objects.of_account(asset.account_id).filter(pk__in=ids).order_by("pk")
    list(assets.select_for_update(no_key=True).values_list("pk", flat=True))


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
