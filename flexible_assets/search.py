"""Flexible assets and their types, as search finds them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import and_, or_

from django.db.models import Case, Q, When
from django.urls import reverse

from flexible_assets.found_in import found_in
from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from flexible_assets.policies import visible_assets, visible_types
from flexible_assets.querysets import AssetQuerySet
from flexible_assets.subjects import asset_link
from organizations.matching import CANDIDATES, Pattern, best_first, common, ids_named, word_in
from organizations.models import Organization
from organizations.names import base_letters
from organizations.policies import visible_organizations
from organizations.roles import Right
from organizations.search import Hit, Search

#: In the order of the index.
_ORDER = ("asset_type", "sort_key", "id")
#: Organizations that a term may name beside an asset, as in `contoso e5`.
_ORGANIZATIONS = 20
#: Shorter words stand in nearly every asset somewhere.
_SHORTEST_IN_TEXTS = 3


def find_types(search: Search) -> Sequence[Hit]:
    """The list of the type, here or of all organizations."""
    if search.organization is None and not search.user.has(Right.VIEW_GLOBAL):
        return []
    words = search.pattern.words
    found = [each for each in _types(search) if all(word in base_letters(each.name) for word in words)]
    found.sort(key=best_first(search.pattern))
    return [_type_hit(search, asset_type) for asset_type in found[: search.limit]]


def find_assets(search: Search) -> Sequence[Hit]:
    """By name; then together with the organization's name; then by what stands in fields and notes."""
    finder = _Finder(search, _types(search))
    named = finder.by_name()[: search.limit]
    others = finder.otherwise(besides=named) if len(named) < search.limit else []
    return [
        *(_asset_hit(search, asset) for asset in named),
        *(_with_note(search, asset) for asset in others),
    ]


def _types(search: Search) -> list[FlexibleAssetType]:
    if "types" not in search.shared:
        search.shared["types"] = list(visible_types(search.user).active())
    types: list[FlexibleAssetType] = search.shared["types"]
    return types


class _Finder:
    def __init__(self, search: Search, types: Sequence[FlexibleAssetType]) -> None:
        self.search = search
        self.types = types
        assets = visible_assets(search.user).filter(asset_type__in=types)
        if search.organization is not None:
            assets = assets.in_organization(search.organization)
        self.assets = assets.select_related("organization", "asset_type")

    def by_name(self) -> list[FlexibleAsset]:
        """Active ones first; both kinds have an index of their own."""
        among = FlexibleAsset.objects.of_account(self.search.user.account_id).filter(
            asset_type__in=self.types
        )
        if self.search.organization is not None:
            among = among.in_organization(self.search.organization)
        parts = [among.active(), among.archived()] if self.search.with_archived else [among.active()]
        ids = ids_named(self.search.pattern, *parts)
        if ids is None:
            return self._common()
        found = list(self.assets.filter(pk__in=ids)) if ids else []
        return sorted(found, key=lambda asset: (asset.archived, *best_first(self.search.pattern)(asset)))

    def otherwise(self, *, besides: Sequence[FlexibleAsset]) -> list[FlexibleAsset]:
        """As many as are missing; first those of organizations that the term names."""
        missing = self.search.limit - len(besides)
        rows = self.assets if self.search.with_archived else self.assets.active()
        rows = rows.exclude(pk__in=[asset.pk for asset in besides])
        near = _some_ids(rows, self._in_organizations())
        far = _some_ids(rows, _in_texts(self.search.pattern.words)) if len(near) < missing else []
        if not (near or far):
            return []
        nearest = [Case(When(pk__in=near, then=False), default=True)] if near else []
        found = rows.filter(pk__in=[*near, *far]).order_by(*nearest, *_ORDER)
        return list(found.prefetch_related("asset_type__fields")[:missing])

    def _common(self) -> list[FlexibleAsset]:
        parts = [self.assets.active(), self.assets.archived()]
        found: list[FlexibleAsset] = []
        for part in parts if self.search.with_archived else parts[:1]:
            missing = self.search.limit - len(found)
            found += common(part, self.search.pattern, limit=missing, order=_ORDER) if missing else []
        return found

    def _in_organizations(self) -> list[Q]:
        """Every word stands in the organization's name or, at least one, in the asset's name or texts."""
        words = self.search.pattern.words
        if len(words) < 2 or self.search.organization is not None:
            return []
        conditions = []
        for organization in self._organizations(words):
            rest = tuple(word for word in words if not _names(organization, word))
            if 0 < len(rest) < len(words):
                in_asset = reduce(or_, _in_texts(rest), Pattern("", rest).names())
                conditions.append(Q(organization=organization) & in_asset)
        return conditions

    def _organizations(self, words: Sequence[str]) -> list[Organization]:
        """Those that most of the words name."""
        any_word = Q(pk__in=[])
        for word in words:
            any_word |= word_in(word)
        rows = visible_organizations(self.search.user).filter(any_word).order_by("sort_key", "id")
        best = sorted(rows[:200], key=lambda row: -sum(_names(row, word) for word in words))
        return best[:_ORGANIZATIONS]


def _some_ids(rows: AssetQuerySet, conditions: Sequence[Q]) -> list[int]:
    """Of rows of which any condition holds: of all, or of any thousand where there are more. PostgreSQL takes every word
    for a rare one, and would put ten thousand whole rows in order to read the first fifty."""
    if not conditions:
        return []
    found = rows.filter(reduce(or_, conditions)).select_related(None).order_by()
    return list(found.values_list("pk", flat=True)[:CANDIDATES])


def _in_texts(words: Sequence[str]) -> list[Q]:
    """One condition, or none where the words are too short to tell anything."""
    # Long words are rare, so most rows need no look at the others.
    longest, *others = sorted(words, key=len, reverse=True)
    if len(longest) < _SHORTEST_IN_TEXTS:
        return []
    return [reduce(and_, (Q(search_text__contains=word) for word in (longest, *others)))]


def _names(organization: Organization, word: str) -> bool:
    return word in base_letters(organization.name)


def _type_hit(search: Search, asset_type: FlexibleAssetType) -> Hit:
    organization = search.organization
    if organization is not None:
        url = reverse("flexible_assets:asset-list", args=[search.slug, organization.pk, asset_type.pk])
        return Hit(asset_type.name, url, organization.name, asset_type.icon)
    url = reverse("flexible_assets:global-list", args=[search.slug, asset_type.pk])
    return Hit(asset_type.name, url, "All organizations", asset_type.icon)


def _asset_hit(search: Search, asset: FlexibleAsset) -> Hit:
    link = asset_link(search.slug, asset)
    subtitle = asset.asset_type.name if search.organization else link.subtitle
    return Hit(link.name, link.url, subtitle, link.icon, asset.archived)


def _with_note(search: Search, asset: FlexibleAsset) -> Hit:
    return replace(_asset_hit(search, asset), note=found_in(asset, search.pattern.words))
