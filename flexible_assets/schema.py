"""A type together with its fields: turns traits into an asset's name, slots and texts, the same way for every writer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flexible_assets.models import FlexibleAsset, FlexibleAssetField, FlexibleAssetType
from flexible_assets.searched_text import searched_text
from organizations.names import search_key, sort_key


@dataclass(frozen=True)
class Schema:
    asset_type: FlexibleAssetType
    fields: tuple[FlexibleAssetField, ...]

    @cached_property
    def by_key(self) -> dict[str, FlexibleAssetField]:
        return {field.key: field for field in self.fields}

    @cached_property
    def in_list(self) -> tuple[FlexibleAssetField, ...]:
        return tuple(field for field in self.fields if field.show_in_list)

    @cached_property
    def number_slots(self) -> list[str]:
        """Of the fields whose sums mean something."""
        return [field.slot for field in self.fields if field.slot and field.behavior.is_summed]

    @cached_property
    def expiration_fields(self) -> tuple[FlexibleAssetField, ...]:
        return tuple(field for field in self.fields if field.is_expiration)

    def writable_fields(self, asset: FlexibleAsset) -> list[FlexibleAssetField]:
        """What a person may write: of a locked asset, what its manager does not."""
        return [
            field
            for field in self.fields
            if field.behavior.has_value and not (asset.is_locked and field.is_managed)
        ]

    def own_traits(self, asset: FlexibleAsset) -> dict[str, Any]:
        """The values that its manager does not write."""
        own = {field.key for field in self.fields if not field.is_managed}
        return {key: value for key, value in asset.traits.items() if key in own}

    def fill(self, asset: FlexibleAsset, traits: Mapping[str, Any]) -> FlexibleAsset:
        """Sets traits, name, keys, slots and, with the notes it has, the text to search; saving is the caller's."""
        asset.traits = dict(traits)
        for column, value in self.name_columns(traits).items():
            setattr(asset, column, value)
        for field in self.fields:
            if field.slot:
                setattr(asset, field.slot, field.behavior.to_slot(traits.get(field.key)))
        asset.search_text = self.search_text(traits, notes=asset.notes)
        return asset

    def search_text(self, traits: Mapping[str, Any], *, notes: str) -> str:
        words = (field.behavior.to_words(traits.get(field.key)) for field in self.fields)
        return searched_text((*words, notes))

    def name_columns(self, traits: Mapping[str, Any]) -> dict[str, str]:
        name = self._title(traits)[:255]
        return {"name": name, "sort_key": sort_key(name), "search_key": search_key(name)[:512]}

    def _title(self, traits: Mapping[str, Any]) -> str:
        parts = [
            field.behavior.to_text(traits.get(field.key)) for field in self.fields if field.use_for_title
        ]
        return " ".join(part for part in parts if part) or "(untitled)"


def schema_of(asset_type: FlexibleAssetType) -> Schema:
    """In the fields' own order, and without a query where they were fetched with the type."""
    return Schema(asset_type, tuple(asset_type.fields.all()))
