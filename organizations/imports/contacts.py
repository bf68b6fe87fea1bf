"""Contacts from a file: new ones, and those that are known by their e-mail address or name, completed and corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse

from organizations.actions.contact_editing import (
    LockedContactError,
    create_contact,
    edit_contact,
    values_of,
)
from organizations.contact_details import Phone
from organizations.contact_locks import lock_of
from organizations.imports.places import Named, named, organizations_by_name
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
from organizations.models import Account, Contact, Organization, User
from organizations.policies import visible_contacts

_ORGANIZATION, _EMAIL, _ALIASES = "organization", "email", "aliases"
_PHONES = {"office_phone": "Office", "mobile_phone": "Mobile"}
_TEXTS = ("name", "first_name", "last_name", "title", "contact_type", "notes")
_COLUMNS = (
    ImportColumn(_ORGANIZATION, "Organization", is_required=True, hint="Its name, as in the portal."),
    ImportColumn("name", "Name", hint="In full; without it, first and last name make it."),
    ImportColumn("first_name", "First name"),
    ImportColumn("last_name", "Last name"),
    ImportColumn("title", "Title"),
    ImportColumn("contact_type", "Type"),
    ImportColumn(_EMAIL, "E-mail"),
    ImportColumn(_ALIASES, "Other e-mail addresses", hint="Parted by semicolons."),
    ImportColumn("office_phone", "Office phone"),
    ImportColumn("mobile_phone", "Mobile phone"),
    ImportColumn("notes", "Notes"),
)


@dataclass(frozen=True)
class _Work:
    organization: Organization
    contact: Contact | None
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class ContactsTarget:
    account: Account
    user: User

    key: ClassVar[str] = "contacts"
    noun: ClassVar[tuple[str, str]] = ("contact", "contacts")
    columns: ClassVar[Sequence[ImportColumn]] = _COLUMNS

    @property
    def url(self) -> str:
        return reverse("organizations:organization-list", args=[self.account.slug])

    def plan(self, lines: Sequence[ImportLine]) -> ImportPlan:
        return plan_each(lines, _Planner(self.user).plan)

    def write(self, rows: Sequence[PlannedRow], *, now: datetime, actor: User) -> None:
        for row in rows:
            try:
                _write(row.work, now=now, actor=actor)
            except LockedContactError as locked:
                raise LineRefusedError(row.number, locked) from locked


def _write(work: _Work, *, now: datetime, actor: User) -> None:
    if work.contact is None:
        create_contact(work.organization, values=work.changes, now=now, actor=actor)
    else:
        edit_contact(work.contact, changes=work.changes, now=now, actor=actor)


@dataclass(frozen=True)
class _Planner:
    user: User

    @cached_property
    def organizations(self) -> Named[Organization]:
        return organizations_by_name(self.user)

    @cached_property
    def known(self) -> dict[int, "_Known"]:
        return {}

    @cached_property
    def named_in(self) -> dict[tuple[int, str], int]:
        return {}

    def plan(self, line: ImportLine, plan: ImportPlan) -> None:
        errors: list[LineError] = []
        organization = self._organization(line, errors)
        values = _values(line, errors)
        if not errors and organization is not None and values is not None:
            try:
                plan.rows.append(self._row(line, organization, values))
            except InvalidCellError as invalid:
                errors.append(LineError(line.number, "", str(invalid)))
        plan.errors.extend(errors)

    def _organization(self, line: ImportLine, errors: list[LineError]) -> Organization | None:
        try:
            return self.organizations.get(line.values.get(_ORGANIZATION, ""))
        except InvalidCellError as invalid:
            errors.append(LineError(line.number, "Organization", str(invalid)))
            return None

    def _row(self, line: ImportLine, organization: Organization, values: Mapping[str, Any]) -> PlannedRow:
        contact = self._known_in(organization).find(values)
        self._require_first(line, organization, contact, values)
        changes = values if contact is None else _changes(contact, values)
        effect = Effect.NEW if contact is None else Effect.CHANGED if changes else Effect.UNCHANGED
        name = values.get("name") or str(contact)
        return PlannedRow(line.number, effect, name, organization.name, _Work(organization, contact, changes))

    def _known_in(self, organization: Organization) -> "_Known":
        if organization.pk not in self.known:
            self.known[organization.pk] = _Known.of(self.user, organization)
        return self.known[organization.pk]

    def _require_first(
        self, line: ImportLine, organization: Organization, contact: Contact | None, values: Mapping[str, Any]
    ) -> None:
        identity = f"#{contact.pk}" if contact else str(values.get(_EMAIL) or values["name"]).casefold()
        first = self.named_in.setdefault((organization.pk, identity), line.number)
        if first != line.number:
            raise InvalidCellError(f"Line {first} is about the same contact. Keep one of the two.")


@dataclass(frozen=True)
class _Known:
    by_email: Named[Contact]
    by_name: Named[Contact]

    @classmethod
    def of(cls, user: User, organization: Organization) -> "_Known":
        known = cls(named("contact", ()), named("contact", ()))
        for contact in visible_contacts(user).in_organization(organization):
            known.by_name.add(contact.name, contact)
            if contact.email:
                known.by_email.add(contact.email, contact)
        return known

    def find(self, values: Mapping[str, Any]) -> Contact | None:
        email = values.get(_EMAIL, "")
        found = self.by_email.find(email) if email else None
        if found is not None:
            return found
        if not values.get("name"):
            raise InvalidCellError("Give the contact a name.")
        return self.by_name.find(values["name"])


def _values(line: ImportLine, errors: list[LineError]) -> dict[str, Any] | None:
    """What the cells say, without the empty ones: those leave what is there."""
    values: dict[str, Any] = {key: line.values[key] for key in _TEXTS if line.values.get(key)}
    if "name" not in values:
        full = " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
        values |= {"name": full} if full else {}
    addresses = _addresses(line, errors)
    phones = tuple(Phone(label, line.values[key]) for key, label in _PHONES.items() if line.values.get(key))
    return values | addresses | ({"phones": phones} if phones else {})


def _addresses(line: ImportLine, errors: list[LineError]) -> dict[str, Any]:
    email = line.values.get(_EMAIL, "")
    aliases = tuple(filter(None, (each.strip() for each in line.values.get(_ALIASES, "").split(";"))))
    for column, address in ((_EMAIL, email), *((_ALIASES, alias) for alias in aliases)):
        if address and not _is_address(address):
            label = next(each.label for each in _COLUMNS if each.key == column)
            errors.append(LineError(line.number, label, f"“{address}” is no e-mail address."))
    return ({_EMAIL: email} if email else {}) | ({_ALIASES: aliases} if aliases else {})


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _changes(contact: Contact, values: Mapping[str, Any]) -> dict[str, Any]:
    stored = values_of(contact)
    changes = {name: value for name, value in values.items() if stored[name] != value}
    lock = lock_of(contact) if changes else None
    refused = sorted(set(changes) & set(lock.fields)) if lock else []
    if lock and refused:
        raise InvalidCellError(
            f"{contact.name} is kept in step by {lock.keeper}: leave out {', '.join(refused).replace('_', ' ')}, or change it there."
        )
    return changes
