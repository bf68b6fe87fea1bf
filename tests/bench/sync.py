"""`make bench`: a sync of many tenants by real workers, side by side with a bare download of the same payloads."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections
from django.utils import timezone

from integrations.actions.runs import start_sync
from integrations.microsoft.simulator import Simulator, World
from integrations.models import SyncRun
from integrations.progress import progress_of
from integrations.states import RunState, Trigger
from itglue_portal.celery import app
from itglue_portal.processes import Processes
from organizations.access import account_transaction
from tests.bench.download import Origin, download_all
from tests.bench.scratch import say, scratch_database
from tests.factories import Connected, connect_to, make_account
from tests.portal_processes import environment

CONCURRENCY = 8
# The settings' own defaults, where tests are in more of a hurry.
AS_DEPLOYED = {"SYNC_TICK_SECONDS": "5", "SYNC_LEASE_SECONDS": "60", "SYNC_RETRY_SECONDS": "2"}
# What a sync keeps of its own course; everything else is documentation, which an unchanged tenant must not touch.
BOOKKEEPING = (
    "integrations_syncrun",
    "integrations_tenantsync",
    "integrations_tenantmatch",
    "integrations_integration",
)


@dataclass(frozen=True)
class Measured:
    seconds: float
    calls: int
    rows: int
    bookkeeping: int


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=500)
    parser.add_argument("--skus", type=int, default=20)
    parser.add_argument(
        "--latency", type=float, default=0.02, help="seconds the simulator adds to each answer"
    )
    options = parser.parse_args(arguments)
    with scratch_database("bench_portal"):
        _measure(options)


def _measure(options: argparse.Namespace) -> None:
    world = World(seed=7, tenants=options.tenants, skus_per_tenant=options.skus)
    with Simulator(world) as simulator:
        simulator.latency = options.latency
        origin = Origin(
            simulator.url, str(simulator.ca_path), simulator.application_id, simulator.client_secret
        )
        tenant_ids = [tenant.tenant_id for tenant in world.tenants]
        say(f"{options.tenants} tenants x {options.skus} SKUs, {options.latency * 1000:.0f} ms latency, "
             f"{CONCURRENCY} processes")  # fmt: skip
        download_all(
            origin, tenant_ids, processes=CONCURRENCY
        )  # makes the simulator invent and render its world
        bare = download_all(origin, tenant_ids, processes=CONCURRENCY)
        connected = connect_to(simulator, make_account("Bench"))
        with _workers(simulator):
            first, second = _sync(connected), _sync(connected)
        _report(options.tenants, bare=bare, first=first, second=second)


def _report(tenants: int, *, bare: float, first: Measured, second: Measured) -> None:
    say(
        f"{'':<24}{'seconds':>9}{'tenants/s':>11}{'calls/tenant':>14}{'rows written':>14}{'ratio to bare':>15}"
    )
    say(f"{'bare download':<24}{bare:>9.1f}{tenants / bare:>11.1f}{'':>14}{'':>14}{1:>15.2f}")
    for name, run in (("first sync", first), ("second, unchanged", second)):
        say(
            f"{name:<24}{run.seconds:>9.1f}{tenants / run.seconds:>11.1f}{run.calls / tenants:>14.2f}{run.rows:>14,}"
            f"{run.seconds / bare:>15.2f}"
        )
    say(f"Bookkeeping rows of the second sync: {second.bookkeeping / tenants:.1f} for each tenant.")
    if second.rows:
        sys.exit("The second sync wrote rows although nothing had changed.")


def _sync(connected: Connected) -> Measured:

    rows, bookkeeping = _rows_written()
    with account_transaction(connected.account.pk):
        run = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now())
    while run.finished_at is None:
        time.sleep(0.2)
        with account_transaction(connected.account.pk):
            run = SyncRun.objects.get(pk=run.pk)
    if run.state != RunState.OK:
        sys.exit(f"The sync ended as {run.state}: {run.problem} {run.detail}")
    with account_transaction(connected.account.pk):
        progress = progress_of([run], now=timezone.now())[run.pk]
    time.sleep(1.5)  # the statistics collector reports at most once a second
    rows_after, bookkeeping_after = _rows_written()
    return Measured(
        (run.finished_at - run.created_at).total_seconds(),
        progress.calls,
        rows_after - rows,
        bookkeeping_after - bookkeeping,
    )


def _rows_written() -> tuple[int, int]:
    """(documentation, bookkeeping): inserted, updated and deleted rows, as PostgreSQL counts them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables")
        counts = dict(cursor.fetchall())
    bookkeeping = sum(counts.pop(table) for table in BOOKKEEPING)
    return sum(counts.values()), bookkeeping


@contextmanager
def _workers(simulator: Simulator) -> Iterator[None]:
    with Processes(Path(".local/logs/bench"), env=environment(simulator, **AS_DEPLOYED)) as processes:
        worker = ("-A", "itglue_portal", "worker", "--without-gossip", "--without-mingle")
        processes.start("worker", "celery", *worker, "-Q", "sync", "-c", str(CONCURRENCY), "-n", "bench@%h")
        processes.start("control", "celery", *worker, "-Q", "control", "-c", "3", "-n", "control@%h")
        processes.start("beat", "celery", "-A", "itglue_portal", "beat")
        _wait_for_workers()
        yield
        processes.require_alive()


def _wait_for_workers() -> None:
    for _ in range(60):
        if len(app.control.ping(timeout=0.5) or []) >= 2:
            return
    sys.exit("The workers did not start; see .local/logs/bench/.")
