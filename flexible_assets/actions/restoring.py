"""Back to an earlier revision: an edit like any other, which respects locks and what fields accept today."""

from datetime import datetime
from typing import Any

from django.db import transaction

from flexible_assets.actions.content import AssetContent
from flexible_assets.actions.editing import write_asset
from flexible_assets.models import AssetRevision, FlexibleAsset, FlexibleAssetField
from flexible_assets.schema import schema_of
from flexible_assets.tagging import tagged_ids
from flexible_assets.targets import target_of
from organizations.models import User

RESTORED = "restored"


@transaction.atomic
def restore_revision(
    revision: AssetRevision, *, version: str = "", now: datetime, actor: User
) -> FlexibleAsset:
    """What a sync writes stays as it is; so do passwords and files, which no revision holds."""
    asset = revision.asset
    values: dict[str, Any] = {}
    for field in schema_of(asset.asset_type).writable_fields(asset):
        values |= _restored(field, revision, actor)
    content = AssetContent(values, revision.notes, version, RESTORED)
    return write_asset(asset, content, now=now, actor=actor)


def _restored(field: FlexibleAssetField, revision: AssetRevision, actor: User) -> dict[str, Any]:
    """Nothing of a field that the revision knows nothing of."""
    if field.behavior.is_tag:
        return {field.key: _still_there(field, revision, actor)} if field.key in revision.tags else {}
    value = revision.traits.get(field.key)
    if field.behavior.is_beside or (value is None and field.required):
        return {}
    return {field.key: value}


def _still_there(field: FlexibleAssetField, revision: AssetRevision, actor: User) -> tuple[int, ...]:
    """What was tagged then and may be tagged today, or is. The field may have named another kind of record then."""
    asset, kind = revision.asset, target_of(field.tag_type)
    ids = {pk for column, pk, _ in revision.tags[field.key] if column == kind.column}
    choosable = kind.choosable(actor, asset.organization).filter(pk__in=ids)
    tagged = ids.intersection(tagged_ids(asset, field, user=actor))
    return tuple(sorted(tagged.union(choosable.values_list("pk", flat=True))))
