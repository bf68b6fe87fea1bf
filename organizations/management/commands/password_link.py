"""The way back in for a user who forgot their password, where no Administrator is left to send them a link."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from organizations.access import account_transaction
from organizations.actions.invitations import NotInvitableError, make_link_for_operator
from organizations.management.operator import named_account, named_user


class Command(BaseCommand):
    help = "Prints a link with which a user chooses a new password: once, within a week. Second factors stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="the account's name in addresses, such as acme")
        parser.add_argument("--email", required=True, help="the user's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        account = named_account(options["account"])
        with account_transaction(account.pk):
            user = named_user(account, options["email"])
            try:
                link = make_link_for_operator(user, now=timezone.now())
            except NotInvitableError as refused:
                raise CommandError(str(refused)) from None
        self.stdout.write(link.address)
