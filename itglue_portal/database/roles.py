"""The database's login roles and what each may do. Plain psycopg2: it runs before Django, and before migrations."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its class like a variable
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - likewise
from psycopg2.extensions import encrypt_password, make_dsn

# Owns the database, migrates it and makes test databases; no process that serves runs as it.
OWNER = "app_owner"
# The web and the workers; row-level security holds for it.
RUNTIME = "app_runtime"
# The tick; sees the queue tables of all accounts and nothing else.
SCHEDULER = "app_scheduler"

RESTRICTED = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION"
ATTRIBUTES = {
    OWNER: f"{RESTRICTED} CREATEDB",
    RUNTIME: f"{RESTRICTED} NOCREATEDB",
    SCHEDULER: f"{RESTRICTED} NOCREATEDB",
}
# Two set-ups at once take turns; the number only has to be ours.
SETUP_LOCK = 7_304_112_858


def ensure_roles(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Makes the roles, or brings them back to what they must be; a changed password takes effect."""
    with _set_up(superuser_url) as connection, connection.cursor() as cursor:
        for role, attributes in ATTRIBUTES.items():
            _ensure_role(cursor, role, attributes)
            _set_password(cursor, role, passwords[role])
        # A worker that freezes inside a transaction must not lock its tenant until somebody notices.
        cursor.execute(_compose("ALTER ROLE {} SET idle_in_transaction_session_timeout = '60s'", RUNTIME))


def ensure_database(superuser_url: str, name: str) -> None:
    """Makes the database, the owner's own, and lets nobody in but the three roles."""
    with _set_up(superuser_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(_compose("CREATE DATABASE {} OWNER {}", name, OWNER))
        cursor.execute(_compose("ALTER DATABASE {} OWNER TO {}", name, OWNER))
        cursor.execute(_compose("REVOKE ALL ON DATABASE {} FROM PUBLIC", name))
        cursor.execute(_compose("GRANT CONNECT ON DATABASE {} TO {}, {}", name, RUNTIME, SCHEDULER))
    with _set_up(make_dsn(superuser_url, dbname=name)) as connection, connection.cursor() as cursor:
        # The default since PostgreSQL 15, but not for a database that was upgraded from an older one.
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(_compose("GRANT USAGE ON SCHEMA public TO {}, {}", RUNTIME, SCHEDULER))


@contextmanager
def _set_up(url: str) -> Iterator[Connection]:
    with closing(psycopg2.connect(url)) as connection:
        # CREATE DATABASE refuses to run in a transaction.
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [SETUP_LOCK])
        yield connection


def _ensure_role(cursor: Cursor, role: str, attributes: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(_compose(f"{verb} ROLE {{}} {attributes}", role))
    # Membership in another role would lend what the attributes deny.
    cursor.execute(
        "SELECT granted.rolname FROM pg_auth_members m JOIN pg_roles granted ON granted.oid = m.roleid"
        " JOIN pg_roles member ON member.oid = m.member WHERE member.rolname = %s",
        [role],
    )
    for (granted,) in cursor.fetchall():
        cursor.execute(_compose("REVOKE {} FROM {}", granted, role))


def _set_password(cursor: Cursor, role: str, password: str) -> None:
    # Hashed here, so that the server's log of statements never shows it.
    hashed = encrypt_password(password, role, cursor.connection, "scram-sha-256")
    cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(hashed)))


def _compose(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))
