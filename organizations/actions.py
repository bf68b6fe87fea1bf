"""Everything that changes accounts, users, organizations and contacts.

What a person decides writes its line in the activity log; contacts are written in bulk by syncs, whose runs tell of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from organizations.access import RESERVED_SLUGS, account_transaction
from organizations.models import Account, Activity, Contact, Organization, User
from organizations.names import search_key, sort_key
from organizations.roles import Role


class AccountNameError(ValueError):
    """An account can't be called this in addresses; the message says why, fit for a person."""


@dataclass(frozen=True)
class NewUser:
    email: str
    name: str
    role: Role
    password: str = field(repr=False)


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


def create_account(name: str, *, slug: str, now: datetime, administrator: NewUser | None = None) -> Account:
    """Makes the account and, with its first line of the log, its administrator.

    These are two transactions, since the wall opens only to an account that is known at BEGIN. Until the second has
    committed the account belongs to nobody, and the next attempt takes it up.
    """
    _require_usable(slug)
    with transaction.atomic(durable=True):
        account, _ = Account.objects.get_or_create(slug=slug, defaults={"name": name})
    with account_transaction(account.pk):
        # Locked, so that of two attempts at once the second sees the log of the first.
        account = Account.objects.select_for_update().get(pk=account.pk)
        if Activity.objects.of_account(account.pk).exists():
            raise AccountNameError(f"There is an account {slug!r} already.")
        account.name = name
        account.save(update_fields=["name"])
        record_activity(account.pk, at=now, action="account.created", subject=name)
        if administrator is not None:
            create_user(account, administrator, now=now)
    return account


def _require_usable(slug: str) -> None:
    try:
        Account._meta.get_field("slug").run_validators(slug)
    except ValidationError:
        is_valid = False
    else:
        is_valid = bool(slug) and slug not in RESERVED_SLUGS
    if not is_valid:
        raise AccountNameError(
            f"{slug!r} can't name an account: use letters, digits and hyphens, such as acme."
        )


@transaction.atomic
def create_user(account: Account, new: NewUser, *, now: datetime, actor: User | None = None) -> User:
    user = User(account=account, email=new.email.strip().lower(), name=new.name, role=new.role)
    user.set_password(new.password)
    user.save()
    record_activity(
        account.pk,
        at=now,
        action="user.created",
        subject=user.email,
        user=actor,
        details={"role": new.role.value},
    )
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
