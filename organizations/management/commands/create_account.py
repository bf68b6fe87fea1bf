"""Creates an account (one MSP) and its first administrator."""

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import slug_re, validate_email
from django.db import transaction

from organizations.access import RESERVED_SLUGS, account_transaction, find_account
from organizations.actions import create_account, create_user
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
        password = (
            getpass.getpass(f"Password for {email}: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
        )
        if not slug_re.match(slug) or slug in RESERVED_SLUGS:
            raise CommandError(
                f"{slug!r} can't name an account: use letters, digits and hyphens, such as acme."
            )
        try:
            validate_email(email)
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        with transaction.atomic():
            if find_account(slug) is not None:
                raise CommandError(f"There is an account {slug!r} already.")
            account = create_account(options["name"], slug=slug)
        with account_transaction(account.pk):
            create_user(account, email=email, name=email, role=Role.ADMINISTRATOR, password=password)
        self.stdout.write(f"Account {slug!r} is ready; {email} can sign in at /{slug}/.")
