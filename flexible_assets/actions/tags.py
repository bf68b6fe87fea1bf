"""Records that people name in the Tag fields of assets; many assets at once take as many statements as one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import transaction

from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetField
from flexible_assets.targets import TargetKind, target_of
from organizations.actions import activity_line, record_activities
from organizations.models import Activity, User

_BATCH = 2000
#: Names that a line of the log tells; more are counted.
_NAMES_TOLD = 20


class TagRefusedError(ValueError):
    """The field can't name these records; the message says why, fit for a person."""

    def __init__(self, message: str, *, field: FlexibleAssetField) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, eq=False)
class Tagging:
    """The records tagged in `field` are to be those with these ids, beside the ones that the actor can't see."""

    asset: FlexibleAsset
    field: FlexibleAssetField
    targets: Collection[int]

    @property
    def place(self) -> tuple[int, int]:
        return self.asset.pk, self.field.pk


@dataclass(frozen=True)
class Tagged:
    changed: Collection[Tagging]
    refused: Mapping[Tagging, TagRefusedError]


@transaction.atomic
def set_tags(
    asset: FlexibleAsset,
    field: FlexibleAssetField,
    targets: Collection[int],
    *,
    now: datetime,
    actor: User | None = None,
) -> bool:
    """A `Tagging` of its own; says whether that changed anything."""
    # Whoever saves the same asset at this moment waits; syncs, which only hold on to its key, pass by.
    FlexibleAsset.objects.select_for_update(no_key=True).get(pk=asset.pk)
    tagged = tag_several([Tagging(asset, field, targets)], now=now, actor=actor)
    for refused in tagged.refused.values():
        raise refused
    return bool(tagged.changed)


def tag_several(taggings: Sequence[Tagging], *, now: datetime, actor: User | None) -> Tagged:
    """Of assets that the caller holds; writes and tells what is not refused."""
    by_kind: dict[TargetKind, list[Tagging]] = {}
    for tagging in taggings:
        by_kind.setdefault(target_of(tagging.field.tag_type), []).append(tagging)
    told: dict[Tagging, dict[str, Any]] = {}
    refused: dict[Tagging, TagRefusedError] = {}
    for kind, alike in by_kind.items():
        batch = _Batch(kind, alike, actor)
        refused |= batch.refused
        changed = [each for each in alike if each not in refused and batch.changes(each)]
        told |= batch.details(changed)
        batch.write(changed)
    record_activities(_line(each, told[each], now=now, actor=actor) for each in taggings if each in told)
    return Tagged(told.keys(), refused)


