"""Creates an account (one MSP) and its first administrator."""

import getpass
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from organizations.actions import AccountNameError, NewUser, create_account
from organizations.models import Account, User
from organizations.roles import Role


class Command(BaseCommand):
    help = "Creates an account and its first administrator; the password is asked for, or read from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the account's name in addresses, such as acme")
        parser.add_argument("--name", required=True, help="the account's name on pages, such as 'Acme IT'")
        parser.add_argument(
            "--admin", required=True, metavar="EMAIL", help="the administrator's e-mail address"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug, email = options["slug"], options["admin"]
        password = _password_for(email)
        try:
            # Before the first of two transactions, which a value too long for its column would leave behind.
            Account._meta.get_field("name").run_validators(options["name"])
            User._meta.get_field("email").run_validators(email)
            validate_password(password, User(email=email))
            administrator = NewUser(email, email[:200], Role.ADMINISTRATOR, password)
            create_account(options["name"], slug=slug, now=timezone.now(), administrator=administrator)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except AccountNameError as error:
            raise CommandError(str(error)) from None
        place = " in this checkout's local database" if settings.IS_LOCAL else ""
        self.stdout.write(f"Account {slug!r} is ready{place}; {email} can sign in at /{slug}/.")


def _password_for(email: str) -> str:
    """Nothing but the line's end is taken off what is piped in: blanks may belong to the password."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Password for {email}: ")
    return sys.stdin.readline().removesuffix("\n")
