"""`/healthz`: whether this process can serve, told without an account and without a database to rely on."""

import pytest
from django.db import connection


@pytest.fixture
def database_down(_database, monkeypatch, tmp_path):
    """The database's socket is gone."""
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    connection.close()
    yield
    connection.close()


def test_healthy_portal_says_ok(client, committed):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"ok", "text/plain")


def test_probe_may_ask_by_address_instead_of_the_public_name(client, committed):
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.usefixtures("database_down")
def test_database_that_is_down_is_told_in_a_word(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"database unavailable")


@pytest.mark.usefixtures("committed")
def test_one_question_to_the_database_is_all_it_costs(client):
    asked = []
    with connection.execute_wrapper(lambda run, sql, *rest: (asked.append(sql), run(sql, *rest))[1]):
        client.get("/healthz")
    assert asked == ["SELECT 1"]
