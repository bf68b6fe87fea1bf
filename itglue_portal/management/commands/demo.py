"""`make demo`: everything running on this machine, with a first sync from a simulated Microsoft."""

import os
import socket
import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrations.actions.connecting import NewIntegration
from integrations.actions.runs import start_sync
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.simulator import Simulator, World
from integrations.models import SyncRun
from integrations.states import RunState, Trigger
from itglue_portal.demo.content import INTEGRATION, PEOPLE, Demo, prepare
from itglue_portal.demo.table import as_table, license_lines
from itglue_portal.env import local_secret
from itglue_portal.processes import ChildDiedError, Processes
from organizations.access import account_transaction

SYNC_TIMEOUT_SECONDS = 180
#: Clients that nobody has matched, to try it with.
NEWCOMERS = 3


class Command(BaseCommand):
    help = (
        "Runs the portal with a demo account against the Graph simulator; --once ends after the first sync."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenants", type=int, default=12)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument(
            "--port", type=int, default=8000, help="the first free port from here on is taken"
        )
        parser.add_argument("--once", action="store_true", help="print the license table and exit")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        password = local_secret("demo_password").translate({ord(sign): None for sign in "+/="})[:16]
        with Simulator(_world(options)) as simulator:
            port = _free_port(options["port"])
            portal = f"http://localhost:{port}"
            simulator.application.redirect_uris.add(f"{portal}/microsoft/consent/")
            credential = ClientSecret(simulator.application_id, simulator.client_secret)
            demo = prepare(
                list(simulator.world.tenants[: options["tenants"]]),
                NewIntegration(
                    INTEGRATION, credential, home_tenant_id=UUID(simulator.world.partner.tenant_id)
                ),
                slug=_slug(options),
                password=password,
                now=timezone.now(),
            )
            env = os.environ | {
                "PUBLIC_URL": portal,
                "MICROSOFT_LOGIN_URL": simulator.url,
                "MICROSOFT_GRAPH_URL": simulator.url,
                "MICROSOFT_CA_BUNDLE": str(simulator.ca_path),
            }
            with Processes(settings.BASE_DIR / ".local" / "logs", env=env) as processes:
                _start(processes, port)
                self._run(demo, processes, once=options["once"])
                if not options["once"]:
                    _wait_for_port(port, processes)
                    self._tell(f"{portal}/{demo.account.slug}/", credential, password=password)
                    _serve(processes)

    def _run(self, demo: Demo, processes: Processes, *, once: bool) -> None:
        run = self._first_sync(demo, processes)
        self.stdout.write(as_table(license_lines(demo.account.pk)))
        self.stdout.write(f"\nSync {run.state} in {(run.finished_at or run.created_at) - run.created_at}.\n")
        if once and run.state != RunState.OK:
            raise CommandError(f"The first sync ended as {run.state}: {run.problem} {run.detail}")

    def _tell(self, address: str, credential: ClientSecret, *, password: str) -> None:
        self.stdout.write(f"Open {address} and sign in with password {password} as")
        for email, _, role in PEOPLE:
            self.stdout.write(f"  {email:<20} {role.label}")
        self.stdout.write(
            f"{NEWCOMERS} more simulated clients are not matched yet: find them in Actions > Tenants > Find customers, or "
            "connect\nthem anew in Admin > Integrations > New, as application "
            f"{credential.application_id} with secret {credential.secret}\n"
            "(your browser will warn of the simulator's certificate)."
        )
        self.stdout.write("Ctrl-C ends the demo; what it stored stays in .local/.")

    def _first_sync(self, demo: Demo, processes: Processes) -> SyncRun:
        with account_transaction(demo.account.pk):
            run = start_sync(demo.integration_id, trigger=Trigger.MANUAL, now=timezone.now())
        self.stdout.write("Syncing...")
        give_up_at = time.monotonic() + SYNC_TIMEOUT_SECONDS
        while RunState(run.state).is_live:
            if time.monotonic() > give_up_at:
                raise CommandError("The first sync did not end in time; see .local/logs/.")
            _require_alive(processes)
            time.sleep(0.2)
            with account_transaction(demo.account.pk):
                run.refresh_from_db()
        return run


def _world(options: dict[str, Any]) -> World:
    """As of today, so that renewals lie ahead."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    slug = _slug(options)
    return World(
        seed=options["seed"],
        tenants=options["tenants"] + NEWCOMERS,
        epoch=today,
        realm="" if slug == "demo" else slug,
    )


def _slug(options: dict[str, Any]) -> str:
    """One account for each world."""
    world = (options["tenants"], options["seed"])
    return "demo" if world == (12, 7) else "demo-{}-{}".format(*world)


def _start(processes: Processes, port: int) -> None:
    worker = ("-A", "itglue_portal", "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
    processes.start("worker", "celery", *worker, "-Q", "sync", "-c", "2", "-n", "sync@%h")
    processes.start("control", "celery", *worker, "-Q", "control", "-c", "3", "-n", "control@%h")
    processes.start("beat", "celery", "-A", "itglue_portal", "beat", "--loglevel", "INFO")
    processes.start(
        "web",
        "gunicorn",
        "itglue_portal.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--access-logfile",
        "-",
    )


def _free_port(first: int) -> int:
    for port in range(first, first + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CommandError(f"No free port from {first} on; choose another with --port.")


def _wait_for_port(port: int, processes: Processes) -> None:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        _require_alive(processes)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise CommandError("The web server did not start; see .local/logs/web.log.")


def _serve(processes: Processes) -> None:
    try:
        while True:
            _require_alive(processes)
            time.sleep(1)
    except KeyboardInterrupt:
        return


def _require_alive(processes: Processes) -> None:
    try:
        processes.require_alive()
    except ChildDiedError as died:
        raise CommandError(str(died)) from None
