"""Contacts as syncs write them, many at once; their runs tell of them. One at a time, by people: contact_editing.py."""

from collections.abc import Collection, Iterable
from datetime import datetime

from organizations.contact_details import ContactDetails
from organizations.models import Contact, ContactAddress, Organization
from organizations.names import search_key, sort_key

_BATCH = 500
#: The columns that `fill_contact` writes.
FILLED = (
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


def create_contacts(
    organization: Organization,
    details: Collection[ContactDetails],
    *,
    now: datetime,
    contact_type: str = "",
) -> list[Contact]:
    contacts = [
        fill_contact(
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
    contacts = [fill_contact(contact, details, now) for contact, details in changes]
    Contact.objects.bulk_update(contacts, FILLED, batch_size=_BATCH)
    replace_addresses(changes)


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


def fill_contact(contact: Contact, details: ContactDetails, now: datetime) -> Contact:
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


def replace_addresses(changes: Collection[tuple[Contact, ContactDetails]]) -> None:
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
