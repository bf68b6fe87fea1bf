"""No process serves over a role that row-level security does not bind, or before the wall stands."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections

from itglue_portal.celery import prepare_worker
from itglue_portal.database.guard import refuse_unsafe_role
from itglue_portal.env import BASE_DIR
from tests.portal_processes import database_url


@pytest.mark.usefixtures("committed")
def test_runtime_role_may_serve():
    refuse_unsafe_role()


@pytest.fixture
def connected_as(_database, monkeypatch):
    """The portal connects to another database, or as another role."""

    def change(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setitem(connection.settings_dict, name, value)
        connection.close()

    yield change
    connection.close()


@pytest.fixture
def owner_login(_database):
    owner = connections["owner"].settings_dict
    return {name: owner[name] for name in ("USER", "PASSWORD")}


def test_owner_of_the_tables_is_refused(connected_as, owner_login):
    connected_as(**owner_login)
    with pytest.raises(ImproperlyConfigured, match="row-level security does not bind"):
        refuse_unsafe_role()


def test_database_without_fences_is_refused(connected_as):
    connected_as(NAME="postgres")
    with pytest.raises(ImproperlyConfigured, match=r"Run `manage\.py migrate`"):
        refuse_unsafe_role()


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    "answer", [(True, False, False, 1), (False, True, False, 1)], ids=["superuser", "bypassrls"]
)
def test_role_that_bypasses_the_wall_is_refused(answer, monkeypatch):
    """The answer is put in its mouth: no test may have such a role."""
    monkeypatch.setattr("itglue_portal.database.guard._QUESTION", f"SELECT {', '.join(map(str, answer))}")
    with pytest.raises(ImproperlyConfigured, match="superuser, BYPASSRLS"):
        refuse_unsafe_role()


def test_worker_asks_before_it_works(connected_as, owner_login):
    connected_as(**owner_login)
    with pytest.raises(ImproperlyConfigured):
        prepare_worker()


@pytest.mark.usefixtures("committed")
def test_web_server_refuses_to_start_over_the_owner():
    environment = {
        **os.environ,
        "DATABASE_URL": database_url("owner"),
        "DATABASE_OWNER_URL": database_url("owner"),
        "DATABASE_SCHEDULER_URL": database_url("scheduler"),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "x" * 50,
        "SEALING_KEYS": "k:" + "A" * 43 + "=",
        "ALLOWED_HOSTS": "localhost",
    }
    started = subprocess.run(
        [sys.executable, "-c", "import itglue_portal.wsgi"],
        env=environment,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "connects as a role that row-level security does not bind" in started.stderr
