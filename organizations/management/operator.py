"""What commands of whoever runs the server have in common: an account and a user, by name."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from organizations.access import account_transaction, find_account
from organizations.models import Account, User


class UserCommand(BaseCommand):
    """Does something to one user of an account."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="the account's name in addresses, such as acme")
        parser.add_argument("--email", required=True, help="the user's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        account = _named_account(options["account"])
        with account_transaction(account.pk):
            told = self.act(_named_user(account, options["email"]))
        self.stdout.write(told)

    def act(self, user: User) -> str:
        """Returns what is printed once it is done."""
        raise NotImplementedError


def _named_account(slug: str) -> Account:
    with transaction.atomic():
        account = find_account(slug)
    if account is None:
        raise CommandError(f"There is no account {slug!r}.")
    return account


def _named_user(account: Account, email: str) -> User:
    user = User.objects.of_account(account.pk).filter(email=email.strip().lower()).first()
    if user is None:
        raise CommandError(f"{account.slug} has no user {email!r}.")
    return user
