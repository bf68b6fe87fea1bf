"""The database roles: the two that serve can't pass the wall, whatever they try."""

from io import StringIO

import psycopg2
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import connection
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import make_dsn

from itglue_portal import local_services
from itglue_portal.database import roles
from itglue_portal.database.guard import refuse_unsafe_role
from itglue_portal.env import database
from itglue_portal.local_services.account import server_account
from itglue_portal.local_services.addresses import superuser_url
from itglue_portal.local_services.passwords import passwords_in
from itglue_portal.local_services.places import places_of
from itglue_portal.management.commands.create_roles import Command
from tests.itglue_portal.checkouts import ask, temporary_checkout

ATTRIBUTES = """
SELECT string_agg(rolname || ':' || concat_ws(' ',
    CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolbypassrls THEN 'bypassrls' END,
    CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolcreaterole THEN 'createrole' END,
    CASE WHEN rolreplication THEN 'replication' END, CASE WHEN rolcanlogin THEN 'login' END), ', ' ORDER BY rolname)
FROM pg_roles WHERE rolname LIKE 'app\\_%'
"""
EXPECTED = "app_owner:createdb login, app_runtime:login, app_scheduler:login"


@pytest.fixture(scope="module")
def checkout():
    with temporary_checkout() as root, local_services.running(root=root):
        yield root


@pytest.fixture(scope="module")
def addresses(checkout):
    return local_services.addresses(root=checkout)


@pytest.fixture(scope="module")
def superuser(checkout):
    places = places_of(checkout, server_account())
    return superuser_url(places, passwords_in(places.passwords))


@pytest.fixture(scope="module")
def walled(addresses):
    """A table with one row that no serving role may see."""
    for statement in (
        "CREATE TABLE walled (secret text)",
        "INSERT INTO walled VALUES ('canary')",
        "ALTER TABLE walled ENABLE ROW LEVEL SECURITY",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON walled TO app_runtime, app_scheduler",
    ):
        ask(addresses.owner, statement)


@pytest.fixture(params=["database", "scheduler"])
def serving(request, addresses):
    return getattr(addresses, request.param)


def test_roles_have_exactly_these_attributes(superuser):
    assert ask(superuser, ATTRIBUTES) == EXPECTED


@pytest.mark.usefixtures("walled")
def test_serving_roles_see_nothing_behind_the_wall(serving, addresses):
    assert ask(addresses.owner, "SELECT count(*) FROM walled") == "1"
    assert ask(serving, "SELECT count(*) FROM walled") == "0"


@pytest.mark.parametrize(
    "attempt",
    [
        "SET row_security = off; SELECT * FROM walled",
        "SET ROLE app_owner",
        "SET SESSION AUTHORIZATION app_owner",
        "ALTER TABLE walled DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON walled USING (true)",
        "ALTER TABLE walled OWNER TO CURRENT_USER",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "GRANT app_owner TO CURRENT_USER",
        "CREATE TABLE public.mine ()",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "DROP DATABASE portal",
        "TRUNCATE walled",
        "COPY walled TO PROGRAM 'cat'",
    ],
)
@pytest.mark.usefixtures("walled")
def test_serving_roles_can_not_climb(serving, attempt):
    with pytest.raises(InsufficientPrivilege):
        ask(serving, attempt)


def test_serving_roles_reach_a_test_database_of_the_owner(addresses):
    ask(make_dsn(addresses.owner, dbname="postgres"), "CREATE DATABASE test_portal")
    ask(make_dsn(addresses.owner, dbname="test_portal"), "CREATE TABLE granted ()")
    ask(
        make_dsn(addresses.owner, dbname="test_portal"),
        "GRANT SELECT ON granted TO app_runtime, app_scheduler",
    )
    for url in (addresses.database, addresses.scheduler):
        assert ask(make_dsn(url, dbname="test_portal"), "SELECT count(*) FROM granted") == "0"


