"""The suite runs on real servers as the runtime role; every test works in accounts of its own, which the wall keeps apart."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier

import hypothesis
import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases

from itglue_portal import local_services
from itglue_portal.env import attachment_storage
from organizations.access import account_transaction
from organizations.roles import Role
from tests.factories import PASSWORD, make_account, make_user

_services = ExitStack()

# The same examples in every run, and no stopwatch: a busy machine is no bug.
hypothesis.settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis.settings.load_profile("portal")


def pytest_configure(config: pytest.Config) -> None:
    if "DATABASE_URL" not in os.environ:
        _services.enter_context(local_services.running())
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    if worker.removeprefix("gw").isdigit():
        settings.CELERY_BROKER_URL = _broker_for(int(worker.removeprefix("gw")))
    # Every test signs in from one address; and the next run has other users of the same ids.
    many = "100000/5m/ip"
    settings.ACCOUNT_RATE_LIMITS |= {"login_failed": "10/5m/key", "passkey": many, "provider": many}
    settings.CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    _keep_attachments_in(Path(_services.enter_context(TemporaryDirectory())))


def pytest_unconfigure(config: pytest.Config) -> None:
    _services.close()


def _keep_attachments_in(directory: Path) -> None:
    """Files of tests are gone with the run."""
    settings.STORAGES["attachments"] = attachment_storage(directory)
    settings.FILE_UPLOAD_TEMP_DIR = directory / ".incoming"


def _broker_for(worker: int) -> str:
    """A Redis database of its own for each parallel test worker, away from a demo's (number 0)."""
    address = settings.CELERY_BROKER_URL
    return address.replace("virtual_host=0", f"virtual_host={worker + 1}")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """A database of this process's own. pytest-django would make one for marked tests only, and ours carry no mark."""
    name = settings.DATABASES["owner"]["NAME"]
    settings.DATABASES["owner"]["TEST"]["NAME"] = f"test_{name}_{os.getpid()}"
    with django_db_blocker.unblock():
        _drop_databases_of_killed_runs(f"test_{name}_")
        databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
        assert {each.settings_dict["NAME"] for each in connections.all()} == {f"test_{name}_{os.getpid()}"}
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        teardown_databases(databases, verbosity=0)


def _drop_databases_of_killed_runs(prefix: str) -> None:
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        for (name,) in cursor.fetchall():
            if not _is_running(int(name.removeprefix(prefix))):
                # Still in use, it belongs to another machine's run on a shared server.
                with suppress(OperationalError):
                    cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@pytest.fixture(scope="session")
def _database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True)
def _database_for_marked_tests(request: pytest.FixtureRequest) -> None:
    """Tests that ask for an account may use the database; they commit, as production does."""
    if {"account", "rival", "committed"} & set(request.fixturenames):
        request.getfixturevalue("_database")


@pytest.fixture
def committed() -> None:
    """Names the use of the database where a test asks for no account."""


@pytest.fixture
def account(_database):
    return make_account("Account")


@pytest.fixture
def rival(_database):
    """Another MSP on the same server, whose data must never be seen."""
    return make_account("Rival")


@pytest.fixture
def inside(account):
    """`with inside(): ...` reads and writes the account's rows."""

    def enter(which=account):
        return account_transaction(which.pk)

    return enter


@pytest.fixture
def administrator(account):
    return make_user(account, Role.ADMINISTRATOR)


@pytest.fixture
def sign_in(_database):
    """A browser-like client, signed in as the user given."""

    def enter(user) -> Client:
        client: Client = Client(HTTP_HOST="localhost")
        with account_transaction(user.account_id):
            slug = user.account.slug
        response = client.post(f"/{slug}/sign-in/", {"email": user.email, "password": PASSWORD})
        assert response.status_code == 302
        return client

    return enter


@pytest.fixture
def client_of(account, sign_in):
    """`client_of(Role.MANAGER)`: a client signed in with that role."""

    def enter(role: Role = Role.ADMINISTRATOR) -> Client:
        return sign_in(make_user(account, role))

    return enter


@pytest.fixture
def in_threads(_database):
    """Runs the functions at the same moment, each with a database connection of its own; returns their results."""

    def run(*functions):
        barrier = Barrier(len(functions))

        def together(function):
            barrier.wait()
            try:
                return function()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(together, functions))

    return run
