"""Runs the Microsoft simulator by itself, for the demo, measurements and drills."""

import threading
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from integrations.microsoft.simulator import Simulator, World
from integrations.microsoft.simulator.world import DEFAULT_EPOCH


class Command(BaseCommand):
    help = "Serves a stand-in for Microsoft's identity platform and Graph until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenants", type=int, default=12, help="how many customers there are")
        parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same customers")
        parser.add_argument(
            "--realm", default="", help="another word makes the same customers under other ids"
        )
        parser.add_argument("--skus", type=int, help="give every customer exactly this many SKUs")
        parser.add_argument(
            "--epoch", type=_day, default=DEFAULT_EPOCH, help="the day all dates are reckoned from"
        )
        parser.add_argument("--port", type=int, default=8443, help="0 takes any free port")
        parser.add_argument("--latency", type=float, default=0.0, help="seconds added to each answer")
        parser.add_argument(
            "--directory", type=Path, default=Path(".local/simulator"), help="where the CA is kept"
        )
        parser.add_argument(
            "--application-id", help="the application's id, instead of one made from the seed"
        )
        parser.add_argument(
            "--client-secret", help="the application's secret, instead of one made from the seed"
        )

    def handle(self, **options: Any) -> None:
        world = World(
            options["seed"],
            options["tenants"],
            realm=options["realm"],
            epoch=options["epoch"],
            skus_per_tenant=options["skus"],
        )
        simulator = Simulator(
            world,
            port=options["port"],
            directory=options["directory"],
            application_id=options["application_id"],
            client_secret=options["client_secret"],
        )
        simulator.latency = options["latency"]
        with simulator:
            self._describe(simulator)
            _wait()

    def _describe(self, simulator: Simulator) -> None:
        for tenant in simulator.world.tenants:
            self.stdout.write(f"{tenant.tenant_id}  {tenant.default_domain:40}  {tenant.display_name}")
        self.stdout.write(f"{len(simulator.world.tenants)} tenants")
        self.stdout.write(f"URL             {simulator.url}")
        self.stdout.write(f"CA certificate  {simulator.ca_path}")
        self.stdout.write(f"Application id  {simulator.application_id}")
        self.stdout.write(f"Client secret   {simulator.client_secret}")
        self.stdout.flush()


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _wait() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
