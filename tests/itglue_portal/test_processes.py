"""Children that live as long as their parent's block, and say so when they die."""

import os
import signal
import sys
import textwrap

import pytest

from itglue_portal import processes as module
from itglue_portal.processes import ChildDiedError, Processes
from tests.portal_processes import wait_until

SLEEPER = """
import time
print("up", flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def scripts(tmp_path):
    """Writes Python modules that children can run; returns the environment in which they are found."""

    def write(**sources) -> dict[str, str]:
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        return os.environ | {"PYTHONPATH": str(tmp_path)}

    return write


def _wait_for(log, words) -> None:
    wait_until(lambda: log.exists() and words in log.read_text())


def test_children_end_with_the_block(tmp_path, scripts):
    logs = tmp_path / "logs"
    with Processes(logs, env=scripts(sleeper=SLEEPER)) as processes:
        children = [processes.start(name, "sleeper") for name in ("one", "two")]
        _wait_for(logs / "two.log", "up")
        _wait_for(logs / "one.log", "up")
        processes.require_alive()
    assert [child.returncode for child in children] == [-signal.SIGTERM] * 2


def test_children_end_with_a_block_that_fails(tmp_path, scripts):
    started = []

    def fail() -> None:
        with Processes(tmp_path / "logs", env=scripts(sleeper=SLEEPER)) as processes:
            started.append(processes.start("one", "sleeper"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [child.returncode for child in started] == [-signal.SIGTERM]


def test_child_that_does_not_listen_is_killed(tmp_path, scripts, monkeypatch):
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.1)
    with Processes(tmp_path / "logs", env=scripts(stubborn=STUBBORN)) as processes:
        child = processes.start("one", "stubborn")
        _wait_for(tmp_path / "logs" / "one.log", "up")
    assert child.returncode == -signal.SIGKILL


def test_death_is_told_with_the_end_of_the_log(tmp_path, scripts):
    env = scripts(broken="import sys\nprint('x' * 9000)\nsys.exit('the database is away')")
    with Processes(tmp_path / "logs", env=env) as processes:
        child = processes.start("worker", "broken")
        child.wait()
        with pytest.raises(ChildDiedError) as caught:
            processes.require_alive()
    assert str(caught.value).startswith("worker ended with code 1:\n")
    assert str(caught.value).endswith("the database is away\n")
    assert len(str(caught.value)) < 2100


def test_children_get_arguments_and_the_environment_given(tmp_path, scripts):
    env = scripts(teller="import os, sys\nprint(sys.argv[1:], os.environ['PORTAL_CANARY'])")
    with Processes(tmp_path / "logs", env=env | {"PORTAL_CANARY": "tweet"}) as processes:
        processes.start("one", "teller", "--loud", "2").wait()
    assert (tmp_path / "logs" / "one.log").read_text() == "['--loud', '2'] tweet\n"


def test_log_of_a_restarted_child_is_continued(tmp_path, scripts):
    with Processes(tmp_path / "logs", env=scripts(teller="print('hello')")) as processes:
        for _ in range(2):
            processes.start("one", "teller").wait()
    assert (tmp_path / "logs" / "one.log").read_text() == "hello\nhello\n"


def test_interrupt_at_the_keyboard_reaches_the_parent_alone(tmp_path, scripts):
    """Ctrl-C goes to the terminal's process group; children in it would die before they are asked to."""
    with Processes(tmp_path / "logs", env=scripts(sleeper=SLEEPER)) as processes:
        child = processes.start("one", "sleeper")
        assert os.getpgid(child.pid) == child.pid != os.getpgid(0)


def test_children_run_this_interpreter(tmp_path, scripts):
    with Processes(tmp_path / "logs", env=scripts(teller="import sys\nprint(sys.executable)")) as processes:
        processes.start("one", "teller").wait()
    assert (tmp_path / "logs" / "one.log").read_text().strip() == sys.executable
