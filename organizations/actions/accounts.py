"""Accounts and their users."""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from organizations.access import RESERVED_SLUGS, account_transaction
from organizations.actions.activity import record_activity
from organizations.models import Account, Activity, User
from organizations.roles import Role


class AccountNameError(ValueError):
    """An account can't be called this in addresses; the message says why, fit for a person."""


@dataclass(frozen=True)
class NewUser:
    email: str
    name: str
    role: Role
    password: str = field(repr=False)


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
