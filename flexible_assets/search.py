"""Flexible assets and their types, as search finds them."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q
from django.urls import reverse

from flexible_assets.models import FlexibleAsset, FlexibleAssetField, FlexibleAssetType
from flexible_assets.policies import visible_assets, visible_types
from flexible_assets.subjects import asset_link
from organizations.matching import Pattern, best_first, common, ids_named, word_in
from organizations.models import Organization
from organizations.names import base_letters
from organizations.policies import visible_organizations
from organizations.roles import Right
from organizations.search import Hit, Search

#: In the order of the index.
_ORDER = ("asset_type", "sort_key", "id")
#: Organizations that a term may name beside an asset, as in `contoso e5`.
_ORGANIZATIONS = 20
#: Behind every text that begins with what stands before it.
_LAST = "\U0010ffff"


def find_types(search: Search) -> Sequence[Hit]:
    """The list of the type, here or of all organizations."""
    if search.organization is None and not search.user.has(Right.VIEW_GLOBAL):
        return []
    words = search.pattern.words
    found = [each for each in _types(search) if all(word in base_letters(each.name) for word in words)]
    found.sort(key=best_first(search.pattern))
    return [_type_hit(search, asset_type) for asset_type in found[: search.limit]]


def find_assets(search: Search) -> Sequence[Hit]:
    """By name; then by name and organization together, or by what stands in a text field of the list."""
    finder = _Finder(search, _types(search))
    found = finder.by_name()
    if len(found) < search.limit:
        known = {asset.pk for asset in found}
        found += [asset for asset in finder.otherwise() if asset.pk not in known]
    return [_asset_hit(search, asset) for asset in found[: search.limit]]


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

    def otherwise(self) -> list[FlexibleAsset]:
        conditions = [*self._in_organizations(), *self._in_texts()]
        if not conditions:
            return []
        rows = self.assets if self.search.with_archived else self.assets.active()
        return list(rows.filter(reduce(or_, conditions)).order_by(*_ORDER)[: self.search.limit])

    def _common(self) -> list[FlexibleAsset]:
        parts = [self.assets.active(), self.assets.archived()]
        found: list[FlexibleAsset] = []
        for part in parts if self.search.with_archived else parts[:1]:
            missing = self.search.limit - len(found)
            found += common(part, self.search.pattern, limit=missing, order=_ORDER) if missing else []
        return found

    def _in_organizations(self) -> Iterator[Q]:
        """Every word stands in the organization's name or, at least one, in the asset's."""
        words = self.search.pattern.words
        if len(words) < 2 or self.search.organization is not None:
            return
        for organization in self._organizations(words):
            rest = tuple(word for word in words if not _names(organization, word))
            if 0 < len(rest) < len(words):
                yield Q(organization=organization) & Pattern("", rest).names()

    def _in_texts(self) -> Iterator[Q]:
        """As it is written, or in the usual other cases: texts are stored as they are."""
        fields = FlexibleAssetField.objects.filter(
            account_id=self.search.user.account_id, asset_type__in=self.types, slot__startswith="text"
        )
        for field in fields:
            # A select field's values are those of half a list.
            if not field.options:
                yield Q(asset_type=field.asset_type_id) & self._begins(field.slot)

    def _organizations(self, words: Sequence[str]) -> list[Organization]:
        """Those that most of the words name."""
        any_word = Q(pk__in=[])
        for word in words:
            any_word |= word_in(word)
        rows = visible_organizations(self.search.user).filter(any_word).order_by("sort_key", "id")
        best = sorted(rows[:200], key=lambda row: -sum(_names(row, word) for word in words))
        return best[:_ORGANIZATIONS]

    def _begins(self, slot: str) -> Q:
        term = self.search.term
        variants = {term, term.lower(), term.upper(), term.capitalize(), term.title()}
        found = Q()
        for text in sorted(variants):
            found |= Q(**{f"{slot}__gte": text, f"{slot}__lt": text + _LAST})
        return found


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
