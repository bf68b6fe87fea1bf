"""Whoever's way of signing in changes is told by e-mail, so that a stranger's change does not stay hidden."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from organizations.access import account_transaction
from organizations.actions.invitations import invite
from organizations.actions.signing_in import (
    add_app,
    add_passkey,
    change_password,
    recognize,
    release_identity,
    remove_app,
    remove_passkey,
    renew_recovery_codes,
    reset_second_factors,
)
from organizations.mail import send_letters
from organizations.models import Letter
from organizations.roles import Role
from organizations.sign_in.factors import factors_of, new_app_secret
from organizations.sign_in.provider import ExternalPerson
from tests.factories import PASSWORD, make_user
from tests.mail_server import mail_server
from tests.organizations.second_factors import code_of, give_app

NOON = datetime(2026, 5, 4, 12, 0, 5, tzinfo=UTC)
GOOD = {"password": "twelve long words", "again": "twelve long words"}
PERSON = ExternalPerson("https://login.msp.test", "7", "ada@msp.test", has_second_factor=False)


@pytest.fixture
def server(settings):
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = False
        settings.PUBLIC_URL = "https://portal.msp.test"
        yield running


@pytest.fixture
def ada(account):
    return make_user(account, Role.EDITOR, email="ada@msp.test")


@pytest.fixture
def told(account, server):
    """What the mail server got meanwhile: the sentence of each letter that says what has changed."""

    def read(now=NOON):
        send_letters(account.pk, now=now)
        received = [each.get_content().splitlines()[2] for each in server.received]
        server.received.clear()
        return received

    return read


def _app(user):
    secret = new_app_secret()
    assert add_app(user, secret, code_of(secret, NOON), now=NOON)


def _passkey(user):
    add_passkey(user, "Work laptop", credential={}, now=NOON)


def _remove_passkey(user):
    [row] = user.authenticator_set.filter(type="webauthn")
    assert remove_passkey(user, row.pk, now=NOON)


CHANGES = [
    (lambda user: change_password(user, "x" * 20, this_session=None, now=NOON), "Your password was changed."),
    (_app, "An authenticator app was added to your second factors."),
    (_passkey, "The passkey “Work laptop” was added to your second factors."),
    (
        lambda user: (renew_recovery_codes(user, now=NOON), renew_recovery_codes(user, now=NOON)),
        "New recovery codes were made for you. The earlier ones no longer work.",
    ),
    (
        lambda user: recognize(user.account, PERSON, now=NOON),
        "Signing in as ada@msp.test at your company's sign-in service lets you in from now on.",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGES)
def test_what_is_added_or_changed_is_told(change, sentence, ada, told):
    with account_transaction(ada.account_id):
        change(ada)
    assert told() == [sentence]


REMOVALS = [
    (
        _app,
        lambda user: remove_app(user, now=NOON),
        "One of your second factors was removed: authenticator app.",
    ),
    (_passkey, _remove_passkey, "One of your second factors was removed: passkey."),
    (
        lambda user: recognize(user.account, PERSON, now=NOON),
        lambda user: release_identity(user, now=NOON, actor=user),
        "Signing in as ada@msp.test at your company's sign-in service was unlinked.",
    ),
]


@pytest.mark.parametrize(("add", "remove", "sentence"), REMOVALS)
def test_what_is_removed_is_told(add, remove, sentence, ada, told):
    with account_transaction(ada.account_id):
        add(ada)
    told()
    with account_transaction(ada.account_id):
        remove(ada)
    assert told() == [sentence]


def test_letter_says_when_where_and_what_to_do(account, ada, server):
    with account_transaction(account.pk):
        change_password(ada, "x" * 20, this_session=None, now=NOON)
    send_letters(account.pk, now=NOON)
    [letter] = server.received
    assert (letter["To"], letter["Subject"]) == (
        "ada@msp.test",
        "Your sign-in to the documentation of Account has changed",
    )
    assert letter.get_content().strip().splitlines() == [
        "Hello Editor,",
        "",
        "Your password was changed.",
        "",
        "When: 4 May 2026, 12:00 UTC",
        "Where: the documentation portal of Account, for ada@msp.test",
        "",
        "If this was you, there is nothing to do. If it was not, somebody else is in as you: change your password, look at",
        "your second factors and sessions, and tell an Administrator of Account.",
        "",
        f"https://portal.msp.test/{account.slug}/profile/security/",
    ]


def test_reset_by_an_administrator_says_who(account, administrator, ada, server):
    with account_transaction(account.pk):
        give_app(ada, NOON)
        server.received.clear()
        Letter.objects.all().delete()
        reset_second_factors(ada, now=NOON, actor=administrator)
    send_letters(account.pk, now=NOON)
    [letter] = server.received
    assert letter.get_content().strip().splitlines()[2:] == [
        "All your second factors were removed, and you were signed out.",
        "",
        "When: 4 May 2026, 12:00 UTC",
        "Who: Administrator",
        "Where: the documentation portal of Account, for ada@msp.test",
        "",
        "If you did not ask for this, talk to an Administrator of Account.",
        "",
        f"https://portal.msp.test/{account.slug}/profile/security/",
    ]


def test_new_password_by_a_link_is_told_and_the_first_one_is_not(account, administrator, ada, told, server):
    with account_transaction(account.pk):
        address = invite(ada, now=timezone.now(), actor=administrator).address
    told(timezone.now())
    answer = Client(HTTP_HOST="localhost").post(address.removeprefix("https://portal.msp.test"), GOOD)
    assert answer.status_code == 302
    assert told(timezone.now()) == ["Your password was changed by a link that you were sent."]


def test_first_app_added_on_the_page_is_one_letter(account, ada, told):
    client = Client(HTTP_HOST="localhost")
    with time_machine.travel(NOON, tick=False):
        client.post(f"/{account.slug}/sign-in/", {"email": ada.email, "password": PASSWORD})
        address = f"/{account.slug}/profile/authenticator-app/"
        secret = client.get(address).context["secret"]
        client.post(address, {"code": code_of(secret, NOON)})
        assert told() == ["An authenticator app was added to your second factors."]
    with account_transaction(account.pk):
        assert factors_of(ada).recovery_codes_left == 10


def test_without_a_mail_server_nothing_is_kept_for_later(account, ada, settings):
    settings.EMAIL_HOST = ""
    with account_transaction(account.pk):
        change_password(ada, "x" * 20, this_session=None, now=NOON)
        assert not Letter.objects.exists()
