"""`make demo ONCE=1`: its table says what the simulated world says, organization by organization."""

import os
import re
import subprocess
import sys
import uuid
from collections import Counter
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections

from integrations.microsoft.simulator import World
from integrations.microsoft.sku_names import sku_name
from itglue_portal.demo.table import LicenseLine, as_table
from tests.portal_processes import database_url, empty_redis

#: The demo's own, as printed in the README.
SEED, TENANTS = 7, 12


@pytest.fixture
def scratch_database(_database):
    """An empty database of the test server, so that nobody's demo is disturbed."""
    name = f"demo_{uuid.uuid4().hex[:12]}"
    _as_owner(f"CREATE DATABASE {name}")
    yield name
    _as_owner(f"DROP DATABASE {name} WITH (FORCE)")


def _as_owner(statement: str) -> None:
    owner = connections["owner"].copy()
    try:
        with owner.cursor() as cursor:
            cursor.execute(statement)
    finally:
        owner.close()


@pytest.fixture
def demo_env(scratch_database):
    """A deployment of its own: database, Redis number of this test session, secrets."""
    empty_redis()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MICROSOFT_")}
    return kept | {
        "DATABASE_URL": database_url("default", name=scratch_database),
        "DATABASE_OWNER_URL": database_url("owner", name=scratch_database),
        "DATABASE_SCHEDULER_URL": database_url("scheduler", name=scratch_database),
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "SEALING_KEYS": ",".join(settings.SEALING_KEYS),
        "ALLOWED_HOSTS": "localhost",
        "SYNC_TICK_SECONDS": "1",
    }


def _demo(env, *options) -> str:
    finished = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "demo", "--once", "--port", "8600", *options],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    return finished.stdout


def _rows(output: str) -> list[tuple[str, ...]]:
    """The table's rows: cells stand at least two blanks apart."""
    lines = output.splitlines()
    [under] = [position for position, line in enumerate(lines) if line.startswith("---")]
    rows = []
    for line in lines[under + 1 :]:
        if not line.strip():
            break
        rows.append(tuple(re.split(r" {2,}", line)))
    return rows


def _status(license_) -> str:
    assignable = license_.enabled + license_.warning
    if assignable and license_.consumed > assignable:
        return "Over-assigned"
    if license_.enabled:
        return "Warning" if license_.warning else "Active"
    ended = {"Warning": license_.warning, "Suspended": license_.suspended, "Locked out": license_.locked_out}
    return next((status for status, units in ended.items() if units), "No units")


def _expected(world: World) -> list[tuple[str, ...]]:
    return [
        (
            tenant.display_name,
            sku_name(UUID(each.sku_id), part_number=each.part_number),
            f"{each.enabled:,}",
            f"{each.consumed:,}",
            f"{max(0, each.enabled - each.consumed):,}",
            _status(each),
        )
        for tenant in world.tenants
        for each in tenant.licenses()
    ]


@pytest.mark.workers
def test_demo_prints_the_licenses_of_every_organization(demo_env):
    world = World(seed=SEED, tenants=TENANTS)
    output = _demo(demo_env)
    rows = _rows(output)
    assert Counter(rows) == Counter(_expected(world))
    assert len({organization for organization, *_ in rows}) == TENANTS
    assert "\nSync ok in " in output


@pytest.mark.workers
def test_demo_again_finds_what_it_left(demo_env):
    """The second start opens the same account and syncs the same tenants; nothing is doubled."""
    first, second = (_rows(_demo(demo_env, "--tenants", "2")) for _ in range(2))
    assert first == second
    assert Counter(first) == Counter(_expected(World(seed=SEED, tenants=2)))


def test_table_lines_names_up_and_numbers_right():
    lines = [
        LicenseLine("Birch", "Microsoft 365 E3", 25, 21, 4, "Active"),
        LicenseLine("東雲", "FLOW", 1_000_000, 3, 999_997, "Active"),
    ]
    assert as_table(lines).splitlines() == [
        "Organization  License              Active  Consumed   Unused  Status",
        "------------  ----------------  ---------  --------  -------  ------",
        "Birch         Microsoft 365 E3         25        21        4  Active",
        "東雲          FLOW              1,000,000         3  999,997  Active",
    ]


def test_table_without_licenses_is_its_head():
    assert len(as_table([]).splitlines()) == 2
