"""The portal's own processes on the test database: real Celery workers and beat, started as in the demo."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

from celery import current_app
from django.conf import settings
from django.db import connections
from kombu import Connection

from itglue_portal.processes import Processes

#: Everything that makes a fault harmless within seconds instead of minutes.
QUICK = {
    "SYNC_TICK_SECONDS": "0.5",
    "SYNC_LEASE_SECONDS": "3",
    "SYNC_RETRY_SECONDS": "0.1",
    "LOG_LEVEL": "INFO",
}
PATIENCE_SECONDS = 45.0


def database_url(alias: str) -> str:
    """Of the test database that this session made, as the role of the alias."""
    parts = connections[alias].settings_dict
    options = {"host": parts["HOST"], "port": str(parts["PORT"]), **parts["OPTIONS"]}
    known = urlencode({name: value for name, value in options.items() if value})
    return f"postgresql://{quote(parts['USER'])}:{quote(parts['PASSWORD'])}@/{parts['NAME']}?{known}"


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


class Portal:
    """The processes of one portal by name: `sync`, `control` and `beat`."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start_all(self) -> Self:
        """Starts what does not run; returns when both workers answer."""
        for name, start in {"sync": self._start_sync, "control": self._start_control, "beat": self._start_beat}.items():
            if name not in self._running:
                self._running[name] = start()
        self.wait_for_workers("sync", "control")
        return self

    def start(self, name: str) -> None:
        starts = {"sync": self._start_sync, "control": self._start_control, "beat": self._start_beat}
        self._running[name] = starts[name]()

    def kill(self, name: str) -> None:
        """SIGKILL to the process and the pool it forked: nobody gets to say goodbye."""
        child = self._running.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def kill_pool(self, name: str) -> None:
        """SIGKILL to the pool's processes alone, as the kernel does when memory runs out."""
        for process_id in self.pool_of(name):
            os.kill(process_id, signal.SIGKILL)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        group = self._running[name].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def pool_of(self, name: str) -> list[int]:
        worker = self._worker_name(name)
        inspect = current_app.control.inspect(destination=[worker], timeout=5)
        answer: Mapping[str, Mapping[str, Mapping[str, list[int]]]] = inspect.stats() or {}
        return list(answer[worker]["pool"]["processes"])

    def wait_for_workers(self, *names: str) -> None:
        wanted = [self._worker_name(name) for name in names]
        wait_until(lambda: len(current_app.control.ping(destination=wanted, timeout=2)) == len(wanted))

    def _worker_name(self, name: str) -> str:
        # Numbered by process, so that a killed worker's unread mail is not its successor's.
        return f"{name}-{self._running[name].pid}@portal" if name in self._running else f"{name}@portal"

    def _start_sync(self) -> subprocess.Popen[bytes]:
        return self._worker("sync", processes=2)

    def _start_control(self) -> subprocess.Popen[bytes]:
        return self._worker("control", processes=1)

    def _worker(self, name: str, *, processes: int) -> subprocess.Popen[bytes]:
        options = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "-c", str(processes))
        return self._processes.start(
            name, "celery", "-A", "itglue_portal", "worker", *options, "-Q", name, "-n", f"{name}@portal"
        )

    def _start_beat(self) -> subprocess.Popen[bytes]:
        return self._processes.start(
            "beat", "celery", "-A", "itglue_portal", "beat", "--loglevel", "INFO", "--pidfile", ""
        )
