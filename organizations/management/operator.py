"""What commands of whoever runs the server have in common: an account and a user, by name."""

from django.core.management.base import CommandError
from django.db import transaction

from organizations.access import find_account
from organizations.models import Account, User


def named_account(slug: str) -> Account:
    with transaction.atomic():
        account = find_account(slug)
    if account is None:
        raise CommandError(f"There is no account {slug!r}.")
    return account


def named_user(account: Account, email: str) -> User:
    user = User.objects.of_account(account.pk).filter(email=email.strip().lower()).first()
    if user is None:
        raise CommandError(f"{account.slug} has no user {email!r}.")
    return user
