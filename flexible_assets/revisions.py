"""What an asset was and is, as revisions keep it, and how two of them differ for a reader."""

import difflib
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Sum

from flexible_assets.models import AssetRevision, AssetSecret, AssetTag, FlexibleAsset, FlexibleAssetField
from flexible_assets.schema import Schema
from flexible_assets.tagging import written_tags
from flexible_assets.targets import BY_COLUMN
from organizations.models import User

#: Records of one Tag field that a revision names; of more it tells nothing, and restoring leaves them alone.
TAGS_KEPT = 1000
#: From this length on, or over several lines, a text is compared line by line.
_LONG = 100

#: A record named in a Tag field: which column of AssetTag points at it, its id, and what it was called.
Target = tuple[str, int, str]


@dataclass(frozen=True)
class Snapshot:
    """What people may know of an asset at one moment: all of it but the passwords."""

    name: str
    traits: Mapping[str, Any]
    tags: Mapping[str, Sequence[Target]]
    notes: str

    @classmethod
    def of_revision(cls, revision: AssetRevision) -> "Snapshot":
        tags = {key: [(kind, pk, name) for kind, pk, name in named] for key, named in revision.tags.items()}
        return cls(revision.name, revision.traits, tags, revision.notes)

    @classmethod
    def of_asset(cls, schema: Schema, asset: FlexibleAsset) -> "Snapshot":
        return cls.of_assets(schema, [asset])[asset.pk]

    @classmethod
    def of_assets(cls, schema: Schema, assets: Collection[FlexibleAsset]) -> dict[int, "Snapshot"]:
        """By their ids."""
        secret = {field.key for field in schema.fields if field.behavior.is_secret}
        tags = tags_of(schema, assets)
        return {
            asset.pk: cls(
                asset.name,
                {key: value for key, value in asset.traits.items() if key not in secret},
                tags[asset.pk],
                asset.notes,
            )
            for asset in assets
        }

    def is_same(self, other: "Snapshot") -> bool:
        return (self.traits, _ids(self.tags), self.notes) == (other.traits, _ids(other.tags), other.notes)


@dataclass(frozen=True)
class Line:
    """`change` is "added", "removed" or, of what stayed, nothing."""

    text: str
    change: str = ""


@dataclass(frozen=True)
class Difference:
    """One field of two snapshots; `lines` where its texts are long."""

    label: str
    before: str
    after: str
    lines: Sequence[Line] = ()


def tags_of(schema: Schema, assets: Collection[FlexibleAsset]) -> dict[int, dict[str, list[Target]]]:
    """By asset id, and by key of the fields whose records people choose; those that a sync tags may be a hundred
    thousand."""
    told: dict[int, dict[str, list[Target]]] = {asset.pk: {} for asset in assets}
    for is_locked in (False, True):
        alike = [asset for asset in assets if asset.is_locked == is_locked]
        if alike:
            fields = [field for field in schema.writable_fields(alike[0]) if field.behavior.is_tag]
            told |= _tags_of(alike, fields)
    return told


def _tags_of(
    assets: Sequence[FlexibleAsset], fields: Sequence[FlexibleAssetField]
) -> dict[int, dict[str, list[Target]]]:
    if not fields:
        return {}
    tags = AssetTag.objects.of_account(assets[0].account_id).filter(asset__in=assets, field__in=fields)
    counts = tags.order_by().values("asset_id", "field_id").annotate(tags=Count("id"))
    crowded = set(counts.filter(tags__gt=TAGS_KEPT).values_list("asset_id", "field_id"))
    for asset_id, field_id in crowded:
        tags = tags.exclude(asset=asset_id, field=field_id)
    written = written_tags(tags, fields)
    return {
        asset.pk: {field.key: [] for field in fields if (asset.pk, field.pk) not in crowded}
        | written.get(asset.pk, {})
        for asset in assets
    }


