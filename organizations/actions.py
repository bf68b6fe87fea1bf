"""Everything that changes accounts, users, organizations and contacts; each writes its line in the activity log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from organizations.models import Account, Activity, Contact, Organization, User
from organizations.names import search_key, sort_key
from organizations.roles import Role


@dataclass(frozen=True)
class ContactDetails:
    """What a source knows about a person."""

    name: str
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    email: str = ""


def record_activity(  # noqa: PLR0913 - one line of the log has this many parts
    account_id: int,
    *,
    at: datetime,
    action: str,
    subject: str,
    user: User | None = None,
    organization: Organization | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    Activity.objects.create(
        account_id=account_id,
        at=at,
        user=user,
        action=action,
        subject=subject[:255],
        organization=organization,
        details=details or {},
    )


def create_account(name: str, *, slug: str) -> Account:
    return Account.objects.create(name=name, slug=slug)


def create_user(account: Account, *, email: str, name: str, role: Role, password: str) -> User:
    user = User(account=account, email=email.strip().lower(), name=name, role=role)
    user.set_password(password)
    user.save()
    return user


@transaction.atomic
def create_organization(
    account_id: int, *, name: str, now: datetime, actor: User | None = None
) -> Organization:
    organization = Organization.objects.create(
        account_id=account_id,
        name=name,
        sort_key=sort_key(name),
        search_key=search_key(name),
        created_at=now,
    )
    record_activity(
        account_id, at=now, action="organization.created", subject=name, user=actor, organization=organization
    )
    return organization


def create_contacts(
    organization: Organization, details: Collection[ContactDetails], *, now: datetime
) -> list[Contact]:
    contacts = [_fill(Contact(account_id=organization.account_id, organization=organization, created_at=now), each, now)
                for each in details]  # fmt: skip
    return Contact.objects.bulk_create(contacts, batch_size=500)


def update_contacts(changes: Collection[tuple[Contact, ContactDetails]], *, now: datetime) -> None:
    contacts = [_fill(contact, details, now) for contact, details in changes]
    Contact.objects.bulk_update(contacts, _FILLED, batch_size=500)


_FILLED = [
    "name",
    "first_name",
    "last_name",
    "title",
    "email",
    "email_key",
    "sort_key",
    "search_key",
    "updated_at",
]


def _fill(contact: Contact, details: ContactDetails, now: datetime) -> Contact:
    contact.name = details.name[:255]
    contact.first_name = details.first_name[:255]
    contact.last_name = details.last_name[:255]
    contact.title = details.title[:255]
    contact.email = details.email[:320]
    contact.email_key = search_key(contact.email)[:320]
    contact.sort_key = sort_key(contact.name)
    contact.search_key = search_key(contact.name)[:512]
    contact.updated_at = now
    return contact
