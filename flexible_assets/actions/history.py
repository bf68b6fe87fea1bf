"""Revisions: what an asset was after each change that a person made, and the way back to one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from flexible_assets.models import AssetRevision, FlexibleAsset
from flexible_assets.revisions import Snapshot
from flexible_assets.schema import Schema
from organizations.models import User

#: What a revision is called that no person made: the asset as a sync left it, or as it was before it had revisions.
FOUND = "found"


@dataclass(frozen=True)
class Turn:
    """One asset's from what it was `before` to how it stands; a new one was nothing."""

    asset: FlexibleAsset
    reason: str
    before: Snapshot | None = None


def remember(schema: Schema, turns: Sequence[Turn], *, now: datetime, actor: User | None) -> None:
    """Keeps the assets as they stand. What one was before is kept as well if its last revision tells otherwise, so that
    nobody is taken for the author of what a sync wrote."""
    assets = [turn.asset for turn in turns]
    last, after = _last_revisions(assets), Snapshot.of_assets(schema, assets)
    rows: list[AssetRevision] = []
    for turn in turns:
        asset, known = turn.asset, last.get(turn.asset.pk)
        number = known.number if known else 0
        if _is_news(turn.before, known):
            number += 1
            rows.append(_revision(asset, turn.before, number=number, at=now, reason=FOUND))
        made = {"number": number + 1, "reason": turn.reason, "user": actor}
        rows.append(_revision(asset, after[asset.pk], at=now, **made))
    AssetRevision.objects.bulk_create(rows, batch_size=500)


def _is_news(before: Snapshot | None, known: AssetRevision | None) -> TypeGuard[Snapshot]:
    return before is not None and (known is None or not Snapshot.of_revision(known).is_same(before))


def _last_revisions(assets: Collection[FlexibleAsset]) -> dict[int, AssetRevision]:
    """By asset id; of new assets there is none."""
    rows = AssetRevision.objects.filter(
        account_id__in={asset.account_id for asset in assets}, asset__in=assets
    )
    return {row.asset_id: row for row in rows.order_by("asset_id", "-number").distinct("asset_id")}


def _revision(asset: FlexibleAsset, snapshot: Snapshot, **columns: Any) -> AssetRevision:
    return AssetRevision(
        account_id=asset.account_id,
        asset=asset,
        name=snapshot.name,
        traits=dict(snapshot.traits),
        tags={key: [list(target) for target in targets] for key, targets in snapshot.tags.items()},
        notes=snapshot.notes,
        **columns,
    )
