"""Every route, every method, everyone, every kind of address: nobody sees, changes or guesses another account's rows."""

import pytest
from django.db import connection, transaction

from organizations.querysets import AccountQuerySet
from organizations.roles import Role
from tests.isolation.routes import ROUTES, all_routes
from tests.isolation.sign_ins import FOREIGNER

#: The two who could see most if only one of the rings held.
FEW = {"people": (FOREIGNER, Role.ADMINISTRATOR.value), "methods": ("GET", "POST")}


def test_every_route_is_declared():
    missing = sorted(all_routes().keys() - ROUTES.keys())
    assert not missing, f"Declare in tests/isolation/routes.py who may open these, and how: {missing}"
    assert sorted(ROUTES.keys() - all_routes().keys()) == [], "These routes are declared, but gone."


def test_every_parameter_of_a_route_is_an_id_of_both_sides(sides):
    own, rival = sides
    parameters = set().union(*(found.parameters for found in all_routes().values())) - {"account"}
    assert parameters == own.ids.keys() == rival.ids.keys()


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_route_keeps_accounts_apart(name, inspect):
    assert inspect().breaches(all_routes()[name]) == []


@pytest.mark.usefixtures("without_wall")
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_door_alone_keeps_accounts_apart(name, inspect):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT account_id) > 1 FROM organizations_contact")
        assert cursor.fetchone() == (True,), "the wall still stands, so this proves nothing of the door"
    assert inspect(**FEW).breaches(all_routes()[name]) == []


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_wall_alone_keeps_accounts_apart(name, inspect, monkeypatch):
    for each in _with_subclasses(AccountQuerySet):
        for door in ("of_account", "visible_to", "in_reach_of"):
            if door in vars(each):
                monkeypatch.setattr(each, door, lambda rows, _: rows.all())
    assert inspect(**FEW).breaches(all_routes()[name]) == []


def _with_subclasses(querysets):
    return [querysets, *(deeper for each in querysets.__subclasses__() for deeper in _with_subclasses(each))]
