"""Related items of an asset, a contact or an organization, from whichever side they were put together, and the assets
whose Tag fields name it: all that the reader may see, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from flexible_assets.models import AssetRelation, AssetTag, FlexibleAsset
from flexible_assets.policies import visible_assets
from flexible_assets.querysets import AssetQuerySet
from flexible_assets.targets import RELATED_TARGETS, AssetTarget, TargetKind, column_of
from organizations.models import Contact, Organization, User

#: What naming either end takes.
_NEEDED = (
    "asset__asset_type",
    "asset__organization",
    "contact__organization",
    "organization",
    "target__asset_type",
    "target__organization",
)
#: Rows of each sort that a page names at once; the rest is a list of its own.
SHOWN = 100

Related = Contact | Organization | FlexibleAsset


@dataclass(frozen=True)
class RelatedItem:
    name: str
    url: str
    icon: str
    #: What it is: the type of an asset, else such as Contact.
    kind: str
    organization: str = ""
    notes: str = ""
    #: Of a related item that people may take away; a tag is taken away where it is written.
    relation_id: int | None = None
    is_archived: bool = False


@dataclass(frozen=True)
class RelatedItems:
    items: Sequence[RelatedItem]
    has_more: bool

    @property
    def count_text(self) -> str:
        return f"{len(self.items):,}{'+' if self.has_more else ''}"


def related_items(user: User, record: Related, *, slug: str) -> RelatedItems:
    relations = relations_of(user, record).order_by("id")[: SHOWN + 1]
    found = [other_end(relation, record, slug=slug) for relation in relations]
    items = sorted(found, key=lambda item: (item.kind, item.name.casefold(), item.url))
    return RelatedItems(items[:SHOWN], len(found) > SHOWN)


def tagged_in(user: User, record: Related, *, slug: str) -> RelatedItems:
    rows = list(tagging_assets(user, record).order_by("sort_key", "id")[: SHOWN + 1])
    return RelatedItems([_item(AssetTarget(), row, slug=slug) for row in rows[:SHOWN]], len(rows) > SHOWN)


def relations_of(user: User, record: Related) -> QuerySet[AssetRelation]:
    """From whichever side they were put together."""
    here = Q(**{column_of(record): record})
    if isinstance(record, FlexibleAsset):
        here |= Q(asset=record)
    relations = visible_relations(user).filter(here).select_related(*_NEEDED)
    return relations.defer("asset__search_text", "target__search_text")


def tagging_assets(user: User, record: Related) -> AssetQuerySet:
    """The active assets that name it in a Tag field."""
    tags = (
        AssetTag.objects.of_account(record.account_id)
        .on_active_assets()
        .filter(**{column_of(record): record})
    )
    assets = visible_assets(user).filter(pk__in=tags.values("asset"))
    return assets.select_related("asset_type", "organization")


def visible_relations(user: User) -> QuerySet[AssetRelation]:
    """Those of which the user may see both ends."""
    relations = AssetRelation.objects.of_account(user.account_id)
    for column, kind in RELATED_TARGETS.items():
        # Asked row by row: as `IN` beside an `OR`, PostgreSQL would gather all that they may see first.
        row = kind.seen_by(user).select_related(None).order_by().filter(pk=OuterRef(column))
        relations = relations.filter(Q(**{column: None}) | Q(Exists(row)))
    return relations.filter(asset__in=visible_assets(user).order_by())


def other_end(relation: AssetRelation, record: Related, *, slug: str) -> RelatedItem:
    """What stands beside the record, from whichever side the two were put together."""
    if not isinstance(record, FlexibleAsset) or relation.asset_id != record.pk:
        return _item(AssetTarget(), relation.asset, slug=slug, relation=relation)
    column = next(name for name in RELATED_TARGETS if getattr(relation, f"{name}_id") is not None)
    return _item(RELATED_TARGETS[column], getattr(relation, column), slug=slug, relation=relation)


def _item(kind: TargetKind, row: Any, *, slug: str, relation: AssetRelation | None = None) -> RelatedItem:
    link = kind.link(slug, row)
    return RelatedItem(
        name=link.name,
        url=link.url,
        icon=link.icon,
        kind=link.subtitle if isinstance(row, FlexibleAsset) else kind.label,
        organization="" if isinstance(row, Organization) else row.organization.name,
        notes=relation.notes if relation else "",
        relation_id=relation.pk if relation else None,
        is_archived=row.archived,
    )
