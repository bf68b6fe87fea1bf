"""The way back in for a user who lost every second factor, and perhaps for the last Administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from organizations.access import account_transaction
from organizations.actions.signing_in import reset_second_factors
from organizations.management.operator import named_account, named_user


class Command(BaseCommand):
    help = "Takes away all second factors of a user and signs them out; they sign in by password and add new ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="the account's name in addresses, such as acme")
        parser.add_argument("--email", required=True, help="the user's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        account = named_account(options["account"])
        with account_transaction(account.pk):
            user = named_user(account, options["email"])
            removed = reset_second_factors(user, now=timezone.now())
        had = ", ".join(removed) or "none to remove"
        self.stdout.write(f"Second factors of {user.email}: {had}. They are signed out everywhere.")
