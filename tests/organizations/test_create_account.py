"""`manage.py create_account`: what it takes from standard input, and what it says."""

import io
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.factories import PASSWORD


@pytest.fixture
def create(_database, monkeypatch):
    """Types the command for a new account; returns its name and what was said."""

    def run(*, piped=f"{PASSWORD}\n"):
        slug, said = f"new-{uuid.uuid4().hex[:8]}", io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(piped))
        call_command("create_account", slug, "--name", "New", "--admin", "ada@new.example", stdout=said)
        return slug, said.getvalue()

    return run


def signs_in(slug, password):
    form = {"email": "ada@new.example", "password": password}
    return Client(HTTP_HOST="localhost").post(f"/{slug}/sign-in/", form).status_code == 302


@pytest.mark.parametrize("piped", [f" {PASSWORD}\t\n", f" {PASSWORD}\t"], ids=["line", "no newline"])
def test_piped_password_keeps_every_character_but_the_newline(create, piped):
    slug, _ = create(piped=piped)
    assert signs_in(slug, f" {PASSWORD}\t")
    assert not signs_in(slug, PASSWORD)


@pytest.mark.parametrize(
    ("is_local", "place"),
    [(True, " in this checkout's local database"), (False, "")],
    ids=["local", "server"],
)
def test_created_account_is_announced_with_the_database_it_went_to(create, settings, is_local, place):
    settings.IS_LOCAL = is_local
    slug, said = create()
    assert said == f"Account {slug!r} is ready{place}; ada@new.example can sign in at /{slug}/.\n"


def test_reserved_name_is_refused_in_words(create, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    with pytest.raises(CommandError, match="'admin' can't name an account"):
        call_command("create_account", "admin", "--name", "New", "--admin", "ada@new.example")
