import logging

import pytest
from django.db import connection, connections

from tests.isolation.inspector import Inspector
from tests.isolation.sides import LARGE, SMALL, make_side
from tests.isolation.sign_ins import SignIns


@pytest.fixture(scope="session")
def sides(_database):
    """Two accounts that are only looked at."""
    own, rival = make_side("Own", number=SMALL), make_side("Rival", number=LARGE)
    yield own, rival
    own.retire()
    rival.retire()


@pytest.fixture
def spoilable_sides(_database):
    """Two accounts for tests whose planted leaks may spoil them."""
    own, rival = make_side("Own", number=SMALL), make_side("Rival", number=LARGE)
    yield own, rival
    own.retire()
    rival.retire()


@pytest.fixture(scope="session")
def sign_ins(sides):
    return SignIns(*sides)


@pytest.fixture
def inspect(sign_ins):
    def inspector(**narrowed) -> Inspector:
        return Inspector(sign_ins, **narrowed)

    return inspector


@pytest.fixture
def without_wall(_database, monkeypatch):
    """The portal connects as the owner, for whom row-level security hides nothing: only the querysets are left."""
    owner = connections["owner"].settings_dict
    monkeypatch.setitem(connection.settings_dict, "USER", owner["USER"])
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", owner["PASSWORD"])
    connection.close()
    yield
    connection.close()


@pytest.fixture(autouse=True)
def _mail_server(settings):
    """Links that sign somebody in go by mail: a page that showed one would answer otherwise for each who asks."""
    settings.EMAIL_HOST = "mail.example.test"


@pytest.fixture(autouse=True)
def _quiet_log():
    """Thousands of refusals are what these tests are about, not news."""
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("django.request").setLevel(logging.NOTSET)
