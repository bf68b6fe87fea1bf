"""People are filed as everything else is: without case and accents, numbers by their value."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connections, transaction

from organizations.actions import NewUser, create_user
from organizations.actions.people import Profile, edit_user
from organizations.models import User
from organizations.roles import Role
from tests.factories import NOW, PASSWORD, make_user
from tests.pages import page_of

NAMES = ("Zoë", "anna", "Øyvind", "Tech 10", "Émile", "tech 9")
FILED = ["anna", "Émile", "Øyvind", "tech 9", "Tech 10", "Zoë"]


@pytest.fixture
def people(account, inside):
    with inside():
        return [
            create_user(account, NewUser(f"{number}@x.test", name, Role.EDITOR, PASSWORD), now=NOW)
            for number, name in enumerate(NAMES)
        ]


@pytest.fixture
def users_url(account):
    return f"/{account.slug}/admin/users/"


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("sort", "expected"), [("", FILED), ("-name", FILED[::-1])])
def test_users_are_listed_as_people_file_them(client_of, users_url, sort, expected):
    page = page_of(client_of(Role.ADMINISTRATOR).get(users_url, {"sort": sort, "role": "editor"}))
    assert [row[0] for row in page.rows] == expected


def test_renamed_user_moves_to_their_new_place(account, people, inside):
    administrator = make_user(account, Role.ADMINISTRATOR)
    with inside():
        edit_user(people[0], profile=Profile("aaron", Role.EDITOR), now=NOW, actor=administrator)
        named = User.objects.of_account(account.pk).with_role(Role.EDITOR).by_name()
        assert [user.name for user in named] == ["aaron", *FILED[:-1]]


def test_users_of_before_get_their_places(account, people, inside):
    with inside():
        User.objects.filter(pk__in=[user.pk for user in people]).update(sort_key="")
    migration = import_module("organizations.migrations.0008_sort_keys_of_users")
    with transaction.atomic(using="owner"):
        migration.fill_sort_keys(apps, connections["owner"].schema_editor())
    with inside():
        named = User.objects.of_account(account.pk).with_role(Role.EDITOR).by_name()
        assert [user.name for user in named] == FILED
