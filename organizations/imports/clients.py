"""Organizations from a file: new ones, and those known by their name, completed and corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.urls import reverse

from organizations.actions.clients import (
    ParentCycleError,
    create_organization,
    edit_organization,
    organization_values,
)
from organizations.imports.cells import fitted
from organizations.imports.places import Named, named
from organizations.imports.targets import (
    Effect,
    ImportColumn,
    ImportLine,
    ImportPlan,
    InvalidCellError,
    LineError,
    LineRefusedError,
    PlannedRow,
    plan_each,
)
from organizations.models import Account, Organization, OrganizationStatus, OrganizationType, User
from organizations.names import search_key
from organizations.organization_details import ORGANIZATION_FIELDS
from organizations.policies import visible_organizations

_HINTS = {
    "organization_type": "One of the account's types.",
    "organization_status": "One of the account's statuses.",
    "parent": "The name of an organization that is here already, or stands in the file above.",
}
_PARENT = "parent"
#: As the list of organizations, and so its export, calls it.
_ALSO_CALLED = {_PARENT: ("Parent",)}
_COLUMNS = tuple(
    ImportColumn(
        name,
        label,
        is_required=name == "name",
        hint=_HINTS.get(name, ""),
        also_called=_ALSO_CALLED.get(name, ()),
    )
    for name, label in ORGANIZATION_FIELDS.items()
)


@dataclass(frozen=True)
class _Work:
    organization: Organization | None
    changes: Mapping[str, Any]
    parent: str


@dataclass(frozen=True)
class OrganizationsTarget:
    account: Account
    user: User

    key: ClassVar[str] = "organizations"
    noun: ClassVar[tuple[str, str]] = ("organization", "organizations")
    columns: ClassVar[Sequence[ImportColumn]] = _COLUMNS
    about: ClassVar[None] = None

    @property
    def url(self) -> str:
        return reverse("organizations:organization-list", args=[self.account.slug])

    def plan(self, lines: Sequence[ImportLine]) -> ImportPlan:
        return plan_each(lines, _Planner.of(self.user).plan)

    def write(self, rows: Sequence[PlannedRow], *, now: datetime, actor: User) -> None:
        """In the file's order, so that a parent is there before what stands below it."""
        known = named("organization", visible_organizations(self.user))
        for row in rows:
            try:
                _write(row, known, now=now, actor=actor)
            except (ParentCycleError, InvalidCellError) as refused:
                raise LineRefusedError(row.number, refused) from refused


def _write(row: PlannedRow, known: Named[Organization], *, now: datetime, actor: User) -> None:
    work: _Work = row.work
    values = {**work.changes, **({_PARENT: known.get(work.parent)} if work.parent else {})}
    if work.organization is not None:
        edit_organization(work.organization, changes=values, now=now, actor=actor)
        return
    name = values.pop("name")
    created = create_organization(actor.account_id, name=name, values=values, now=now, actor=actor)
    known.add(name, created)


@dataclass(frozen=True)
class _Planner:
    known: Named[Organization]
    labels: Mapping[str, Named[Any]]
    #: First line about an organization, by the key of its name.
    lines: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, user: User) -> "_Planner":
        organizations = visible_organizations(user).select_related(
            "organization_type", "organization_status", "parent"
        )
        types = OrganizationType.objects.of_account(user.account_id)
        statuses = OrganizationStatus.objects.of_account(user.account_id)
        return cls(
            named("organization", organizations),
            {
                "organization_type": named("type", types),
                "organization_status": named("status", statuses, plural="statuses"),
            },
        )

    def plan(self, line: ImportLine, plan: ImportPlan) -> None:
        errors: list[LineError] = []
        filled = {key: text for key, text in line.values.items() if text and key != _PARENT}
        values = {
            key: self._or_error(line, key, errors, partial(self._value, key, text))
            for key, text in filled.items()
        }
        parent = line.values.get(_PARENT, "")
        self._or_error(line, _PARENT, errors, partial(self._require_parent, parent, filled.get("name", "")))
        row = self._or_error(line, "name", errors, partial(self._row, line, values, parent))
        if errors:
            plan.errors.extend(errors)
        elif row is not None:
            plan.rows.append(row)

    def _or_error(self, line: ImportLine, key: str, errors: list[LineError], find: Any) -> Any:
        try:
            return find()
        except InvalidCellError as invalid:
            errors.append(LineError(line.number, ORGANIZATION_FIELDS[key], str(invalid)))
            return None

    def _value(self, key: str, text: str) -> Any:
        return self.labels[key].get(text) if key in self.labels else fitted(text, Organization, key)

    def _require_parent(self, parent: str, name: str) -> None:
        """What stands below it already stays there, whatever has become of it."""
        key = search_key(parent)
        is_there = any(search_key(str(row.parent or "")) == key for row in self.known.all(name))
        if key and key not in self.lines and not is_there and self.known.get(parent).archived:
            raise InvalidCellError(f"“{parent}” is archived. Restore it first, or name another one.")

    def _row(self, line: ImportLine, values: Mapping[str, Any], parent: str) -> PlannedRow | None:
        """None where the name is wrong, which is told already."""
        name = values.get("name", "")
        if name is None:
            return None
        key = search_key(name)
        if not key:
            raise InvalidCellError("Give the organization a name.")
        first = self.lines.setdefault(key, line.number)
        if first != line.number:
            raise InvalidCellError(f"Line {first} is about the same organization. Keep one of the two.")
        if search_key(parent) == key:
            raise InvalidCellError("An organization can't be its own parent.")
        organization = self.known.find(name)
        if organization is None:
            return PlannedRow(line.number, Effect.NEW, name, parent, _Work(None, values, parent))
        changes = _changes(organization, values)
        has_moved = bool(parent) and search_key(str(organization.parent or "")) != search_key(parent)
        effect = Effect.CHANGED if changes or has_moved else Effect.UNCHANGED
        work = _Work(organization, changes, parent if has_moved else "")
        return PlannedRow(line.number, effect, name, parent, work)


def _changes(organization: Organization, values: Mapping[str, Any]) -> dict[str, Any]:
    stored = organization_values(organization)
    return {name: value for name, value in values.items() if stored[name] != value}
