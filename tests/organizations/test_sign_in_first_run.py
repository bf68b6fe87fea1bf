"""A server without accounts: the page that makes the first one, for whoever has the token alone."""

import io
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from organizations import first_run as rules
from organizations.access import account_transaction
from organizations.first_run import announce_first_run, first_run_address, first_run_token
from organizations.management.commands import first_run as command
from organizations.models import Account, User
from organizations.roles import Role
from organizations.views import first_run as page
from tests.factories import PASSWORD
from tests.pages import page_of


@pytest.fixture
def fresh(committed, monkeypatch):
    """As if there were no account; those of other tests can't be taken away."""
    for module in (rules, page, command):
        monkeypatch.setattr(module, "is_fresh", lambda: True)


@pytest.fixture
def client():
    return Client(HTTP_HOST="localhost")


def given(**changes):
    return {
        "token": first_run_token(),
        "account": "Northwind IT",
        "slug": f"n-{uuid.uuid4().hex[:10]}",
        "name": "Ada Lindqvist",
        "email": "Ada@Northwind.test",
        "password": PASSWORD,
        "again": PASSWORD,
    } | changes


@pytest.mark.usefixtures("fresh")
def test_page_makes_the_account_and_signs_its_administrator_in(client):
    form = given()
    response = client.post("/first-run/", form)
    assert (response.status_code, response.url) == (302, f"/{form['slug']}/")
    # A new account asks its Administrators for a second factor.
    assert client.get(response.url).url == f"/{form['slug']}/profile/second-factor/"
    account = _account(form["slug"])
    with account_transaction(account.pk):
        assert list(User.objects.values_list("email", "name", "role")) == [
            ("ada@northwind.test", "Ada Lindqvist", Role.ADMINISTRATOR)
        ]


@pytest.mark.usefixtures("fresh")
def test_address_in_the_log_fills_in_the_token(client):
    path = first_run_address().removeprefix("http://localhost:8000")
    shown = page_of(client.get(path))
    assert shown.one("input", name="token").attributes["value"] == first_run_token()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token": ""}, "This field is required."),
        ({"token": "0" * 32}, "This is not this server's token."),
        ({"token": "\N{SNOWMAN}"}, "This is not this server's token."),
        (
            {"slug": "sign-in"},
            "'sign-in' can't name an account: use letters, digits and hyphens, such as acme.",
        ),
        ({"email": "nobody"}, "Enter a valid email address."),
        (
            {"email": f"a@{'b.' * 126}test"},
            "Ensure this value has at most 254 characters (it has 258).",
        ),
        (
            {"password": "ada@northwind", "again": "ada@northwind"},
            "The password is too similar to the email.",
        ),
        ({"again": "something else"}, "The two are not the same."),
    ],
)
def test_nothing_is_made_of_a_wrong_form(client, changes, words):
    form = given(**changes)
    response = client.post("/first-run/", form)
    shown = page_of(response, status=422)
    assert shown.texts("p", class_="form-error") == [words]
    assert shown.one("input", name="account").attributes["value"] == form["account"]
    assert _account(form["slug"]) is None


def test_page_is_gone_once_there_is_an_account(client, account):
    form = given()
    assert client.get("/first-run/").status_code == 404
    assert client.post("/first-run/", given(token="0" * 32)).status_code == 404
    assert _account(form["slug"]) is None


def test_form_sent_twice_leads_to_the_account_it_made(client, account):
    form = given()
    answer = client.post("/first-run/", form)
    assert (answer.status_code, answer.url, _account(form["slug"])) == (302, "/", None)


def test_of_two_who_set_up_a_server_at_once_one_does(committed, monkeypatch, in_threads):
    ours = [given()["slug"], given()["slug"]]

    def is_fresh():
        with transaction.atomic():
            return not Account.objects.filter(slug__in=ours).exists()

    for module in (rules, page):
        monkeypatch.setattr(module, "is_fresh", is_fresh)

    def set_up(slug):
        answer = Client(HTTP_HOST="localhost").post("/first-run/", given(slug=slug))
        return (answer.status_code, answer.url == f"/{slug}/")

    answers = in_threads(*(lambda slug=slug: set_up(slug) for slug in ours))
    assert sorted(answers) == [(302, False), (302, True)]
    assert [_account(slug) is None for slug in ours].count(True) == 1


@pytest.mark.usefixtures("fresh")
def test_command_prints_the_address():
    said = io.StringIO()
    call_command("first_run", stdout=said)
    assert said.getvalue() == f"http://localhost:8000/first-run/?token={first_run_token()}\n"


def test_command_refuses_once_there_is_an_account(account):
    with pytest.raises(CommandError, match="create_account"):
        call_command("first_run")


@pytest.mark.usefixtures("fresh")
def test_start_of_a_fresh_server_is_announced(caplog):
    announce_first_run()
    assert first_run_address() in caplog.text


def test_start_of_any_other_is_not(account, caplog):
    announce_first_run()
    assert caplog.text == ""


def test_token_is_this_servers_own(settings):
    before = first_run_token()
    settings.SECRET_KEY = "another server's"
    assert first_run_token() != before


def _account(slug):
    with transaction.atomic():
        return Account.objects.filter(slug=slug).first()
