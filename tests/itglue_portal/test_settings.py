"""Settings as production reads them, in a process of their own."""

import base64
import os
import subprocess
import sys

import pytest

PRODUCTION = {
    "SECRET_KEY": "0Zr8-wK2mQ5vT1xB7nL4cJ9hF6dS3gA8pY5uE2iO7tR4kM1zX6bN",
    "SEALING_KEYS": f"first:{base64.b64encode(bytes(range(32))).decode()}",
    "ALLOWED_HOSTS": "portal.example.com",
    "PUBLIC_URL": "https://portal.example.com",
    "DATABASE_URL": "postgresql://app_runtime:p%40ss@db.example:5433/portal?sslmode=require",
    "DATABASE_SCHEDULER_URL": "postgresql://app_scheduler:s@db.example/portal",
    "REDIS_URL": "redis://:r@redis.example:6379/0",
}


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    env = (
        {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "itglue_portal.settings"}
        | PRODUCTION
        | changes
    )
    env = {name: value for name, value in env.items() if value}
    return subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, *arguments], env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_deployment_checks_find_nothing_to_warn_of():
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "SEALING_KEYS", "ALLOWED_HOSTS", "DATABASE_SCHEDULER_URL", "REDIS_URL"]
)
def test_missing_setting_is_named(missing):
    result = run("-c", "from django.conf import settings; settings.DEBUG", **{missing: ""})
    assert result.returncode != 0
    assert missing in result.stderr


@pytest.mark.parametrize("keys", ["first", "first:short", ":AAAA", "first:" + "A" * 44 + "!"])
def test_unusable_sealing_key_stops_the_start_and_says_how_to_write_it(keys):
    result = run("-c", "from django.conf import settings; settings.DEBUG", SEALING_KEYS=keys)
    assert result.returncode != 0
    assert "name, a colon and the base64 of 32 bytes" in result.stderr


def test_database_url_is_understood_with_port_password_and_options():
    result = run("-c", "from django.conf import settings; d = settings.DATABASES['default']; "
                       "print(d['HOST'], d['PORT'], d['PASSWORD'], d['OPTIONS'])")  # fmt: skip
    assert result.stdout.strip() == "db.example 5433 p@ss {'sslmode': 'require'}"


def test_https_address_turns_on_secure_cookies_and_the_redirect():
    result = run("-c", "from django.conf import settings as s; "
                       "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)")  # fmt: skip
    assert result.stdout.strip() == "True True True __Host-session __Host-csrftoken"


def test_strict_transport_is_asked_for_this_host_and_no_other():
    """Neighbors of the portal's name may be other services of the MSP, some of them without TLS."""
    code = "from django.conf import settings as s; print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    assert run("-c", code).stdout.strip() == "31536000 False False"
    assert run("-c", code, PUBLIC_URL="http://portal.example.com").stdout.strip() == "0 False False"
