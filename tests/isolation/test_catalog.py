"""What PostgreSQL's own catalog says about the wall, table by table; a new table fails until it is in one class."""

import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import DatabaseError, connection, connections, transaction

from itglue_portal.database import roles
from organizations import wall
from organizations.access import account_transaction
from tests.factories import make_user
from tests.isolation.sides import account_owned_models

ALL = {"DELETE", "INSERT", "SELECT", "UPDATE"}
#: Tables that belong to no account, with all that the runtime role may do to them.
GLOBAL = {
    "organizations_account": {"INSERT", "SELECT", "UPDATE"},
    "django_session": ALL,
    "account_emailconfirmation": set(),
    "auth_group": set(),
    "auth_group_permissions": set(),
    "auth_permission": set(),
    "django_content_type": set(),
    "django_migrations": set(),
}
#: Tables of other packages that belong to an account through their user, with all that the runtime role may do.
THROUGH_USER = {
    "mfa_authenticator": ALL,
    "usersessions_usersession": ALL,
    "account_emailaddress": {"DELETE", "SELECT"},
}
#: What of an account's tables the runtime role may not do.
APPEND_ONLY = {
    "organizations_activity": {"INSERT", "SELECT"},
    "flexible_assets_assetrevision": {"INSERT", "SELECT", "DELETE"},
}
#: Every column of the database that the clock can read.
QUEUE = {
    "integrations_integration": {"account_id", "id", "next_due_at", "status"},
    "integrations_disconnection": {"account_id", "finished_at", "id"},
    "integrations_inquiry": {"account_id", "finished_at", "id", "lease_until"},
    "integrations_integrationcredential": {"account_id", "expires_at", "id", "warned_days"},
    "integrations_syncrun": {"account_id", "deadline_at", "id", "state"},
    "integrations_tenantsync": {"account_id", "id", "lease_until", "next_at", "run_id", "state"},
    "organizations_letter": {"account_id", "id", "next_at"},
}
#: The one table whose conflicts tell of other accounts, on purpose: TenantClaim says why.
UNIQUE_ON_SERVER = {"integrations_tenantclaim": [["tenant_id"]]}
IN_ACCOUNT = (
    "(account_id = ( SELECT (NULLIF(current_setting('app.account_id'::text, true), ''::text))::bigint"
    ' AS "nullif"))'
)
OWNED = sorted(model._meta.db_table for model in account_owned_models())


@pytest.fixture
def catalog(_database):
    """Questions to the catalog, as the owner of everything in it."""

    def ask(question: str, *parameters) -> list[tuple]:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(question, parameters)
            return cursor.fetchall()

    return ask


