"""Prints the address at which the first account of a new server is made."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.first_run import first_run_address, is_fresh


class Command(BaseCommand):
    help = "Prints the address at which the first account is made; it works until there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_fresh():
            raise CommandError(
                "This server has an account already. Make another with `manage.py create_account`."
            )
        self.stdout.write(first_run_address())
