"""The way back in for a user who lost every second factor, and perhaps for the last Administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from organizations.access import account_transaction, find_account
from organizations.actions.signing_in import reset_second_factors
from organizations.models import Account, User


class Command(BaseCommand):
    help = "Takes away all second factors of a user and signs them out; they sign in by password and add new ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="the account's name in addresses, such as acme")
        parser.add_argument("--email", required=True, help="the user's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        account = _account(options["account"])
        with account_transaction(account.pk):
            user = User.objects.filter(account=account, email=options["email"].strip().lower()).first()
            if user is None:
                raise CommandError(f"{account.slug} has no user {options['email']!r}.")
            removed = reset_second_factors(user, now=timezone.now())
        had = ", ".join(removed) or "none to remove"
        self.stdout.write(f"Second factors of {user.email}: {had}. They are signed out everywhere.")


def _account(slug: str) -> Account:
    with transaction.atomic():
        account = find_account(slug)
    if account is None:
        raise CommandError(f"There is no account {slug!r}.")
    return account
