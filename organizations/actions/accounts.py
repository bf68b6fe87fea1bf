"""Accounts: made with their first administrator, and what is set for all of one."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from organizations import first_run
from organizations.access import RESERVED_SLUGS, account_transaction
from organizations.actions.activity import record_activity
from organizations.actions.labels import create_starting_labels
from organizations.actions.people import NewUser, create_user
from organizations.models import Account, Activity, User
from organizations.models.accounts import SecondFactorPolicy


class AccountNameError(ValueError):
    """An account can't be called this in addresses; the message says why, fit for a person."""


class NotFirstError(Exception):
    """The server has an account already."""


def create_account(
    name: str,
    *,
    slug: str,
    now: datetime,
    administrator: NewUser | None = None,
    second_factor: SecondFactorPolicy = SecondFactorPolicy.MANAGERS,
) -> Account:
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
        account.name, account.second_factor = name, second_factor
        account.save(update_fields=["name", "second_factor"])
        record_activity(account.pk, at=now, action="account.created", subject=name)
        create_starting_labels(account.pk, now=now)
        if administrator is not None:
            create_user(account, administrator, now=now)
    return account


def create_first_account(name: str, *, slug: str, now: datetime, administrator: NewUser) -> Account:
    """Of two who set up a server at once, one does."""
    _require_usable(slug)
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('first run'))")
        if not first_run.is_fresh():
            raise NotFirstError
        Account.objects.get_or_create(slug=slug, defaults={"name": name})
    return create_account(name, slug=slug, now=now, administrator=administrator)


@transaction.atomic
def edit_account(
    account: Account, *, name: str, second_factor: SecondFactorPolicy, now: datetime, actor: User
) -> Account:
    account = Account.objects.select_for_update().get(pk=account.pk)
    before, after = (
        {"name": account.name, "second_factor": account.second_factor},
        {"name": name, "second_factor": second_factor.value},
    )
    if before == after:
        return account
    account.name, account.second_factor = name, second_factor
    account.save(update_fields=["name", "second_factor"])
    record_activity(
        account.pk,
        at=now,
        action="account.changed",
        subject=name,
        user=actor,
        details={"before": before, "after": after},
    )
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
