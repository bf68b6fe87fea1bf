"""The backend: the account reaches PostgreSQL at BEGIN, and whatever could see too little fails loudly instead."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction
from django.utils import timezone

from itglue_portal.database.base import OutsideTransactionError, ScopeChangedError
from organizations.access import account_transaction
from organizations.models import Organization
from organizations.scope import account_scope, current_account_id
from tests.factories import make_organization

SETTING = "SELECT current_setting('app.account_id', true)"


def test_account_is_known_to_postgresql_from_the_first_statement(account):
    with account_transaction(account.pk):
        assert _setting() == str(account.pk)


def test_account_leaves_nothing_behind_on_the_connection(account):
    """The next transaction may be another request's."""
    with account_transaction(account.pk):
        process = connection.connection.info.backend_pid
    with transaction.atomic():
        assert connection.connection.info.backend_pid == process
        assert _setting() == ""
        assert Organization.objects.exists() is False


def test_two_accounts_take_turns_on_one_connection(account, rival):
    for each in (account, rival, account):
        make_organization(each, each.name)
        with account_transaction(each.pk):
            assert set(Organization.objects.values_list("account_id", flat=True)) == {each.pk}


def test_two_threads_keep_their_accounts(account, rival):
    names = {account.pk: make_organization(account).name, rival.pk: make_organization(rival).name}
    both_inside = threading.Barrier(2)

    def read(account_id: int) -> list[str]:
        try:
            with account_transaction(account_id):
                both_inside.wait(timeout=10)
                return list(Organization.objects.values_list("name", flat=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(read, names))
    assert found == [[name] for name in names.values()]


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    "ask",
    [
        Organization.objects.count,
        lambda: Organization.objects.create(account_id=1, name="Stray"),
        lambda: list(Organization.objects.raw("SELECT * FROM organizations_organization")),
        lambda: connection.cursor().execute("SELECT 1"),
        lambda: connection.cursor().executemany("SELECT %s", [(1,)]),
    ],
    ids=["count", "create", "raw", "cursor", "many"],
)
def test_query_outside_a_transaction_raises(ask):
    with account_scope(1), pytest.raises(OutsideTransactionError):
        ask()


def test_lazy_rows_read_after_the_transaction_raise(account):
    with account_transaction(account.pk):
        later = Organization.objects.all()
    with pytest.raises(OutsideTransactionError):
        list(later)


def test_account_changed_inside_a_transaction_raises(account, rival):
    make_organization(rival)
    with account_transaction(account.pk), account_scope(rival.pk), pytest.raises(ScopeChangedError):
        Organization.objects.count()


def test_account_entered_inside_a_transaction_raises(account):
    """It would read as no account, whose tables are all empty."""
    make_organization(account)
    with transaction.atomic(), account_scope(account.pk), pytest.raises(ScopeChangedError):
        Organization.objects.count()


def test_account_left_inside_a_transaction_raises(account):
    scope = account_scope(account.pk)
    scope.__enter__()
    with transaction.atomic():
        assert Organization.objects.count() == 0
        scope.__exit__(None, None, None)
        with pytest.raises(ScopeChangedError):
            Organization.objects.count()


def test_nested_transaction_of_another_account_raises(account, rival):
    """A savepoint is not a BEGIN."""
    with account_transaction(account.pk), pytest.raises(ScopeChangedError), account_transaction(rival.pk):
        Organization.objects.count()


def test_rolled_back_inner_block_keeps_the_account(account):
    with account_transaction(account.pk):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert _setting() == str(account.pk)
        Organization.objects.create(account=account, name="Kept")
    with account_transaction(account.pk):
        assert Organization.objects.get().name == "Kept"


def test_scope_ends_with_its_block(account):
    with pytest.raises(ZeroDivisionError), account_transaction(account.pk):
        raise ZeroDivisionError
    assert current_account_id() is None


def test_failing_hook_closes_the_connection_so_that_later_writes_last(account, monkeypatch):
    """Left open, the connection would stay outside autocommit: later transactions would run and never commit."""
    with account_transaction(account.pk):
        before = connection.connection.info.backend_pid
    with monkeypatch.context() as broken:
        broken.setattr("itglue_portal.database.base.current_account_id", lambda: "not a number\0")
        with pytest.raises(ValueError, match="NUL"), account_transaction(account.pk):
            pytest.fail("the transaction must not begin")
    assert connection.connection is None

    make_organization(account, "Written afterwards")
    assert _seen_from_elsewhere(account) == ["Written afterwards"]
    with account_transaction(account.pk):
        assert connection.connection.info.backend_pid != before


def test_transaction_that_overlooks_its_lost_connection_fails_and_the_next_one_lasts(account):
    with pytest.raises(InterfaceError), transaction.atomic(), suppress(DatabaseError):
        connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")
    make_organization(account, "Written afterwards")
    assert _seen_from_elsewhere(account) == ["Written afterwards"]


def test_lost_connection_fails_one_transaction_and_the_next_one_lasts(account):
    """Callers that retry on Django's errors must not meet psycopg2's."""
    with account_transaction(account.pk):
        process = connection.connection.info.backend_pid
    _cut(process)
    with pytest.raises(OperationalError), account_transaction(account.pk):
        pytest.fail("the transaction must not begin")
    make_organization(account, "Written afterwards")
    assert _seen_from_elsewhere(account) == ["Written afterwards"]


def test_server_side_cursor_reads_inside_the_account(account, rival):
    make_organization(account, "Mine")
    make_organization(rival, "Theirs")
    with account_transaction(account.pk):
        assert [each.name for each in Organization.objects.iterator(chunk_size=1)] == ["Mine"]


def _setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute(SETTING)
        return cursor.fetchone()[0]


def _cut(process: int) -> None:
    """Ends one of the runtime role's own server processes, as an administrator or a failover would."""

    def terminate() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(terminate).result()


def _seen_from_elsewhere(account) -> list[str]:
    """As another process sees it: only what was committed."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT name FROM organizations_organization WHERE account_id = %s ORDER BY id", [account.pk]
        )
        return [name for (name,) in cursor.fetchall()]


def test_sessions_that_ended_are_cleared_as_the_runtime_role(committed):
    """By a daily `manage.py clearsessions`; those that still hold stay."""
    ended, holding = f"ended-{uuid.uuid4().hex[:8]}", f"holding-{uuid.uuid4().hex[:8]}"
    with transaction.atomic():
        for key, hours in ((ended, -1), (holding, 1)):
            Session.objects.create(session_key=key, expire_date=timezone.now() + timedelta(hours=hours))
    call_command("clearsessions")
    with transaction.atomic():
        kept = Session.objects.filter(session_key__in=[ended, holding])
        assert [session.session_key for session in kept] == [holding]
