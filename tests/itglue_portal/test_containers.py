"""The compose file and the image against the settings they feed. Docker itself is not needed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
COMPOSE = (REPOSITORY / "docker-compose.yml").read_text()
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()
EXAMPLE = (REPOSITORY / ".env.example").read_text()
REQUIRED = re.compile(r"\$\{(\w+):\?\}")
# Prints what the settings made of the environment they were given, and nothing of a checkout's own.
SETTINGS = """
from itglue_portal import settings
print(settings.IS_LOCAL, settings.ALLOWED_HOSTS, *(settings.DATABASES[name]["USER"] for name in ("default", "scheduler")))
"""
PACE = """
from itglue_portal import settings
print({name: value for name, value in vars(settings).items() if name.startswith("SYNC_")})
"""
# What gunicorn makes of our configuration file, without serving.
WEB_SERVER = """
import runpy
from gunicorn.config import Config
config = Config()
for name, value in runpy.run_path("deploy/gunicorn.conf.py").items():
    if name in config.settings:
        config.set(name, value)
print(config.bind, config.workers)
"""


def block(name):
    """The lines indented below a key of the compose file's first level."""
    return re.search(rf"^{name}:.*\n((?:(?: .*)?\n)*)", COMPOSE, re.MULTILINE)[1]


def settings_under(environment, script=SETTINGS):
    return subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def shared_environment():
    lines = re.findall(r"^  (\w+): (.+)$", block("x-settings"), re.MULTILINE)
    defaults = re.compile(r"\$\{\w+:-([^}]*)\}")
    values = {name: defaults.sub(r"\1", REQUIRED.sub("1234", value)) for name, value in lines}
    return values | {"SEALING_KEYS": f"first:{'A' * 43}="}


def test_compose_has_exactly_these_services():
    services = re.findall(r"^  ([\w-]+):$", block("services"), re.MULTILINE)
    assert services == ["setup", "web", "worker", "worker-control", "beat", "postgres", "redis"]


def test_compose_repeats_the_settings_own_pace():
    given = shared_environment()
    silent = {name: value for name, value in given.items() if not name.startswith("SYNC_")}
    assert len(given) - len(silent) == 4
    pace = settings_under(silent, PACE).stdout
    assert "SYNC_RUN_SECONDS" in pace
    assert settings_under(given, PACE).stdout == pace


def test_settings_start_from_what_compose_gives_every_process():
    done = settings_under(shared_environment())
    assert (done.stderr, done.stdout) == ("", "False ['1234'] app_runtime app_scheduler\n")


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "ALLOWED_HOSTS", "SEALING_KEYS", "REDIS_URL", "DATABASE_SCHEDULER_URL"]
)
def test_settings_refuse_to_start_without(name):
    environment = shared_environment()
    del environment[name]
    done = settings_under(environment)
    assert done.returncode == 1
    assert f'"{name}" not set' in done.stderr


def test_every_variable_of_the_settings_is_explained_to_operators():
    source = "".join((REPOSITORY / "itglue_portal" / name).read_text() for name in ("settings.py", "env.py"))
    read = set(re.findall(r"""env\.\w+\(\s*"(\w+)\"""", source))
    assert {"DATABASE_URL", "SYNC_RUN_SECONDS", "SEALING_KEYS"} <= read
    table = (REPOSITORY / "docs" / "operations.md").read_text()
    explained = {
        name
        for line in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", line)
    }
    assert sorted(read - explained) == []


def test_settings_start_from_what_the_image_is_built_with():
    build = re.search(
        r"^RUN (SECRET_KEY=.*?)python manage.py collectstatic", DOCKERFILE, re.MULTILINE | re.DOTALL
    )[1]
    done = settings_under(dict(re.findall(r"(\w+)=(\S+)", build)))
    assert done.returncode == 0, done.stderr


def test_web_concurrency_sets_the_number_of_web_processes():
    done = settings_under({"WEB_CONCURRENCY": "7"}, WEB_SERVER)
    assert (done.stderr, done.stdout) == ("", "['0.0.0.0:8000'] 7\n")


def test_only_the_setup_holds_the_strong_passwords():
    setup = re.search(r"^  setup:\n((?:(?:    .*)?\n)*)", COMPOSE, re.MULTILINE)[1]
    assert "DATABASE_OWNER_PASSWORD" in setup
    for password in ("DATABASE_OWNER_PASSWORD", "DATABASE_SUPERUSER_PASSWORD"):
        others = block("x-settings") + block("services").replace(setup, "").partition("  postgres:\n")[0]
        assert password not in others


def test_example_names_every_required_value():
    example = re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE)
    assert sorted(example) == sorted({*REQUIRED.findall(COMPOSE), "BEHIND_PROXY"})


def test_image_takes_in_every_app():
    allowed = set(re.findall(r"^!(.+)$", (REPOSITORY / ".dockerignore").read_text(), re.MULTILINE))
    apps = {path.parent.name for path in REPOSITORY.glob("*/apps.py")}
    assert apps
    assert apps <= allowed
    assert not allowed & {".local", ".env", ".git", "tests"}
