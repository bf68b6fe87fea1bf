import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[4]


@pytest.fixture
def command(tmp_path):
    """The command as an operator runs it, and what it printed until it was ready."""
    arguments = [
        "--tenants",
        "30",
        "--seed",
        "5",
        "--port",
        "0",
        "--latency",
        "0.01",
        "--client-secret",
        "chosen",
    ]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "graph_simulator", *arguments, "--directory", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "error"},
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = []
    with process:
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("Client secret"):
                break
        yield process, lines
        process.kill()


def test_command_serves_what_it_prints_until_interrupted(command, tmp_path):
    process, lines = command
    printed = dict(re.split(r" {2,}", line, maxsplit=1) for line in lines[-4:])
    assert (lines[30], printed["Client secret"]) == ("30 tenants", "chosen")
    assert printed["CA certificate"] == str(tmp_path / "ca.pem")

    with requests.Session() as session:
        session.trust_env = False
        overview = session.get(
            f"{printed['URL']}/_simulator", verify=printed["CA certificate"], timeout=5
        ).json()
    assert (overview["seed"], overview["latency"]) == (5, 0.01)
    assert overview["application_id"] == printed["Application id"]
    assert [line.split()[0] for line in lines[:30]] == [each["tenant_id"] for each in overview["tenants"]]

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