def test_every_table_is_account_owned_or_global(catalog):
    question = (
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    assert {name for (name,) in catalog(question)} == {*OWNED, *THROUGH_USER, *GLOBAL}


def test_nothing_but_tables_holds_rows(catalog):
    """Views run with their owner's eyes and materialized ones know no policy."""
    question = "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm', 'f') AND relnamespace = 'public'::regnamespace"
    assert catalog(question) == []


def test_no_function_runs_with_its_owners_rights(catalog):
    question = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    assert catalog(question) == []


@pytest.mark.parametrize("table", OWNED)
class TestAccountOwnedTable:
    def test_names_its_account_always(self, table, catalog):
        question = (
            "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'account_id'"
        )
        assert catalog(question, table) == [(True,)]

    def test_is_fenced_even_from_its_owner(self, table, catalog):
        question = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"
        assert catalog(question, table) == [(True, True)]

    def test_has_exactly_these_policies(self, table, catalog):
        question = """
            SELECT policyname, roles::text[], permissive, cmd, qual, with_check FROM pg_policies
            WHERE schemaname = 'public' AND tablename = %s ORDER BY policyname
        """
        expected = [
            ("account", [roles.RUNTIME], "PERMISSIVE", "ALL", IN_ACCOUNT, IN_ACCOUNT),
            ("owner", [roles.OWNER], "PERMISSIVE", "ALL", "true", "true"),
        ]
        if table in QUEUE:
            expected.append(("scheduler", [roles.SCHEDULER], "PERMISSIVE", "SELECT", "true", None))
        assert catalog(question, table) == expected

    def test_is_unique_by_account_and_id(self, table, catalog):
        assert ["account_id", "id"] in [columns for columns, _ in _unique_indexes(catalog, table)]

    def test_has_no_uniqueness_across_accounts(self, table, catalog):
        """A conflict with a row that one may not see tells that it is there."""
        across = [columns for columns, _ in _unique_indexes(catalog, table) if "account_id" not in columns]
        # The surrogate key, which no account chooses.
        assert sorted(across) == [["id"], *UNIQUE_ON_SERVER.get(table, [])]

    def test_refers_to_its_own_account_only(self, table, catalog):
        question = """
            SELECT confrelid::regclass::text,
                   (SELECT array_agg(attname::text ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS key(number, place)
                    JOIN pg_attribute ON attrelid = conrelid AND attnum = number),
                   (SELECT array_agg(attname::text ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS key(number, place)
                    JOIN pg_attribute ON attrelid = confrelid AND attnum = number),
                   convalidated
            FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass
        """
        [model] = [model for model in account_owned_models() if model._meta.db_table == table]
        expected = [("organizations_account", ["account_id"], ["id"], True)]
        for field in wall.account_foreign_keys(model):
            target = field.related_model._meta.db_table
            expected.append((target, ["account_id", field.column], ["account_id", "id"], True))
        assert sorted(catalog(question, table)) == sorted(expected)

    def test_grants_exactly_what_the_portal_does(self, table, catalog):
        assert _grants(catalog, table) == {
            roles.RUNTIME: APPEND_ONLY.get(table, ALL),
            roles.SCHEDULER: set(),
            "PUBLIC": set(),
        }

    def test_shows_nothing_without_an_account(self, table, account):
        with account_transaction(account.pk), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (roles.RUNTIME,)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own table's name
            assert cursor.fetchone() == (0,)

    def test_shows_other_accounts_nothing_of_a_full_one(self, table, sides):
        own, _ = sides
        question = f"SELECT count(*), count(*) FILTER (WHERE account_id = %s) FROM {table}"  # noqa: S608 - as above
        with account_transaction(own.account.pk), connection.cursor() as cursor:
            cursor.execute(question, [own.account.pk])
            everything, mine = cursor.fetchone()
        assert everything == mine > 0


@pytest.mark.parametrize("table", THROUGH_USER)
class TestTableOfUsers:
    def test_is_fenced_even_from_its_owner(self, table, catalog):
        question = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"
        assert catalog(question, table) == [(True, True)]

    def test_has_exactly_these_policies(self, table, catalog):
        question = """
            SELECT policyname, roles::text[], permissive, cmd, qual, with_check FROM pg_policies
            WHERE schemaname = 'public' AND tablename = %s ORDER BY policyname
        """
        through = f"(EXISTS ( SELECT\n   FROM organizations_user\n  WHERE (organizations_user.id = {table}.user_id)))"
        assert catalog(question, table) == [
            ("account", [roles.RUNTIME], "PERMISSIVE", "ALL", through, through),
            ("owner", [roles.OWNER], "PERMISSIVE", "ALL", "true", "true"),
        ]

    def test_always_has_a_user(self, table, catalog):
        question = "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'user_id'"
        assert catalog(question, table) == [(True,)]

    def test_grants_exactly_what_the_portal_does(self, table, catalog):
        expected = {roles.RUNTIME: THROUGH_USER[table], roles.SCHEDULER: set(), "PUBLIC": set()}
        assert _grants(catalog, table) == expected

    def test_shows_nothing_without_an_account(self, table, account):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
            assert cursor.fetchone() == (0,)


def test_tables_of_users_show_one_account_its_own_rows_alone(account, rival):
    mine, theirs = make_user(account), make_user(rival)
    for user in (mine, theirs):
        with account_transaction(user.account_id):
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
            UserSession.objects.create(user=user, ip="192.0.2.1", session_key=uuid.uuid4().hex)
    with account_transaction(account.pk):
        assert [Authenticator.objects.get().user_id, UserSession.objects.get().user_id] == [mine.pk, mine.pk]


def test_tables_of_users_take_no_row_of_another_account(account, rival):
    theirs = make_user(rival)
    with pytest.raises(DatabaseError, match="row-level security"), account_transaction(account.pk):
        Authenticator.objects.create(user=theirs, type=Authenticator.Type.TOTP, data={})


@pytest.mark.parametrize("table", GLOBAL)
def test_global_table_grants_exactly_this(table, catalog):
    assert _grants(catalog, table) == {roles.RUNTIME: GLOBAL[table], roles.SCHEDULER: set(), "PUBLIC": set()}


def test_scheduler_reads_exactly_the_queue(catalog):
    question = """
        SELECT relname::text, attname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
          AND has_column_privilege(%s, pg_class.oid, attnum, %s)
    """
    readable = catalog(question, roles.SCHEDULER, "SELECT")
    assert set(readable) == {(table, column) for table, columns in QUEUE.items() for column in columns}
    for privilege in ("INSERT", "UPDATE", "REFERENCES"):
        assert catalog(question, roles.SCHEDULER, privilege) == []


def test_runtime_role_is_granted_no_single_columns(catalog):
    """Column grants do not show among the grants of a table."""
    question = "SELECT attrelid::regclass::text FROM pg_attribute WHERE attacl::text LIKE '%%' || %s || '%%'"
    assert catalog(question, roles.RUNTIME) == []


@pytest.mark.parametrize("role", [roles.RUNTIME, roles.SCHEDULER])
def test_serving_role_has_no_way_around(role, catalog):
    question = """
        SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
               EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid),
               EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid),
               EXISTS (SELECT FROM pg_database WHERE datdba = pg_roles.oid),
               has_schema_privilege(rolname, 'public', 'CREATE')
        FROM pg_roles WHERE rolname = %s
    """
    assert catalog(question, role) == [(False,) * 9]


def test_roles_of_the_wall_are_the_roles_of_the_server():
    """The lower app can not import the names, so it repeats them."""
    assert (wall.OWNER_ROLE, wall.RUNTIME_ROLE, wall.SCHEDULER_ROLE) == (
        roles.OWNER,
        roles.RUNTIME,
        roles.SCHEDULER,
    )


def test_suite_runs_as_the_roles_that_serve(committed):
    users = {}
    for alias in ("default", "owner", "scheduler"):
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user")
            [users[alias]] = cursor.fetchone()
    assert users == {"default": roles.RUNTIME, "owner": roles.OWNER, "scheduler": roles.SCHEDULER}


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT * FROM integrations_integration",
        "SELECT name FROM integrations_integration",
        "SELECT sealed FROM integrations_integrationcredential",
        "SELECT detail FROM integrations_tenantsync",
        "SELECT body FROM organizations_letter",
        "SELECT id FROM organizations_contact",
        "SELECT id FROM organizations_account",
        "SELECT session_data FROM django_session",
        "SELECT data FROM mfa_authenticator",
        "SELECT session_key FROM usersessions_usersession",
        "UPDATE integrations_syncrun SET state = 'ok'",
        "DELETE FROM integrations_tenantsync",
    ],
)
def test_scheduler_is_refused_everything_else(attempt, committed):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="scheduler"):
        connections["scheduler"].cursor().execute(attempt)


@pytest.mark.parametrize("table", OWNED)
def test_truncate_is_refused(table, account):
    """It asks no policy, so nobody who serves may do it."""
    with pytest.raises(DatabaseError, match="permission denied"), account_transaction(account.pk):
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")


def _unique_indexes(catalog, table):
    question = """
        SELECT (SELECT array_agg(attname::text ORDER BY place) FROM unnest(indkey) WITH ORDINALITY AS key(number, place)
                JOIN pg_attribute ON attrelid = indrelid AND attnum = number), indexrelid::regclass::text
        FROM pg_index WHERE indrelid = %s::regclass AND indisunique
    """
    return catalog(question, table)


def _grants(catalog, table):
    question = """
        SELECT COALESCE(rolname, 'PUBLIC'), privilege_type
        FROM pg_class CROSS JOIN aclexplode(relacl) LEFT JOIN pg_roles ON pg_roles.oid = grantee
        WHERE pg_class.oid = %s::regclass AND COALESCE(rolname, '') <> %s
    """
    found = {roles.RUNTIME: set(), roles.SCHEDULER: set(), "PUBLIC": set()}
    for role, privilege in catalog(question, table, roles.OWNER):
        found.setdefault(role, set()).add(privilege)
    return found
