"""Assets of a type from a file: new ones, and those known by their name in their organization."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.urls import reverse

from flexible_assets.actions.content import AssetContent
from flexible_assets.actions.creating import NewAsset, create_several
from flexible_assets.actions.editing import write_several
from flexible_assets.actions.errors import BatchRefusedError, DeletedTypeError
from flexible_assets.field_kinds import InvalidValueError
from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetField, FlexibleAssetType
from flexible_assets.policies import visible_assets, visible_types
from flexible_assets.schema import Schema, schema_of
from flexible_assets.targets import target_of
from organizations.imports.places import Named, named, organizations_by_name
from organizations.imports.targets import (
    Effect,
    ImportColumn,
    ImportLine,
    ImportPlan,
    ImportTarget,
    InvalidCellError,
    LineError,
    LineRefusedError,
    PlannedRow,
    plan_each,
)
from organizations.models import Organization, User
from organizations.names import search_key

_ORGANIZATION, _NOTES = "@organization", "@notes"
_REASON = "imported"


def type_targets(user: User) -> Iterable[ImportTarget]:
    types = visible_types(user).active().select_related("account").order_by("sort_key", "id")
    return [TypeTarget(asset_type, user) for asset_type in types]


@dataclass(frozen=True)
class _Work:
    organization: Organization
    asset: FlexibleAsset | None
    content: AssetContent


@dataclass(frozen=True)
class TypeTarget:
    asset_type: FlexibleAssetType
    user: User

    @property
    def key(self) -> str:
        return f"type:{self.asset_type.pk}"

    @property
    def noun(self) -> tuple[str, str]:
        return self.asset_type.name, self.asset_type.name

    @property
    def about(self) -> FlexibleAssetType:
        return self.asset_type

    @property
    def url(self) -> str:
        return reverse("flexible_assets:global-list", args=[self.asset_type.account.slug, self.asset_type.pk])

    @cached_property
    def schema(self) -> Schema:
        return schema_of(self.asset_type)

    @property
    def columns(self) -> Sequence[ImportColumn]:
        return [
            ImportColumn(_ORGANIZATION, "Organization", is_required=True, hint="Its name, as in the portal."),
            *(
                ImportColumn(
                    each.key,
                    each.name,
                    is_required=each.required,
                    hint=_hint(each),
                    is_secret=each.behavior.is_secret,
                )
                for each in self.schema.fields
                if each.behavior.has_value and not each.behavior.is_file
            ),
            ImportColumn(_NOTES, "Notes"),
        ]

    def plan(self, lines: Sequence[ImportLine]) -> ImportPlan:
        return plan_each(lines, _Planner(self.schema, self.user).plan)

    def write(self, rows: Sequence[PlannedRow], *, now: datetime, actor: User) -> None:
        new = [row for row in rows if row.work.asset is None]
        known = [row for row in rows if row.work.asset is not None]
        with _refused_lines(new):
            news = [NewAsset(row.work.organization, row.work.content) for row in new]
            create_several(self.schema, news, now=now, actor=actor)
        with _refused_lines(known):
            write_several({row.work.asset.pk: row.work.content for row in known}, now=now, actor=actor)


@contextmanager
def _refused_lines(rows: Sequence[PlannedRow]) -> Iterator[None]:
    """Tells the line of what is refused among them."""
    try:
        yield
    except BatchRefusedError as refused:
        raise LineRefusedError(rows[refused.place].number, refused.reason) from refused
    except DeletedTypeError as deleted:
        raise LineRefusedError(rows[0].number, deleted) from deleted


@dataclass(frozen=True)
class _Planner:
    schema: Schema
    user: User
    #: First line about an asset, by organization and name.
    lines: dict[tuple[int, str], int] = field(default_factory=dict)
    known: dict[int, Named[FlexibleAsset]] = field(default_factory=dict)
    choices: dict[tuple[str, int], Named[Any]] = field(default_factory=dict)

    @cached_property
    def organizations(self) -> Named[Organization]:
        return organizations_by_name(self.user)

    def plan(self, line: ImportLine, plan: ImportPlan) -> None:
        errors: list[LineError] = []
        organization = self._cell(line, "Organization", errors, lambda: self._organization(line))
        if organization is not None:
            values = self._values(line, organization, errors)
            row = (
                None
                if errors
                else self._cell(line, "", errors, lambda: self._row(line, organization, values))
            )
            plan.rows.extend([row] if row else [])
        plan.errors.extend(errors)

    def _cell(self, line: ImportLine, label: str, errors: list[LineError], read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (InvalidCellError, InvalidValueError) as invalid:
            errors.append(LineError(line.number, label, str(invalid)))
            return None

    def _organization(self, line: ImportLine) -> Organization:
        return self.organizations.get(line.values.get(_ORGANIZATION, ""))

    def _values(
        self, line: ImportLine, organization: Organization, errors: list[LineError]
    ) -> dict[str, Any]:
        """Of the cells that say something: empty ones leave what is there."""
        filled = [each for each in self.schema.fields if line.values.get(each.key)]
        return {
            each.key: self._cell(line, each.name, errors, partial(self._value, line, each, organization))
            for each in filled
        }

    def _value(self, line: ImportLine, field: FlexibleAssetField, organization: Organization) -> Any:
        text = line.values[field.key]
        if field.behavior.is_tag:
            return tuple(sorted({self._tagged(field, organization).get(name).pk for name in _names(text)}))
        return text if field.behavior.is_secret else field.behavior.from_text(text)

    def _tagged(self, field: FlexibleAssetField, organization: Organization) -> Named[Any]:
        place = (field.key, organization.pk)
        if place not in self.choices:
            kind = target_of(field.tag_type)
            self.choices[place] = named(kind.label.lower(), kind.choosable(self.user, organization))
        return self.choices[place]

    def _row(self, line: ImportLine, organization: Organization, values: Mapping[str, Any]) -> PlannedRow:
        name = self._title(values)
        asset = self._known_in(organization).find(name) if name else None
        self._require_first(line, organization, name)
        notes = line.values.get(_NOTES) or None
        changes = values if asset is None else self._changes(asset, values)
        if asset is None:
            self._require_complete(values)
        is_changed = bool(changes) or (asset is not None and notes is not None and notes != asset.notes)
        effect = Effect.NEW if asset is None else Effect.CHANGED if is_changed else Effect.UNCHANGED
        work = _Work(organization, asset, AssetContent(changes, notes, reason=_REASON))
        return PlannedRow(line.number, effect, name or "(untitled)", organization.name, work)

    def _title(self, values: Mapping[str, Any]) -> str:
        """What the asset would be called; nothing unless its type takes names from fields."""
        titles = [each for each in self.schema.fields if each.use_for_title]
        return " ".join(filter(None, (each.behavior.to_text(values.get(each.key)) for each in titles)))

    def _known_in(self, organization: Organization) -> Named[FlexibleAsset]:
        if organization.pk not in self.known:
            assets = visible_assets(self.user).active().of_type(self.schema.asset_type)
            self.known[organization.pk] = named("asset", assets.in_organization(organization))
        return self.known[organization.pk]

    def _require_first(self, line: ImportLine, organization: Organization, name: str) -> None:
        if not name:
            return
        first = self.lines.setdefault((organization.pk, search_key(name)), line.number)
        if first != line.number:
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
            column = f"{target_of(field.tag_type).column}_id"
            tags = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field=field)
            return set(tags.values_list(column, flat=True)) == set(value)
        return not field.behavior.is_secret and asset.traits.get(key) == value


def _is_missing(field: FlexibleAssetField, values: Mapping[str, Any]) -> bool:
    has_cell = field.behavior.has_value and not field.behavior.is_file
    return field.required and has_cell and field.key not in values


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(";") if name.strip()]


def _hint(field: FlexibleAssetField) -> str:
    if field.behavior.is_tag:
        return "Names, parted by semicolons."
    return ", ".join(field.behavior.options) or field.hint
