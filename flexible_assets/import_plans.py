"""What the lines of a file would do to the assets of a type: all that they name is read at once, then each is judged."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from flexible_assets.actions.content import AssetContent
from flexible_assets.field_kinds import InvalidValueError
from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetField
from flexible_assets.policies import visible_assets
from flexible_assets.schema import Schema
from flexible_assets.targets import target_of
from organizations.imports.places import Named, named, organizations_by_name
from organizations.imports.targets import (
    Effect,
    ImportLine,
    ImportPlan,
    InvalidCellError,
    LineError,
    PlannedRow,
)
from organizations.models import Organization, User
from organizations.names import search_key

ORGANIZATION, NOTES = "@organization", "@notes"
_REASON = "imported"


@dataclass(frozen=True)
class Work:
    organization: Organization
    asset: FlexibleAsset | None
    content: AssetContent


@dataclass(frozen=True)
class Planner:
    schema: Schema
    user: User
    lines: Sequence[ImportLine]
    errors: dict[int, list[LineError]] = field(default_factory=lambda: defaultdict(list))

    def plan(self) -> ImportPlan:
        read = [entry for line in self.lines if (entry := self._entry(line)) is not None]
        judge = _Judge(self.schema, self.user, read)
        rows = [self._or_error(entry.line, "", partial(judge.row, entry)) for entry in read]
        errors = [error for line in self.lines for error in self.errors[line.number]]
        return ImportPlan([row for row in rows if row is not None], errors)

    def _or_error(self, line: ImportLine, label: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (InvalidCellError, InvalidValueError) as invalid:
            self.errors[line.number].append(LineError(line.number, label, str(invalid)))
            return None

    def _entry(self, line: ImportLine) -> "_Entry | None":
        """Of the cells that say something: empty ones leave what is there."""
        name = line.values.get(ORGANIZATION, "")
        organization = self._or_error(line, "Organization", partial(self._organizations.get, name))
        if organization is None:
            return None
        filled = [each for each in self.schema.fields if _is_filled(each, line)]
        values = {
            each.key: self._or_error(line, each.name, partial(self._value, line, each, organization))
            for each in filled
        }
        return None if self.errors[line.number] else _Entry(line, organization, values, self._title(values))

    def _value(self, line: ImportLine, field: FlexibleAssetField, organization: Organization) -> Any:
        text = line.values[field.key]
        if field.behavior.is_tag:
            known = self._choices[field.key][organization.pk]
            return tuple(sorted({known.get(name).pk for name in _names(text)}))
        return text if field.behavior.is_secret else field.behavior.from_text(text)

    def _title(self, values: Mapping[str, Any]) -> str:
        """What the asset would be called; nothing unless its type takes names from fields."""
        titles = [each for each in self.schema.fields if each.use_for_title]
        parts = (each.behavior.to_text(values.get(each.key)) for each in titles)
        return " ".join(filter(None, parts))[:255]

    @cached_property
    def _organizations(self) -> Named[Organization]:
        return organizations_by_name(self.user)

    @cached_property
    def _places(self) -> set[int]:
        names = {line.values.get(ORGANIZATION, "") for line in self.lines}
        return {found.pk for name in names for found in self._organizations.all(name)}

    @cached_property
    def _choices(self) -> dict[str, dict[int, Named[Any]]]:
        """By Tag field and organization, the records of the names that the file has in that field."""
        return {each.key: self._choices_of(each) for each in self.schema.fields if each.behavior.is_tag}

    def _choices_of(self, field: FlexibleAssetField) -> dict[int, Named[Any]]:
        names = {name for line in self.lines for name in _names(line.values.get(field.key, ""))}
        if not names:
            return {}
        kind = target_of(field.tag_type)
        what = kind.label.lower()
        rows = kind.bearing(kind.choosable_in(self.user, self._places), names)
        if not kind.is_of_organization:
            return dict.fromkeys(self._places, named(what, rows))
        found: dict[int, list[Any]] = {place: [] for place in self._places}
        for row in rows:
            found[row.organization_id].append(row)
        return {place: named(what, there) for place, there in found.items()}


@dataclass(frozen=True)
class _Entry:
    """A line that can be read; `name` is what its asset is called."""

    line: ImportLine
    organization: Organization
    values: Mapping[str, Any]
    name: str


@dataclass(frozen=True)
class _Judge:
    """Knows the assets that the entries are about."""

    schema: Schema
    user: User
    entries: Sequence[_Entry]
    #: First line about an asset, by organization and name.
    lines: dict[tuple[int, str], int] = field(default_factory=dict)

    def row(self, entry: _Entry) -> PlannedRow:
        name, organization = entry.name, entry.organization
        asset = self._known[organization.pk].find(name) if name else None
        self._require_first(entry)
        notes = entry.line.values.get(NOTES) or None
        changes = entry.values if asset is None else self._changes(asset, entry.values)
        if asset is None:
            self._require_complete(entry.values)
        is_changed = bool(changes) or (asset is not None and notes is not None and notes != asset.notes)
        effect = Effect.NEW if asset is None else Effect.CHANGED if is_changed else Effect.UNCHANGED
        work = Work(organization, asset, AssetContent(changes, notes, reason=_REASON))
        return PlannedRow(entry.line.number, effect, name or "(untitled)", organization.name, work)

    @cached_property
    def _known(self) -> dict[int, Named[FlexibleAsset]]:
        """By organization, the assets of the entries' names."""
        keys = {search_key(entry.name)[:512] for entry in self.entries if entry.name}
        found: dict[int, list[FlexibleAsset]] = {entry.organization.pk: [] for entry in self.entries}
        assets = visible_assets(self.user).active().of_type(self.schema.asset_type)
        for asset in assets.filter(organization__in=found, search_key__in=keys):
            found[asset.organization_id].append(asset)
        return {place: named("asset", there) for place, there in found.items()}

    @cached_property
    def _tags(self) -> dict[str, dict[int, set[int]]]:
        """By Tag field and asset, what the user sees tagged."""
        assets = [
            asset.pk for known in self._known.values() for found in known.rows.values() for asset in found
        ]
        keys = {key for entry in self.entries for key in entry.values}
        fields = [each for each in self.schema.fields if each.behavior.is_tag and each.key in keys]
        return {each.key: self._tags_of(each, assets) for each in fields}

    def _tags_of(self, field: FlexibleAssetField, assets: Collection[int]) -> dict[int, set[int]]:
        kind = target_of(field.tag_type)
        tags = AssetTag.objects.of_account(field.account_id).filter(asset__in=assets, field=field)
        seen = tags.filter(**{f"{kind.column}__in": kind.seen_by(self.user).order_by()})
        tagged: dict[int, set[int]] = defaultdict(set)
        for asset_id, target_id in seen.values_list("asset_id", f"{kind.column}_id"):
            tagged[asset_id].add(target_id)
        return tagged

    def _require_first(self, entry: _Entry) -> None:
        if not entry.name:
            return
        place = (entry.organization.pk, search_key(entry.name))
        first = self.lines.setdefault(place, entry.line.number)
        if first != entry.line.number:
            raise InvalidCellError(f"Line {first} is about the same asset. Keep one of the two.")

    def _require_complete(self, values: Mapping[str, Any]) -> None:
        if self.schema.asset_type.is_locked:
            raise InvalidCellError(
                f"There is no such asset, and {self.schema.asset_type.manager} alone adds some of this type. Leave the line out."
            )
        missing = [each.name for each in self.schema.fields if _is_missing(each, values)]
        if missing:
            raise InvalidCellError(f"This needs a value for {', '.join(missing)}.")

    def _changes(self, asset: FlexibleAsset, values: Mapping[str, Any]) -> dict[str, Any]:
        changes = {key: value for key, value in values.items() if not self._holds(asset, key, value)}
        writable = {each.key for each in self.schema.writable_fields(asset)}
        locked = [self.schema.by_key[key].name for key in changes if key not in writable]
        if locked:
            raise InvalidCellError(
                f"{self.schema.asset_type.manager} keeps {', '.join(locked)} in step: leave out what differs, or change it there."
            )
        return changes

    def _holds(self, asset: FlexibleAsset, key: str, value: Any) -> bool:
        field = self.schema.by_key[key]
        if field.behavior.is_tag:
            return self._tags[key][asset.pk] == set(value)
        return not field.behavior.is_secret and bool(asset.traits.get(key) == value)


def _is_filled(field: FlexibleAssetField, line: ImportLine) -> bool:
    text = line.values.get(field.key, "")
    return bool(_names(text)) if field.behavior.is_tag else bool(text)


def _is_missing(field: FlexibleAssetField, values: Mapping[str, Any]) -> bool:
    has_cell = field.behavior.has_value and not field.behavior.is_file
    return field.required and has_cell and field.key not in values


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(";") if name.strip()]
