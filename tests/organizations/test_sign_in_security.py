"""One's own security pages: sessions, the password, showing once more who one is; and the way back in when locked out."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.access import account_transaction
from organizations.actions.signing_in import reset_second_factors
from organizations.models import Activity
from organizations.recent_sign_in import MOST_FAILURES
from organizations.roles import Role
from organizations.sign_in.sessions import describe_device
from tests.factories import PASSWORD, make_user
from tests.organizations.second_factors import code_of, factors_in_database, give_app, give_codes
from tests.pages import page_of

NOON = datetime(2026, 5, 4, 12, 0, 5, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
EDGE = f"{CHROME} Edg/140.0.0.0"
NEW_PASSWORD = "another horse battery"


@pytest.fixture
def device(account):
    """`device(user, FIREFOX, "192.0.2.7")`: a browser there, signed in."""

    def enter(user, agent=CHROME, address="192.0.2.1"):
        client = Client(HTTP_HOST="localhost", HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
        client.post(f"/{account.slug}/sign-in/", {"email": user.email, "password": PASSWORD})
        return client

    return enter


def is_in(client, account):
    return client.get(f"/{account.slug}/organizations/").status_code == 200


def sessions_page(client, account):
    return page_of(client.get(f"/{account.slug}/profile/sessions/"))


def session_id(page, words):
    [row] = [row for row in page.all("li", class_="factor") if words in row.text]
    return row.one("input", name="session").attributes["value"]


class TestSessions:
    def test_list_tells_devices_and_which_is_this_one(self, account, device):
        user = make_user(account)
        desk = device(user, FIREFOX, "192.0.2.7")
        device(user, SAFARI, "2001:db8::7")
        page = sessions_page(desk, account)
        here, there = page.texts("li", class_="factor")
        assert here.startswith("Firefox on Windows This device 192.0.2.7, signed in just now")
        assert there.startswith("Safari on iPhone 2001:db8::7, signed in just now")

    def test_ending_one_ends_it_at_once(self, account, device):
        user = make_user(account)
        desk, phone, tablet = device(user), device(user, SAFARI), device(user, FIREFOX)
        chosen = session_id(sessions_page(desk, account), "Safari on iPhone")
        desk.post(f"/{account.slug}/profile/sessions/end/", {"session": chosen})
        assert [is_in(each, account) for each in (desk, phone, tablet)] == [True, False, True]

    def test_ending_all_others_leaves_this_one(self, account, device):
        user = make_user(account)
        desk, phone, tablet = device(user), device(user, SAFARI), device(user, FIREFOX)
        response = desk.post(f"/{account.slug}/profile/sessions/end-others/", follow=True)
        assert "2 other devices are signed out." in page_of(response).text
        assert [is_in(each, account) for each in (desk, phone, tablet)] == [True, False, False]
        assert len(sessions_page(desk, account).all("li", class_="factor")) == 1

    @pytest.mark.parametrize("given", ["", "0", "-1", "x", "9" * 30, "\N{SUPERSCRIPT TWO}"])
    def test_no_session_of_this_id_is_404(self, account, sign_in, given):
        client = sign_in(make_user(account))
        assert client.post(f"/{account.slug}/profile/sessions/end/", {"session": given}).status_code == 404

    def test_sessions_of_others_can_not_be_ended(self, account, rival, sign_in, device):
        victims = [make_user(account), make_user(rival)]
        clients = [sign_in(each) for each in victims]
        attacker = sign_in(make_user(account))
        for victim in victims:
            with account_transaction(victim.account_id):
                target = UserSession.objects.get(user=victim).pk
            response = attacker.post(f"/{account.slug}/profile/sessions/end/", {"session": str(target)})
            assert response.status_code == 404
        attacker.post(f"/{account.slug}/profile/sessions/end-others/")
        assert [is_in(*pair) for pair in zip(clients, (account, rival), strict=True)] == [True, True]

    def test_signing_out_takes_it_off_the_list(self, account, device):
        user = make_user(account)
        desk, phone = device(user), device(user, SAFARI)
        phone.post(f"/{account.slug}/sign-out/")
        assert len(sessions_page(desk, account).all("li", class_="factor")) == 1

    def test_expired_session_is_not_listed(self, account, device):
        user = make_user(account)
        with time_machine.travel(NOON, tick=False) as clock:
            device(user, SAFARI)
            clock.shift(timedelta(seconds=settings.SESSION_COOKIE_AGE - 60))
            desk = device(user)
            assert len(sessions_page(desk, account).all("li", class_="factor")) == 2
            clock.shift(timedelta(seconds=120))
            assert len(sessions_page(desk, account).all("li", class_="factor")) == 1

    def test_last_use_is_noted_every_five_minutes(self, account, device):
        user = make_user(account)
        with time_machine.travel(NOON, tick=False) as clock:
            phone = device(user, SAFARI, "192.0.2.1")
            clock.shift(timedelta(minutes=4))
            assert _noted(phone, account, user) == (NOON, "192.0.2.1")
            clock.shift(timedelta(minutes=2))
            assert _noted(phone, account, user, REMOTE_ADDR="192.0.2.9") == (
                NOON + timedelta(minutes=6),
                "192.0.2.9",
            )

    def test_noting_costs_no_query_in_between(self, account, sign_in):
        client = sign_in(make_user(account))
        client.get(f"/{account.slug}/organizations/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/{account.slug}/organizations/")
        assert [each["sql"] for each in queries if "usersession" in each["sql"]] == []

    @pytest.mark.parametrize("count", [1, 3, 50])
    def test_page_costs_the_same_for_any_number(self, account, sign_in, count):
        user = make_user(account)
        clients = [sign_in(user) for _ in range(count)]
        page = f"/{account.slug}/profile/sessions/"
        clients[0].get(page)
        with CaptureQueriesContext(connection) as queries:
            assert len(page_of(clients[0].get(page)).all("li", class_="factor")) == count
        assert len(queries) <= 12

    @pytest.mark.parametrize(
        ("agent", "words"),
        [
            (FIREFOX, "Firefox on Windows"),
            (SAFARI, "Safari on iPhone"),
            (CHROME, "Chrome on Linux"),
            (EDGE, "Edge on Linux"),
            ("curl/8.0", "Unknown browser"),
            ("", "Unknown browser"),
        ],
    )
    def test_device_is_described_in_words(self, agent, words):
        assert describe_device(agent) == words


def _noted(client, account, user, **options):
    client.get(f"/{account.slug}/organizations/", **options)
    with account_transaction(account.pk):
        return UserSession.objects.values_list("last_seen_at", "ip").get(user=user)


class TestPassword:
    def change(self, client, account, current=PASSWORD, password=NEW_PASSWORD, again=None):
        form = {"current": current, "password": password, "again": password if again is None else again}
        return client.post(f"/{account.slug}/profile/password/", form)

    def test_change_signs_out_everywhere_else(self, account, device):
        user = make_user(account)
        desk, phone = device(user), device(user, SAFARI)
        assert self.change(desk, account).status_code == 302
        assert [is_in(each, account) for each in (desk, phone)] == [True, False]
        assert not is_in(device(user), account)
        other = Client(HTTP_HOST="localhost")
        other.post(f"/{account.slug}/sign-in/", {"email": user.email, "password": NEW_PASSWORD})
        assert is_in(other, account)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"current": "wrong"},
            {"password": "short"},
            {"password": "password1234"},
            {"again": "not the same"},
        ],
    )
    def test_change_is_refused_in_words(self, account, sign_in, wrong):
        client = sign_in(make_user(account))
        response = self.change(client, account, **wrong)
        assert response.status_code == 422
        assert len(page_of(response, status=422).all("p", class_="form-error")) == 1

    def test_user_without_one_chooses_their_first(self, account, inside):
        user = make_user(account)
        with inside():
            user.set_unusable_password()
            user.save()
        client = _session_of(user)
        page = page_of(client.get(f"/{account.slug}/profile/password/")).one("form", class_="settings")
        assert page.texts("label") == ["New password", "New password, once more"]


def _session_of(user):
    client = Client(HTTP_HOST="localhost")
    with account_transaction(user.account_id):
        client.force_login(user)
        session = client.session
        session["proved_at"] = datetime.now(UTC).timestamp()
        session.save()
    return client


class TestConfirming:
    SENSITIVE = ("profile/password/", "profile/authenticator-app/", "profile/passkeys/new/")

    @pytest.fixture
    def clock(self):
        with time_machine.travel(NOON, tick=False) as clock:
            yield clock

    @pytest.mark.parametrize("path", SENSITIVE)
    def test_old_session_is_asked_first_and_led_back(self, account, sign_in, clock, path):
        client = sign_in(make_user(account))
        address = f"/{account.slug}/{path}"
        assert client.get(address).status_code == 200
        clock.shift(timedelta(minutes=11))
        confirm = client.get(address).url
        assert confirm.startswith(f"/{account.slug}/profile/confirm/?next=")
        assert client.get(confirm).status_code == 200
        assert client.post(confirm, {"password": "wrong"}).status_code == 422
        assert client.post(confirm, {"password": PASSWORD}).url == address
        assert client.get(address).status_code == 200

    @pytest.mark.parametrize(
        "path",
        [
            "authenticator-app/remove/",
            "recovery-codes/",
            "passkeys/remove/",
            "passkeys/rename/",
            "identity/release/",
        ],
    )
    def test_what_is_sent_after_that_does_nothing(self, account, sign_in, clock, path):
        user = make_user(account)
        client = sign_in(user)
        give_app(user, NOON)
        codes = give_codes(user, NOON)
        clock.shift(timedelta(minutes=11))
        response = client.post(f"/{account.slug}/profile/{path}")
        assert (
            response.url == f"/{account.slug}/profile/confirm/?next=%2F{account.slug}%2Fprofile%2Fsecurity%2F"
        )
        assert factors_in_database(user) == ["recovery_codes", "totp"]
        assert len(codes) == 10

    def test_code_of_the_app_confirms_as_well(self, account, sign_in, clock):
        user = make_user(account)
        client = sign_in(user)
        secret = give_app(user, NOON)
        clock.shift(timedelta(minutes=11))
        confirm = f"/{account.slug}/profile/confirm/"
        code = code_of(secret, NOON + timedelta(minutes=11))
        assert client.post(confirm, {"code": code}).url == f"/{account.slug}/profile/security/"
        clock.shift(timedelta(minutes=11))
        assert client.post(confirm, {"code": code}).status_code == 422

    @pytest.mark.parametrize("way", ["password", "code"])
    def test_trying_on_and_on_ends_the_session(self, account, sign_in, clock, way):
        user = make_user(account)
        client = sign_in(user)
        give_app(user, NOON)
        confirm = f"/{account.slug}/profile/confirm/"
        answers = [client.post(confirm, {way: "wrong"}).status_code for _ in range(MOST_FAILURES)]
        assert answers == [422] * (MOST_FAILURES - 1) + [302]
        assert not is_in(client, account)

    def test_nothing_leads_out_of_the_account(self, account, rival, sign_in, clock):
        client = sign_in(make_user(account))
        for target in ("https://evil.example/", f"/{rival.slug}/organizations/", "//evil.example"):
            confirm = f"/{account.slug}/profile/confirm/?next={target}"
            assert client.post(confirm, {"password": PASSWORD}).url == f"/{account.slug}/profile/security/"


class TestGuessingPasswords:
    def attempt(self, account, user, password=None, address="192.0.2.1"):
        client = Client(HTTP_HOST="localhost", REMOTE_ADDR=address)
        form = {"email": user.email, "password": password or "wrong"}
        return client.post(f"/{account.slug}/sign-in/", form)

    def test_ends_after_ten_from_one_address(self, account):
        user = make_user(account)
        for _ in range(10):
            assert "do not match" in self.attempt(account, user).content.decode()
        assert "Too many attempts" in self.attempt(account, user, PASSWORD).content.decode()

    def test_does_not_lock_the_user_out_elsewhere(self, account, rival):
        user = make_user(account, email="ada@msp.test")
        twin = make_user(rival, email="ada@msp.test")
        for _ in range(11):
            self.attempt(account, user)
        assert self.attempt(account, user, PASSWORD, address="192.0.2.2").status_code == 302
        assert self.attempt(rival, twin, PASSWORD).status_code == 302

    def test_right_passwords_do_not_count(self, account):
        user = make_user(account)
        assert {self.attempt(account, user, PASSWORD).status_code for _ in range(12)} == {302}

    def test_unknown_and_wrong_are_told_in_the_same_words(self, account):
        user, nobody = make_user(account), make_user(account)
        nobody.email = "nobody@msp.test"
        pages = [page_of(self.attempt(account, each), status=422) for each in (user, nobody)]
        assert pages[0].texts("p", class_="form-error") == pages[1].texts("p", class_="form-error")

    def test_without_redis_nobody_guesses_uncounted(self, account, monkeypatch):
        user = make_user(account)

        def away(*arguments, **options):
            raise redis.exceptions.ConnectionError

        monkeypatch.setattr(redis.Redis, "execute_command", away)
        response = self.attempt(account, user, PASSWORD)
        assert response.status_code == 422
        assert "does not reach its Redis" in response.content.decode()


class TestReset:
    def test_takes_all_factors_and_sessions_and_is_logged(self, account, sign_in, inside):
        user, helper = make_user(account, Role.EDITOR), make_user(account)
        client = sign_in(user)
        give_app(user, NOON)
        give_codes(user, NOON)
        with inside():
            assert reset_second_factors(user, now=NOON, actor=helper) == [
                "authenticator app",
                "recovery codes",
            ]
        assert factors_in_database(user) == []
        assert not is_in(client, account)
        with inside():
            line = Activity.objects.get(action="user.second_factors_reset")
        assert (line.user_id, line.subject) == (helper.pk, user.email)

    def test_command_lets_a_locked_out_administrator_back_in(self, account, sign_in):
        user = make_user(account)
        give_app(user, NOON)
        said = io.StringIO()
        arguments = ("--account", account.slug, "--email", user.email.upper())
        call_command("reset_second_factor", *arguments, stdout=said)
        assert said.getvalue() == (
            f"Second factors of {user.email}: authenticator app. They are signed out everywhere.\n"
        )
        assert is_in(sign_in(user), account)

    def test_command_touches_one_account_only(self, account, rival):
        user, twin = make_user(account, email="ada@msp.test"), make_user(rival, email="ada@msp.test")
        for each in (user, twin):
            give_app(each, NOON)
        call_command(
            "reset_second_factor", "--account", account.slug, "--email", user.email, stdout=io.StringIO()
        )
        assert [factors_in_database(each) for each in (user, twin)] == [[], ["totp"]]

    @pytest.mark.parametrize(
        ("slug", "words"), [("no-such-account", "There is no account"), (None, "has no user")]
    )
    def test_command_refuses_in_words(self, account, rival, slug, words):
        make_user(rival, email="ada@rival.test")
        with pytest.raises(CommandError, match=words):
            call_command(
                "reset_second_factor", "--account", slug or account.slug, "--email", "ada@rival.test"
            )


class TestLinkOfTheOperator:
    """For the last Administrator who forgot their password."""

    def run(self, account, email):
        said = io.StringIO()
        call_command("password_link", account=account.slug, email=email, stdout=said)
        return said.getvalue().strip()

    def test_command_prints_a_link_that_lets_them_choose_another(self, account, settings):
        settings.PUBLIC_URL, settings.EMAIL_HOST = "http://localhost", "mail.msp.test"
        user = make_user(account)
        address = self.run(account, user.email.upper())
        client = Client(HTTP_HOST="localhost")
        chosen = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}
        assert client.post(address.removeprefix("http://localhost"), chosen).url == f"/{account.slug}/"
        assert is_in(client, account)

    def test_command_refuses_in_words(self, account, rival, inside):
        user, foreigner = make_user(account, Role.EDITOR), make_user(rival)
        with pytest.raises(CommandError, match="has no user"):
            self.run(account, foreigner.email)
        with inside():
            user.is_active = False
            user.save()
        with pytest.raises(CommandError, match="is deactivated"):
            self.run(account, user.email)