@dataclass(frozen=True)
class _Batch:
    """Taggings that name records of one kind."""

    kind: TargetKind
    taggings: Sequence[Tagging]
    actor: User | None

    @property
    def account_id(self) -> int:
        return self.taggings[0].asset.account_id

    @cached_property
    def stored(self) -> dict[tuple[int, int], dict[int, int]]:
        """Ids of the tags by those of the records they name, of each asset and field."""
        places = {each.place for each in self.taggings}
        assets, fields = {asset for asset, _ in places}, {field for _, field in places}
        column = f"{self.kind.column}_id"
        tags = AssetTag.objects.of_account(self.account_id).filter(asset__in=assets, field__in=fields)
        tags = tags.filter(**{f"{column}__isnull": False})
        found: dict[tuple[int, int], dict[int, int]] = {place: {} for place in places}
        for asset_id, field_id, target_id, pk in tags.values_list("asset_id", "field_id", column, "pk"):
            found.setdefault((asset_id, field_id), {})[target_id] = pk
        return found

    @cached_property
    def unseen(self) -> set[int]:
        """Who edits without seeing a tag must not take it away."""
        stored = {target for tags in self.stored.values() for target in tags}
        if self.actor is None or not stored:
            return set()
        return stored - set(self.kind.seen_by(self.actor).filter(pk__in=stored).values_list("pk", flat=True))

    @cached_property
    def possible(self) -> set[tuple[int, int | None]]:
        """Which of the records to be added may be, each with the organization on whose pages alone, if there is one."""
        added = {target for each in self.taggings for target in self.added(each)}
        if not added:
            return set()
        if self.actor is None:
            rows = self.kind.of_account(self.account_id)
        else:
            organizations = {each.asset.organization_id for each in self.taggings}
            rows = self.kind.choosable_in(self.actor, organizations)
        rows = rows.filter(pk__in=added).order_by()
        if self.is_local:
            return set(rows.values_list("pk", "organization_id"))
        return {(pk, None) for pk in rows.values_list("pk", flat=True)}

    @property
    def is_local(self) -> bool:
        return self.actor is not None and self.kind.is_of_organization

    def wanted(self, tagging: Tagging) -> set[int]:
        return set(tagging.targets) | (self.stored[tagging.place].keys() & self.unseen)

    def added(self, tagging: Tagging) -> set[int]:
        return set(tagging.targets) - self.stored[tagging.place].keys()

    def changes(self, tagging: Tagging) -> bool:
        return self.wanted(tagging) != self.stored[tagging.place].keys()

    @property
    def refused(self) -> dict[Tagging, TagRefusedError]:
        reasons = {each: self._why_not(each) for each in self.taggings}
        return {each: TagRefusedError(why, field=each.field) for each, why in reasons.items() if why}

    def _why_not(self, tagging: Tagging) -> str:
        asset, field = tagging.asset, tagging.field
        if asset.is_locked and field.is_managed:
            return f"{field.name} can't be changed here, since {asset.asset_type.manager} writes it."
        if field.required and not self.wanted(tagging):
            return "This field is required."
        place = asset.organization_id if self.is_local else None
        if any((target, place) not in self.possible for target in self.added(tagging)):
            return "Something you chose is not here any more. Choose again."
        return ""

    def write(self, taggings: Sequence[Tagging]) -> None:
        gone = [pk for each in taggings for pk in self._gone(each)]
        if gone:
            AssetTag.objects.of_account(self.account_id).filter(pk__in=gone).delete()
        new = [tag for each in taggings for tag in self._new(each)]
        AssetTag.objects.bulk_create(new, batch_size=_BATCH)

    def _gone(self, tagging: Tagging) -> list[int]:
        wanted = self.wanted(tagging)
        return [pk for target, pk in self.stored[tagging.place].items() if target not in wanted]

    def _new(self, tagging: Tagging) -> Iterator[AssetTag]:
        for target_id in sorted(self.added(tagging)):
            yield AssetTag(
                account_id=self.account_id,
                asset=tagging.asset,
                field=tagging.field,
                **{f"{self.kind.column}_id": target_id},
            )

    def details(self, taggings: Sequence[Tagging]) -> dict[Tagging, dict[str, Any]]:
        """Not even how many, unless everyone who reads of the asset may know them."""
        if not self.kind.is_seen_with_asset:
            return {each: {"field": each.field.name} for each in taggings}
        sets = {
            each: {"before": set(self.stored[each.place]), "after": self.wanted(each)} for each in taggings
        }
        names = self._names({pk for named in sets.values() for ids in named.values() for pk in ids})
        return {
            each: {"fields": {each.field.key: {when: _told(ids, names) for when, ids in named.items()}}}
            for each, named in sets.items()
        }

    def _names(self, ids: Collection[int]) -> dict[int, tuple[int, str]]:
        """Each with its place in the order of all."""
        rows = self.kind.of_account(self.account_id).filter(pk__in=ids).order_by(*self.kind.order)
        return {row.pk: (place, str(row)) for place, row in enumerate(rows)}


def _told(ids: Collection[int], names: Mapping[int, tuple[int, str]]) -> str:
    if len(ids) > _NAMES_TOLD:
        return f"{len(ids):,} tagged"
    return ", ".join(name for _, name in sorted(names[pk] for pk in ids if pk in names))


def _line(tagging: Tagging, details: dict[str, Any], *, now: datetime, actor: User | None) -> Activity:
    asset = tagging.asset
    return activity_line(
        asset.account_id,
        at=now,
        action="flexible-asset.tagged",
        subject=asset.name,
        user=actor,
        organization=asset.organization,
        about=asset,
        details=details,
    )
