"""Contacts as people write them, one at a time; each decision stands in the log."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import transaction

from organizations.actions.activity import record_activity
from organizations.actions.contacts import FILLED, create_contacts, fill_contact, replace_addresses
from organizations.contact_details import FIELD_LABELS, ContactDetails, Phone
from organizations.contact_locks import Lock, lock_of
from organizations.models import Contact, ContactAddress, Organization, User
from organizations.stale_forms import Marks, own_changes

#: What no source knows of.
_PEOPLES_OWN = ("contact_type", "notes", "is_important")
_DETAILS = tuple(field.name for field in fields(ContactDetails))


class LockedContactError(ValueError):
    """A person may not write what a sync writes."""

    def __init__(self, fields: Collection[str], *, keeper: str) -> None:
        super().__init__(
            f"{' and '.join(fields)} can't be changed here, since {keeper} would overwrite it. "
            f"Change it in {keeper}; the next sync brings it."
        )
        self.fields = tuple(fields)


class KeptContactError(ValueError):
    """A contact that a sync keeps in step can't be deleted."""

    def __init__(self, contact: Contact, lock: Lock) -> None:
        super().__init__(
            f"{contact.name} can't be deleted while {lock.keeper} lists them: the next sync would bring them back. "
            f"Remove the user in {lock.keeper}, or archive the contact."
        )


@transaction.atomic
def create_contact(
    organization: Organization, *, values: Mapping[str, Any], now: datetime, actor: User | None = None
) -> Contact:
    """`values` by field name, in the shape of `values_of`; those left out are blank."""
    details = ContactDetails(**{name: values[name] for name in _DETAILS if name in values})
    [contact] = create_contacts(organization, [details], now=now)
    _fill_own(contact, values)
    contact.save(update_fields=_PEOPLES_OWN)
    before = dict.fromkeys(values_of(contact), "") | {"name": contact.name}
    _record("contact.created", contact, now=now, actor=actor, details=_changes(before, contact))
    return contact


@transaction.atomic
def edit_contact(
    contact: Contact,
    *,
    changes: Mapping[str, Any],
    now: datetime,
    actor: User | None = None,
    seen: Marks | None = None,
) -> Contact:
    """Writes values by field name, in the shape of `values_of`; what stands in a lock must stay as it is. `seen` marks
    those that were there when whoever writes them began."""
    contact = _hold(contact)
    stored = values_of(contact)
    own = own_changes(changes, stored=stored, seen=seen or {})
    changed = {name: value for name, value in own.items() if value != stored[name]}
    _require_open(lock_of(contact), changed)
    if not changed:
        return contact
    wanted = {**stored, **changed}
    _fill_own(contact, wanted)
    details = ContactDetails(**{name: wanted[name] for name in _DETAILS})
    fill_contact(contact, details, now).save(update_fields=[*FILLED, *_PEOPLES_OWN])
    replace_addresses([(contact, details)])
    if told := _changes(stored, contact):
        _record("contact.edited", contact, now=now, actor=actor, details=told)
    return contact


@transaction.atomic
def delete_contact(contact: Contact, *, now: datetime, actor: User | None = None) -> None:
    """For good, and with it the tags that name it."""
    contact = _hold(contact)
    lock = lock_of(contact)
    if lock is not None:
        raise KeptContactError(contact, lock)
    _record("contact.deleted", contact, now=now, actor=actor, details={})
    contact.delete()


def values_of(contact: Contact) -> dict[str, Any]:
    """Everything of a contact that a person may write, by field name."""
    return {
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "title": contact.title,
        "email": contact.email,
        "phones": tuple(Phone.of(phone) for phone in contact.phones),
        "aliases": tuple(address.email for address in sorted(contact.addresses.all(), key=_by_key)),
        "contact_type": contact.contact_type,
        "notes": contact.notes,
        "is_important": contact.is_important,
    }


def _by_key(address: ContactAddress) -> str:
    return address.email_key


def _hold(contact: Contact) -> Contact:
    return Contact.objects.of_account(contact.account_id).select_for_update().get(pk=contact.pk)


def _require_open(lock: Lock | None, changed: Collection[str]) -> None:
    refused = [name for name in changed if lock is not None and name in lock.fields]
    if lock is not None and refused:
        raise LockedContactError([FIELD_LABELS[name] for name in refused], keeper=lock.keeper)


def _fill_own(contact: Contact, values: Mapping[str, Any]) -> None:
    contact.contact_type = values.get("contact_type", "")[:60]
    contact.notes = values.get("notes", "")
    contact.is_important = values.get("is_important", False)


def _changes(before: Mapping[str, Any], contact: Contact) -> dict[str, Any]:
    changed = {
        name: {"before": _plain(before[name]), "after": _plain(value)}
        for name, value in values_of(contact).items()
        if value != before[name] and (value or before[name])
    }
    return {"fields": changed} if changed else {}


def _plain(value: Any) -> Any:
    """As the log keeps it."""
    if isinstance(value, tuple):
        return [each.as_json() if isinstance(each, Phone) else each for each in value]
    return value


def _record(
    action: str, contact: Contact, *, now: datetime, actor: User | None, details: dict[str, Any]
) -> None:
    record_activity(
        contact.account_id,
        at=now,
        action=action,
        subject=contact.name,
        user=actor,
        organization=contact.organization,
        about=contact,
        details=details,
    )