def test_strangers_can_not_connect(addresses, superuser):
    ask(superuser, "CREATE ROLE stranger LOGIN PASSWORD 'known'")
    stranger = make_dsn(addresses.database, user="stranger", password="known")
    assert ask(make_dsn(stranger, dbname="postgres"), "SELECT current_user") == "stranger"
    with pytest.raises(psycopg2.OperationalError, match='permission denied for database "portal"'):
        ask(stranger, "SELECT 1")


def test_roles_that_were_loosened_are_brought_back(checkout, superuser, addresses, monkeypatch):
    ask(superuser, "ALTER ROLE app_runtime SUPERUSER BYPASSRLS CREATEROLE")
    ask(superuser, "GRANT app_owner TO app_scheduler")
    ask(superuser, "GRANT ALL ON DATABASE portal TO PUBLIC")
    ask(make_dsn(superuser, dbname="portal"), "GRANT CREATE ON SCHEMA public TO PUBLIC")

    create_roles(monkeypatch, superuser, addresses)

    assert ask(superuser, ATTRIBUTES) == EXPECTED
    assert ask(superuser, "SELECT pg_has_role('app_scheduler', 'app_owner', 'MEMBER')") == "False"
    assert ask(superuser, "SELECT has_database_privilege('app_runtime', 'portal', 'TEMPORARY')") == "False"
    portal = make_dsn(superuser, dbname="portal")
    assert ask(portal, "SELECT has_schema_privilege('app_runtime', 'public', 'CREATE')") == "False"


@pytest.fixture
def connected_to_the_checkout(_database, addresses, monkeypatch):
    """The portal of this process connects to the checkout's database instead of the suite's."""
    for name, value in database(addresses.database).items():
        if name != "ENGINE":
            monkeypatch.setitem(connection.settings_dict, name, value)
    connection.close()
    yield
    connection.close()


@pytest.mark.usefixtures("walled", "connected_to_the_checkout")
@pytest.mark.parametrize("route", ["app_owner", "between"])
def test_portal_does_not_serve_over_a_member_of_the_owner(superuser, route):
    """Row-level security grants to members, of whatever degree, what it grants to the role itself."""
    ask(superuser, "CREATE ROLE between IN ROLE app_owner")
    ask(superuser, f"GRANT {route} TO app_runtime")
    try:
        with pytest.raises(ImproperlyConfigured, match="row-level security does not bind"):
            refuse_unsafe_role()
    finally:
        ask(superuser, "DROP ROLE between")
        ask(superuser, "REVOKE app_owner FROM app_runtime")
    with pytest.raises(ImproperlyConfigured, match="no fenced tables yet"):
        refuse_unsafe_role()


def test_create_roles_sets_a_changed_password(superuser, addresses, monkeypatch):
    changed = make_dsn(addresses.scheduler, password="it's changed")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        ask(changed, "SELECT 1")

    create_roles(monkeypatch, superuser, addresses, scheduler=changed)
    assert ask(changed, "SELECT current_user") == "app_scheduler"

    create_roles(monkeypatch, superuser, addresses)
    assert ask(addresses.scheduler, "SELECT current_user") == "app_scheduler"


def test_create_roles_refuses_another_login(superuser, addresses, monkeypatch):
    with pytest.raises(CommandError, match="DATABASE_SCHEDULER_URL must read postgresql://app_scheduler:"):
        create_roles(monkeypatch, superuser, addresses, scheduler=addresses.owner)


def test_create_roles_asks_for_the_superuser(monkeypatch):
    monkeypatch.delenv("DATABASE_SUPERUSER_URL", raising=False)
    with pytest.raises(CommandError, match="DATABASE_SUPERUSER_URL"):
        Command().handle()


def create_roles(monkeypatch, superuser, addresses, scheduler=""):
    monkeypatch.setenv("DATABASE_SUPERUSER_URL", superuser)
    monkeypatch.setenv("DATABASE_OWNER_URL", addresses.owner)
    monkeypatch.setenv("DATABASE_URL", addresses.database)
    monkeypatch.setenv("DATABASE_SCHEDULER_URL", scheduler or addresses.scheduler)
    said = StringIO()
    Command(stdout=said).handle()
    assert said.getvalue() == "The database portal and its roles are ready.\n"
    assert roles.RUNTIME in addresses.database
