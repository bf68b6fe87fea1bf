"""The checkout's own PostgreSQL and Valkey: what runs, and keeping them running."""

import os
import signal
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from itglue_portal import local_services


class Command(BaseCommand):
    help = (
        "Shows the local servers, runs them until Ctrl-C, or stops those that a killed process left behind."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", default="status", choices=["start", "status", "stop"])

    def handle(self, *, action: str, **options: Any) -> None:
        if os.environ.get("DATABASE_URL"):
            raise CommandError("DATABASE_URL is set, so this checkout's own servers are not used.")
        {"start": self.start, "status": self.show, "stop": self.stop}[action]()

    def start(self) -> None:
        # `kill` ends it as Ctrl-C does: cleanly.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt), local_services.running() as addresses:
            for url in (addresses.database, addresses.owner, addresses.scheduler, addresses.redis):
                self.stdout.write(without_password(url))
            self.stdout.write("Running until Ctrl-C.")
            signal.pause()

    def show(self) -> None:
        found = local_services.status()
        for name, is_running in (("PostgreSQL", found.postgres), ("Valkey", found.valkey)):
            self.stdout.write(f"{name}: {'running' if is_running else 'stopped'}")
        self.stdout.write("In use." if found.is_used else "Not in use.")

    def stop(self) -> None:
        local_services.stop_unused()
        self.show()


def without_password(url: str) -> str:
    password = urlsplit(url).password
    return url.replace(f":{password}@", "@", 1) if password else url
