"""Contacts from a file: new ones, and those that are known by their e-mail address or name, completed and corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.text import get_text_list

from organizations.actions.contact_editing import (
    LockedContactError,
    create_contact,
    edit_contact,
    values_of,
)
from organizations.contact_details import FIELD_LABELS, LONGEST_ADDRESS, LONGEST_NUMBER, Phone
from organizations.contact_locks import lock_of
from organizations.imports.cells import fitted, one_line
from organizations.imports.people import People
from organizations.imports.places import Named, organizations_by_name
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
from organizations.names import search_key
from organizations.policies import visible_contacts

_ORGANIZATION, _EMAIL, _ALIASES = "organization", "email", "aliases"
_PHONES = {"office_phone": "Office", "mobile_phone": "Mobile"}
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
_LABELS = {column.key: column.label for column in _COLUMNS}


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
    about: ClassVar[None] = None

    @property
    def url(self) -> str:
        return reverse("organizations:global-contact-list", args=[self.account.slug])

    def plan(self, lines: Sequence[ImportLine]) -> ImportPlan:
        return plan_each(lines, _Planner.of(self.user, lines).plan)

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
    organizations: Named[Organization]
    people: Mapping[int, People]

    @classmethod
    def of(cls, user: User, lines: Sequence[ImportLine]) -> "_Planner":
        """With all contacts that the lines may be about, read at once."""
        organizations = organizations_by_name(user)
        named = [organizations.all(line.values.get(_ORGANIZATION, "")) for line in lines]
        contacts: dict[int, list[Contact]] = {each.pk: [] for found in named for each in found}
        known = visible_contacts(user).filter(organization__in=list(contacts)).order_by("pk")
        emails = {line.values.get(_EMAIL, "") for line in lines} - {""}
        names = {_named(line.values).get("name", "") for line in lines} - {""}
        known = known.alike(emails=emails, names=names).select_related("organization")
        for contact in known.prefetch_related("addresses"):
            contacts[contact.organization_id].append(contact)
        return cls(user, organizations, {pk: People.of(each) for pk, each in contacts.items()})

    def plan(self, line: ImportLine, plan: ImportPlan) -> None:
        errors: list[LineError] = []
        organization = self._organization(line, errors)
        values = _values(line, errors)
        if not errors and organization is not None:
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

    def _row(self, line: ImportLine, organization: Organization, cells: Mapping[str, Any]) -> PlannedRow:
        values = _named(cells)
        contact = self.people[organization.pk].person_of(values, line=line.number).contact
        if contact is None:
            changes, effect = _written(values, {}), Effect.NEW
        else:
            changes = _changes(contact, cells)
            effect = Effect.CHANGED if changes else Effect.UNCHANGED
        name = values.get("name") or str(contact)
        return PlannedRow(line.number, effect, name, organization.name, _Work(organization, contact, changes))


def _values(line: ImportLine, errors: list[LineError]) -> dict[str, Any]:
    """What the cells say, without the empty ones: those leave what is there."""
    values: dict[str, Any] = {}
    for key, text in line.values.items():
        if text and key != _ORGANIZATION:
            try:
                values[key] = _value(key, text)
            except InvalidCellError as invalid:
                errors.append(LineError(line.number, _LABELS[key], str(invalid)))
    return values


def _value(key: str, text: str) -> Any:
    if key in _PHONES:
        return one_line(text, longest=LONGEST_NUMBER)
    if key == _EMAIL:
        return _address(text)
    if key == _ALIASES:
        return tuple(_address(each.strip()) for each in text.split(";") if each.strip())
    return fitted(text, Contact, key)


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise InvalidCellError(f"“{text}” is no e-mail address.") from None
    return one_line(text, longest=LONGEST_ADDRESS)


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """With the name that first and last name make, where there is no other."""
    full = _full_name(values)
    return {"name": full, **values} if full else dict(values)


def _full_name(values: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))


def _changes(contact: Contact, cells: Mapping[str, Any]) -> dict[str, Any]:
    stored = values_of(contact)
    wanted = dict(cells)
    # A name that somebody made up differently is not to be guessed anew.
    if "name" not in cells and stored["name"] == _full_name(stored):
        wanted["name"] = _full_name({**stored, **cells}) or stored["name"]
    written = _written(wanted, stored)
    changes = {name: value for name, value in written.items() if stored[name] != value}
    lock = lock_of(contact) if changes else None
    refused = [FIELD_LABELS[name] for name in changes if lock and name in lock.fields]
    if lock and refused:
        raise InvalidCellError(
            f"{contact.name} is kept in step by {lock.keeper}: leave out {get_text_list(refused, 'and')}, "
            "or change it there."
        )
    return changes


def _written(cells: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """In the shape of `values_of`: what the cells don't speak of stays, and no address is lost over another one."""
    written = {key: value for key, value in cells.items() if key not in _PHONES}
    if search_key(cells.get(_EMAIL, "")) == search_key(stored.get(_EMAIL, "")):
        written.pop(_EMAIL, None)
    phones = {_PHONES[key]: value for key, value in cells.items() if key in _PHONES}
    if phones:
        written["phones"] = _phones(stored.get("phones", ()), phones)
    aliases = {search_key(alias): alias for alias in stored.get("aliases", ())}
    if _ALIASES in cells:
        named = {search_key(alias): alias for alias in reversed(cells[_ALIASES])}
        named.pop(search_key(cells.get(_EMAIL) or stored.get(_EMAIL, "")), None)
        written[_ALIASES] = stored[_ALIASES] if named.keys() == aliases.keys() and stored else _sorted(named)
    elif _is_other_address(cells, stored):
        aliases.pop(search_key(cells[_EMAIL]), None)
        written[_ALIASES] = _sorted({**aliases, search_key(stored[_EMAIL]): stored[_EMAIL]})
    return written


def _is_other_address(cells: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    email, known = cells.get(_EMAIL, ""), stored.get(_EMAIL, "")
    return bool(email and known) and search_key(email) != search_key(known)


def _sorted(addresses: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(addresses[key] for key in sorted(addresses))


def _phones(stored: Sequence[Phone], numbers: Mapping[str, str]) -> tuple[Phone, ...]:
    """Each number under its label, in place of the first one there; other phones stay."""
    phones = list(stored)
    for label, number in numbers.items():
        alike = [place for place, phone in enumerate(phones) if phone.label.casefold() == label.casefold()]
        if not alike:
            phones.append(Phone(label, number))
        elif all(phones[place].number != number for place in alike):
            phones[alike[0]] = Phone(phones[alike[0]].label, number)
    return tuple(phones)
