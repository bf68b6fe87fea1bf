"""Temporary checkouts with real servers of their own, and processes that use them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from itglue_portal import local_services
from itglue_portal.local_services.account import server_account
from itglue_portal.local_services.places import places_of

REPOSITORY = Path(__file__).resolve().parents[2]
# Enters, says which server it met, and leaves when its standard input closes.
USER = """
import sys
from pathlib import Path
from itglue_portal import local_services
from tests.itglue_portal.checkouts import ask
with local_services.running(root=Path(sys.argv[1])) as addresses:
    print(ask(addresses.database, "SELECT pg_postmaster_start_time()"), flush=True)
    sys.stdin.read()
"""


@contextmanager
def temporary_checkout(name: str = "checkout") -> Iterator[Path]:
    """Outside pytest's own directory, which is closed to every account but ours."""
    top = Path(tempfile.mkdtemp(prefix="portal-test-"))
    top.chmod(0o755)
    root = top / name
    root.mkdir()
    try:
        yield root
    finally:
        forget(root)
        shutil.rmtree(top)


def forget(root: Path) -> None:
    """Stops what a failed test left behind, and removes what stands outside the checkout."""
    local_services.stop_unused(root=root)
    places = places_of(root, server_account())
    for directory in (places.sockets, places.servers):
        shutil.rmtree(directory, ignore_errors=True)


def ask(url: str, question: str) -> str:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(question)
        row = cursor.fetchone() if cursor.description else None
    return str(row[0]) if row else ""


@contextmanager
def user_process(root: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Another process inside `running()`; it leaves at the end of the block, if it still lives."""
    command = [sys.executable, "-c", USER, str(root)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and script
        command,
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def met(process: subprocess.Popen[str]) -> str:
    """Blocks until the process is inside; the server's start time tells one server from another."""
    assert process.stdout is not None
    return process.stdout.readline().strip()
