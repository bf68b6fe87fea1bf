"""The portal's own processes on the test database: real Celery workers and beat, started as in the demo."""

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from celery import current_app
from django.conf import settings
from django.db import connections, transaction
from kombu import Connection

from itglue_portal.processes import Processes

#: Everything that makes a fault harmless within seconds instead of minutes.
QUICK = {"SYNC_TICK_SECONDS": "0.5", "SYNC_LEASE_SECONDS": "3", "SYNC_RETRY_SECONDS": "0.1"}
PATIENCE_SECONDS = 60.0
#: Processes of each worker's pool.
POOL = {"sync": 2, "control": 1}


def environment(simulator, **changes: str) -> dict[str, str]:
    """What a deployment sets, pointing at this session's database, Redis number and simulator."""
    return {
        **os.environ,
        "DATABASE_URL": database_url("default"),
        "DATABASE_OWNER_URL": database_url("owner"),
        "DATABASE_SCHEDULER_URL": database_url("scheduler"),
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "SEALING_KEYS": ",".join(settings.SEALING_KEYS),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "MICROSOFT_LOGIN_URL": simulator.url,
        "MICROSOFT_GRAPH_URL": simulator.url,
        "MICROSOFT_CA_BUNDLE": str(simulator.ca_path),
        **QUICK,
        **changes,
    }


def database_url(alias: str, *, name: str = "") -> str:
    """Of the test database that this session made, or another of the same server, as the role of the alias."""
    parts = connections[alias].settings_dict
    options = {"host": parts["HOST"], "port": str(parts["PORT"]), **parts["OPTIONS"]}
    known = urlencode({key: value for key, value in options.items() if value})
    return f"postgresql://{quote(parts['USER'])}:{quote(parts['PASSWORD'])}@/{name or parts['NAME']}?{known}"


def quiet_queue() -> None:
    """Ends what earlier tests left open in all accounts, so that the workers have only this test's work to do."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_syncrun SET state = 'cancelled' WHERE state IN ('queued', 'running')"
        )
        cursor.execute("UPDATE integrations_integration SET next_due_at = now() + interval '1 day'")
    empty_redis()


def empty_redis() -> None:
    """FLUSHALL, as far as this session's number goes: other numbers are other people's."""
    with redis_client() as redis:
        redis.flushdb()


@contextmanager
def redis_client() -> Iterator[Any]:
    """The server behind this session's broker, at this session's number."""
    with Connection(settings.CELERY_BROKER_URL) as broker:
        channel: Any = broker.default_channel
        yield channel.client


def wait_until(condition: Callable[[], bool], *, processes: Processes | None = None) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if processes is not None:
            processes.require_alive()
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.05)


@dataclass(frozen=True)
class Running:
    worker: str
    child: subprocess.Popen[bytes]


class Portal:
    """One portal's processes by name (`sync`, `control`, `beat`), and what may befall them."""

    _numbers = itertools.count(1)

    def __init__(self, processes: Processes, logs: Path) -> None:
        self._processes = processes
        self._logs = logs
        self._running: dict[str, Running] = {}
        self._killed: set[int] = set()

    def start_missing(self) -> None:
        for name in (*POOL, "beat"):
            if name not in self._running:
                self.start(name)
        self.wait_for_workers()

    def wait_for_workers(self) -> None:
        workers = [self._running[name].worker for name in POOL]
        wait_until(
            lambda: len(current_app.control.ping(destination=workers, timeout=1) or ()) == len(workers)
        )

    def start(self, name: str) -> None:
        worker = f"{name}-{next(self._numbers)}@portal"
        if name in POOL:
            size = str(POOL[name])
            arguments = [
                "worker",
                "--without-gossip",
                "--without-mingle",
                "-Q",
                name,
                "-n",
                worker,
                "-c",
                size,
            ]
        else:
            arguments = ["beat", "--pidfile", ""]
        child = self._processes.start(name, "celery", "-A", "itglue_portal", *arguments, "--loglevel", "INFO")
        self._running[name] = Running(worker, child)

    def log(self, name: str) -> str:
        """Of all processes that had this name."""
        return (self._logs / f"{name}.log").read_text(errors="replace")

    def kill(self, name: str) -> None:
        """SIGKILL to the process and to the pool it forked: nobody gets to say goodbye."""
        child = self._running.pop(name).child
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """The processes stand still for the block, while a new one of the name may be started; then they go on."""
        frozen = self._running.pop(name)
        os.killpg(frozen.child.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(frozen.child.pid, signal.SIGCONT)
            self._running[f"late {name}"] = frozen

    def kill_late(self) -> None:
        """Those that were frozen and replaced: nobody else knows them any more."""
        for name in [name for name in self._running if name.startswith("late ")]:
            self.kill(name)

    def kill_pool(self, name: str) -> None:
        """SIGKILL to the pool alone, as the kernel does when memory runs out."""
        worker = self._running[name].worker
        answer = current_app.control.inspect(destination=[worker], timeout=5).stats() or {}
        pool = answer[worker]["pool"]["processes"]
        assert len(pool) == POOL[name]
        for process_id in pool:
            os.kill(process_id, signal.SIGKILL)

    def kill_busy(self, name: str, task: str, *ids: int) -> None:
        """SIGKILL to whoever of the pool is carrying out this task; the others go on."""
        wait_until(lambda: bool(self._busy(name, task, ids)))
        for process_id in self._busy(name, task, ids):
            os.kill(process_id, signal.SIGKILL)
            self._killed.add(process_id)

    def _busy(self, name: str, task: str, ids: tuple[int, ...]) -> set[int]:
        """Celery goes on listing the dead for a while."""
        worker = self._running[name].worker
        active = current_app.control.inspect(destination=[worker], timeout=5).active() or {}
        tasks = [each for each in active[worker] if (each["name"], each["args"]) == (task, list(ids))]
        return {each["worker_pid"] for each in tasks} - self._killed


@contextmanager
def portal_processes(logs: Path, *, env: dict[str, str]) -> Iterator[Portal]:
    with Processes(logs, env=env) as processes:
        portal = Portal(processes, logs)
        try:
            yield portal
        finally:
            portal.kill_late()
