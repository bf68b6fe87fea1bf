"""Records named in the Tag fields of assets."""

from collections.abc import Collection, Mapping
from itertools import islice

from flexible_assets.models import AssetTag, FlexibleAssetField

_BATCH = 2000


def replace_tags(field: FlexibleAssetField, wanted: Mapping[int, Collection[int]]) -> None:
    """Makes the contacts tagged in `field` exactly those wanted, by asset id; touches only what differs."""
    stored: dict[int, set[int]] = {asset_id: set() for asset_id in wanted}
    rows = AssetTag.objects.filter(account_id=field.account_id, field=field, asset_id__in=wanted)
    for asset_id, contact_id in rows.values_list("asset_id", "contact_id"):
        stored[asset_id].add(contact_id)
    added = (
        AssetTag(account_id=field.account_id, asset_id=asset_id, field=field, contact_id=contact_id)
        for asset_id, contacts in wanted.items()
        for contact_id in sorted(set(contacts) - stored[asset_id])
    )
    # One batch after the other: everyone in a tenant of 100,000 holds some license.
    while batch := list(islice(added, _BATCH)):
        AssetTag.objects.bulk_create(batch)
    for asset_id, contacts in wanted.items():
        gone = stored[asset_id] - set(contacts)
        if gone:
            rows.filter(asset_id=asset_id, contact_id__in=gone).delete()