def version_of(schema: Schema, asset: FlexibleAsset) -> str:
    """Names the state of everything that a person's form writes: another one means that somebody saved meanwhile."""
    writable = schema.writable_fields(asset)
    keys = {field.key for field in writable}
    state = {
        "traits": {key: value for key, value in sorted(asset.traits.items()) if key in keys},
        "tags": _tag_marks(asset, [field for field in writable if field.behavior.is_tag]),
        "notes": asset.notes,
        "passwords": _password_marks(asset, [field for field in writable if field.behavior.is_secret]),
        "grants": sorted([(grant.user_id, grant.group_id) for grant in asset.grants.all()], key=str),
        "restricted": asset.is_restricted,
    }
    return hashlib.blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=12).hexdigest()


def _tag_marks(asset: FlexibleAsset, fields: Sequence[FlexibleAssetField]) -> list[list[int]]:
    """Rows are made and deleted, never changed, so three numbers tell whether any was."""
    tags = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field__in=fields)
    marks = tags.order_by().values_list("field_id").annotate(Count("id"), Max("id"), Sum("id"))
    return sorted(list(map(int, mark)) for mark in marks) if fields else []


def _password_marks(asset: FlexibleAsset, fields: Sequence[FlexibleAssetField]) -> list[str]:
    secrets = AssetSecret.objects.filter(account_id=asset.account_id, asset=asset, field__in=fields)
    changed = secrets.order_by("pk").values_list("changed_at", flat=True)
    return [moment.isoformat() for moment in changed] if fields else []


def visible_targets(user: User, snapshots: Iterable[Snapshot]) -> set[tuple[str, int]]:
    """Which of the records that the snapshots name this reader may see, with one query for each kind of record."""
    named: dict[str, set[int]] = {}
    for snapshot in snapshots:
        for targets in snapshot.tags.values():
            for column, pk, _ in targets:
                named.setdefault(column, set()).add(pk)
    return {
        (column, pk)
        for column, ids in named.items()
        if column in BY_COLUMN
        for pk in BY_COLUMN[column].seen_by(user).filter(pk__in=ids).values_list("pk", flat=True)
    }


def differences(
    schema: Schema, before: Snapshot, after: Snapshot, *, visible: set[tuple[str, int]]
) -> list[Difference]:
    """Field by field in their order, then what became of fields that the type has no longer, then the notes."""
    told = [
        _difference(field.name, _text(field, before, visible), _text(field, after, visible))
        for field in schema.fields
    ]
    gone = sorted((before.traits.keys() | after.traits.keys()) - schema.by_key.keys())
    told += [_difference(key, _plain(before.traits.get(key)), _plain(after.traits.get(key))) for key in gone]
    told.append(_difference("Notes", before.notes, after.notes))
    return [each for each in told if each.before != each.after]


def _text(field: FlexibleAssetField, snapshot: Snapshot, visible: set[tuple[str, int]]) -> str:
    if field.behavior.is_tag:
        targets = snapshot.tags.get(field.key, ())
        return ", ".join(sorted(name for kind, pk, name in targets if (kind, pk) in visible))
    return field.behavior.to_text(snapshot.traits.get(field.key))


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _difference(label: str, before: str, after: str) -> Difference:
    return Difference(label, before, after, line_differences(before, after))


def line_differences(before: str, after: str) -> list[Line]:
    """None for texts short enough to be read beside each other."""
    if not any("\n" in text or len(text) > _LONG for text in (before, after)):
        return []
    changes = {"- ": "removed", "+ ": "added", "  ": ""}
    compared = difflib.ndiff(before.splitlines(), after.splitlines())
    return [Line(line[2:], changes[line[:2]]) for line in compared if line[:2] in changes]


def _ids(tags: Mapping[str, Sequence[Target]]) -> dict[str, list[tuple[str, int]]]:
    """What is tagged, whatever it is called by now."""
    return {key: sorted((kind, pk) for kind, pk, _ in targets) for key, targets in tags.items() if targets}
