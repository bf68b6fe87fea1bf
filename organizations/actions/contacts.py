"""Contacts: written in bulk by syncs, whose runs tell of them, and one at a time by people."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from organizations.actions.activity import record_activity
from organizations.contact_details import FIELD_LABELS, ContactDetails, Phone
from organizations.contact_locks import Lock, lock_of
from organizations.models import Contact, ContactAddress, Organization, User
from organizations.names import search_key, sort_key

_BATCH = 500
_FILLED = (
    "name",
    "first_name",
    "last_name",
    "title",
    "email",
    "email_key",
    "phones",
    "sort_key",
    "search_key",
    "updated_at",
)


class LockedContactError(ValueError):
    """A person may not write what a sync writes."""

    def __init__(self, fields: Collection[str], *, keeper: str) -> None:
        super().__init__(
            f"{' and '.join(fields)} can't be changed here, since {keeper} would overwrite it. "
            f"Change it in {keeper}; the next sync brings it."
        )
        self.fields = tuple(fields)


def create_contacts(
    organization: Organization,
    details: Collection[ContactDetails],
    *,
    now: datetime,
    contact_type: str = "",
) -> list[Contact]:
    contacts = [
        _fill(
            Contact(
                account_id=organization.account_id,
                organization=organization,
                contact_type=contact_type,
                created_at=now,
            ),
            each,
            now,
        )
        for each in details
    ]
    Contact.objects.bulk_create(contacts, batch_size=_BATCH)
    _create_addresses(
        address
        for contact, each in zip(contacts, details, strict=True)
        for address in _addresses_of(contact, each)
    )
    return contacts


def update_contacts(changes: Collection[tuple[Contact, ContactDetails]], *, now: datetime) -> None:
    contacts = [_fill(contact, details, now) for contact, details in changes]
    Contact.objects.bulk_update(contacts, _FILLED, batch_size=_BATCH)
    _replace_addresses(changes)


def complete_contacts(changes: Collection[tuple[Contact, ContactDetails]], *, now: datetime) -> list[Contact]:
    """Adds what people left blank of title, e-mail and phones, and returns the contacts that gained by it."""
    gained = []
    for contact, details in changes:
        if _complete(contact, details):
            contact.updated_at = now
            gained.append(contact)
    written = ("title", "email", "email_key", "phones", "updated_at")
    Contact.objects.bulk_update(gained, written, batch_size=_BATCH)
    return gained


@transaction.atomic
def edit_contact(
    contact: Contact, *, changes: Mapping[str, Any], now: datetime, actor: User | None = None
) -> Contact:
    """Writes values by field name, in the shape of `values_of`; what stands in a lock must stay as it is."""
    contact = Contact.objects.of_account(contact.account_id).select_for_update().get(pk=contact.pk)
    stored = values_of(contact)
    changed = {name: value for name, value in changes.items() if value != stored[name]}
    _require_open(lock_of(contact), changed)
    if not changed:
        return contact
    wanted = {**stored, **changed}
    contact.contact_type, contact.notes = wanted.pop("contact_type")[:60], wanted.pop("notes")
    details = ContactDetails(**wanted)
    _fill(contact, details, now).save(update_fields=[*_FILLED, "contact_type", "notes"])
    _replace_addresses([(contact, details)])
    _record(contact, before=stored, now=now, actor=actor)
    return contact


def _record(contact: Contact, *, before: Mapping[str, Any], now: datetime, actor: User | None) -> None:
    fields = {
        name: {"before": _plain(before[name]), "after": _plain(value)}
        for name, value in values_of(contact).items()
        if value != before[name]
    }
    if fields:
        record_activity(
            contact.account_id,
            at=now,
            action="contact.edited",
            subject=contact.name,
            user=actor,
            organization=contact.organization,
            details={"contact_id": contact.pk, "fields": fields},
        )


def values_of(contact: Contact) -> dict[str, Any]:
    """Everything of a contact that a person may write, by field name."""
    return {
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "title": contact.title,
        "email": contact.email,
        "phones": tuple(Phone.of(phone) for phone in contact.phones),
        "aliases": tuple(contact.addresses.order_by("email_key").values_list("email", flat=True)),
        "contact_type": contact.contact_type,
        "notes": contact.notes,
    }


def _require_open(lock: Lock | None, changed: Collection[str]) -> None:
    refused = [name for name in changed if lock is not None and name in lock.fields]
    if lock is not None and refused:
        raise LockedContactError([FIELD_LABELS[name] for name in refused], keeper=lock.keeper)


def _plain(value: Any) -> Any:
    """As the log keeps it."""
    if isinstance(value, tuple):
        return [each.as_json() if isinstance(each, Phone) else each for each in value]
    return value


def _fill(contact: Contact, details: ContactDetails, now: datetime) -> Contact:
    contact.name = details.name[:255]
    contact.first_name = details.first_name[:255]
    contact.last_name = details.last_name[:255]
    contact.title = details.title[:255]
    contact.email = details.email[:320]
    contact.email_key = _email_key(contact.email)
    contact.phones = [phone.as_json() for phone in details.phones]
    contact.sort_key = sort_key(contact.name)
    contact.search_key = search_key(contact.name)[:512]
    contact.updated_at = now
    return contact


def _complete(contact: Contact, details: ContactDetails) -> bool:
    before = (contact.title, contact.email, contact.phones)
    contact.title = contact.title or details.title[:255]
    contact.email = contact.email or details.email[:320]
    contact.email_key = _email_key(contact.email)
    contact.phones = contact.phones or [phone.as_json() for phone in details.phones]
    return before != (contact.title, contact.email, contact.phones)


def _addresses_of(contact: Contact, details: ContactDetails) -> list[ContactAddress]:
    """Each once, and none that is the e-mail address itself."""
    aliases = {_email_key(alias): alias[:320] for alias in reversed(details.aliases) if alias}
    aliases.pop(contact.email_key, None)
    return [
        ContactAddress(
            account_id=contact.account_id,
            organization_id=contact.organization_id,
            contact=contact,
            email=alias,
            email_key=key,
        )
        for key, alias in sorted(aliases.items())
    ]


def _replace_addresses(changes: Collection[tuple[Contact, ContactDetails]]) -> None:
    stored: dict[tuple[int, str], int] = {
        (contact_id, key): pk
        for pk, contact_id, key in ContactAddress.objects.filter(
            contact__in=[contact.pk for contact, _ in changes]
        ).values_list("pk", "contact_id", "email_key")
    }
    wanted = [address for contact, details in changes for address in _addresses_of(contact, details)]
    kept = {(address.contact_id, address.email_key) for address in wanted}
    gone = [pk for place, pk in stored.items() if place not in kept]
    if gone:
        ContactAddress.objects.filter(pk__in=gone).delete()
    _create_addresses(address for address in wanted if (address.contact_id, address.email_key) not in stored)


def _create_addresses(addresses: Iterable[ContactAddress]) -> None:
    ContactAddress.objects.bulk_create(addresses, batch_size=1000)


def _email_key(address: str) -> str:
    return search_key(address)[:320]
