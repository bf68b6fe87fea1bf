"""Revisions: what an asset was after each change that a person made, and the way back to one."""

from datetime import datetime
from typing import Any

from flexible_assets.models import AssetRevision, FlexibleAsset
from flexible_assets.revisions import Snapshot
from flexible_assets.schema import Schema
from organizations.models import User

#: What a revision is called that no person made: the asset as a sync left it, or as it was before it had revisions.
FOUND = "found"


def remember(
    schema: Schema,
    asset: FlexibleAsset,
    *,
    before: Snapshot | None = None,
    reason: str,
    now: datetime,
    actor: User | None,
) -> AssetRevision:
    """Keeps the asset as it stands. What it was `before` is kept as well if the last revision tells otherwise, so that
    nobody is taken for the author of what a sync wrote."""
    revisions = AssetRevision.objects.filter(account_id=asset.account_id, asset=asset)
    last = revisions.order_by("-number").first()
    number = last.number if last else 0
    if before is not None and (last is None or not Snapshot.of_revision(last).is_same(before)):
        number += 1
        _keep(asset, before, number=number, at=now, reason=FOUND, user=None)
    snapshot = Snapshot.of_asset(schema, asset)
    return _keep(asset, snapshot, number=number + 1, at=now, reason=reason, user=actor)


def _keep(asset: FlexibleAsset, snapshot: Snapshot, **columns: Any) -> AssetRevision:
    return AssetRevision.objects.create(
        account_id=asset.account_id,
        asset=asset,
        name=snapshot.name,
        traits=dict(snapshot.traits),
        tags={key: [list(target) for target in targets] for key, targets in snapshot.tags.items()},
        notes=snapshot.notes,
        **columns,
    )
