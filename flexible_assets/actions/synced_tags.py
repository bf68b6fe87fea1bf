"""Contacts that syncs tag, in whole batches; their runs tell of them. What people tag: tags.py."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from flexible_assets.models import AssetTag, FlexibleAssetField

_BATCH = 2000


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
