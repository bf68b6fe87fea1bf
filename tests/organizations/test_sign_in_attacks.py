"""What somebody tries who has a part of what it takes: an open session, an old password, a link, a key without its PIN."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import NoReverseMatch, reverse
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from organizations.access import account_transaction
from organizations.actions.signing_in import add_app, change_password, renew_recovery_codes
from organizations.models import Activity, User
from organizations.recent_sign_in import MOST_FAILURES
from organizations.sign_in.factors import new_app_secret
from tests.factories import PASSWORD, make_user
from tests.organizations.second_factors import code_of, factors_in_database, give_app, give_codes
from tests.pages import page_of

NOON = datetime(2026, 5, 4, 12, 0, 5, tzinfo=UTC)
NEW_PASSWORD = "another horse battery"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


def visitor(**more):
    return Client(HTTP_HOST="localhost", **more)


def by_password(user, password=PASSWORD, **more):
    client = visitor(**more)
    with account_transaction(user.account_id):
        slug = user.account.slug
    return client, client.post(f"/{slug}/sign-in/", {"email": user.email, "password": password})


def is_in(client, account):
    return client.get(f"/{account.slug}/organizations/").status_code == 200


class Key:
    """A security key: it signs when touched, and says whether its PIN was typed."""

    PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40

    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = b"a key's own name"

    def registered(self):
        """As a browser answered when the passkey was added."""
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        flags = self.PRESENT | self.VERIFIED | self.ATTESTED
        known = AuthenticatorData.create(_hash(b"localhost"), flags, 0, credential)
        attestation = AttestationObject.create("none", known, {})
        response = {
            "clientDataJSON": _text(b'{"type": "webauthn.create", "challenge": "", "origin": ""}'),
            "attestationObject": _text(bytes(attestation)),
        }
        return self._answer(response)

    def touched(self, user, challenge, *, flags):
        said = {"type": "webauthn.get", "challenge": challenge, "origin": "http://localhost"}
        client_data = json.dumps(said).encode()
        known = bytes(AuthenticatorData.create(_hash(b"localhost"), flags, 1))
        signature = self.private.sign(known + _hash(client_data), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": _text(client_data),
            "authenticatorData": _text(known),
            "signature": _text(signature),
            "userHandle": _text(user_pk_to_url_str(user).encode()),
        }
        return json.dumps(self._answer(response))

    def _answer(self, response):
        name = _text(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}


def _hash(data):
    return hashlib.sha256(data).digest()


def _text(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _give_key(user):
    key = Key()
    data = {"name": "Key", "credential": key.registered()}
    with account_transaction(user.account_id):
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    return key


class TestStolenKey:
    """Registered with a PIN, which the thief does not know."""

    def asked(self, client, account):
        return client.get(f"/{account.slug}/sign-in/passkey/").json()["publicKey"]["challenge"]

    def answer(self, client, account, credential):
        return client.post(f"/{account.slug}/sign-in/passkey/", {"credential": credential})

    def test_owner_is_let_in_by_touch_and_pin(self, account):
        owner, client = make_user(account), visitor()
        key = _give_key(owner)
        challenge = self.asked(client, account)
        credential = key.touched(owner, challenge, flags=Key.PRESENT | Key.VERIFIED)
        assert self.answer(client, account, credential).status_code == 302
        assert is_in(client, account)

    def test_touch_alone_is_no_sign_in(self, account):
        owner, client = make_user(account), visitor()
        key = _give_key(owner)
        credential = key.touched(owner, self.asked(client, account), flags=Key.PRESENT)
        assert self.answer(client, account, credential).status_code == 422

    def test_question_of_a_second_factor_does_not_spare_the_pin(self, account):
        """The thief is a user as well; being asked for their own second factor, they answer with the stolen key."""
        owner, thief = make_user(account), make_user(account)
        key = _give_key(owner)
        _give_key(thief)
        client, response = by_password(thief)
        options = page_of(client.get(response.url)).one("form", **{"data-passkey": "get"})
        challenge = json.loads(options.attributes["data-options"])["challenge"]
        credential = key.touched(owner, challenge, flags=Key.PRESENT)
        assert self.answer(client, account, credential).status_code == 422
        assert not is_in(client, account)


@pytest.mark.usefixtures("clock")
class TestOldPassword:
    def test_sign_in_that_waits_for_a_code_ends_with_the_password_it_began_with(self, account, inside):
        user = make_user(account)
        secret = give_app(user, NOON)
        thief, response = by_password(user)
        with inside():
            change_password(user, NEW_PASSWORD, this_session=None, now=NOON)
        answer = thief.post(response.url, {"code": code_of(secret, NOON)})
        assert (answer.status_code, answer.url) == (302, f"/{account.slug}/sign-in/")
        assert not is_in(thief, account)
        owner, response = by_password(user, NEW_PASSWORD)
        assert owner.post(response.url, {"code": code_of(secret, NOON)}).status_code == 302


class TestOpenSession:
    """Somebody left it open, and somebody else found it."""

    def change(self, client, account, current):
        form = {"current": current, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
        return client.post(f"/{account.slug}/profile/password/", form)

    def test_current_password_is_not_guessed_on_and_on(self, account):
        client, _ = by_password(make_user(account))
        answers = [self.change(client, account, f"guess {n}").status_code for n in range(MOST_FAILURES)]
        assert answers == [422] * (MOST_FAILURES - 1) + [302]
        assert not is_in(client, account)

    def test_empty_form_is_no_guess(self, account):
        client, _ = by_password(make_user(account))
        answers = [self.change(client, account, "").status_code for _ in range(MOST_FAILURES + 1)]
        assert answers == [422] * (MOST_FAILURES + 1)

    def test_session_past_a_change_of_password_is_ended_like_any_other(self, account):
        user = make_user(account)
        found, _ = by_password(user)
        assert self.change(found, account, PASSWORD).status_code == 302
        owner, _ = by_password(user, NEW_PASSWORD)
        assert is_in(found, account)
        owner.post(f"/{account.slug}/profile/sessions/end-others/")
        assert (is_in(found, account), is_in(owner, account)) == (False, True)

    def test_session_ends_after_twelve_hours_however_much_it_is_used(self, account, clock):
        client, _ = by_password(make_user(account))
        for _ in range(11):
            clock.shift(timedelta(hours=1))
            assert is_in(client, account)
        clock.shift(timedelta(minutes=61))
        assert not is_in(client, account)

    @pytest.mark.parametrize("path", ["invitation/", "second-factors/reset/"])
    def test_ways_in_of_others_ask_again_and_lead_back(self, account, clock, path):
        other = make_user(account)
        give_app(other, NOON)
        client, _ = by_password(make_user(account))
        page = f"/{account.slug}/admin/users/{other.pk}/"
        clock.shift(timedelta(minutes=11))
        asked = client.post(f"{page}{path}", headers={"Referer": f"http://localhost{page}?q=1"})
        confirm = f"/{account.slug}/profile/confirm/"
        assert asked.url == f"{confirm}?next=%2F{account.slug}%2Fadmin%2Fusers%2F{other.pk}%2F%3Fq%3D1"
        assert factors_in_database(other) == ["totp"]
        assert client.post(asked.url, {"password": PASSWORD}).url == f"{page}?q=1"

    @pytest.mark.parametrize("sent_from", ["https://evil.example/", "http://localhost//evil.example/"])
    def test_confirming_leads_out_of_the_portal_for_nobody(self, account, clock, sent_from):
        other = make_user(account)
        client, _ = by_password(make_user(account))
        clock.shift(timedelta(minutes=11))
        invitation = f"/{account.slug}/admin/users/{other.pk}/invitation/"
        asked = client.post(invitation, headers={"Referer": sent_from})
        confirmed = client.post(asked.url, {"password": PASSWORD})
        assert confirmed.status_code == 302
        assert confirmed.url.startswith(f"/{account.slug}/")

    @pytest.mark.parametrize("path", ["invitation/", "second-factors/reset/"])
    def test_own_ways_in_are_changed_under_security_alone(self, account, path):
        user = make_user(account)
        client, _ = by_password(user)
        give_app(user, datetime.now(UTC).replace(hour=12))
        client.post(f"/{account.slug}/admin/users/{user.pk}/{path}")
        assert factors_in_database(user) == ["totp"]
        with account_transaction(account.pk):
            assert user.invitations.count() == 0


@pytest.mark.usefixtures("clock")
class TestGuessing:
    def test_one_line_is_one_guesser_however_many_addresses_it_has(self, account):
        user = make_user(account)
        for guess in range(10):
            by_password(user, "wrong", REMOTE_ADDR=f"2001:db8:7:7::{guess}")
        _, refused = by_password(user, REMOTE_ADDR="2001:db8:7:7:ffff::1")
        assert "Too many attempts" in refused.content.decode()
        _, elsewhere = by_password(user, REMOTE_ADDR="2001:db8:7:8::1")
        assert elsewhere.status_code == 302

    def test_failures_tell_in_the_log_where_they_came_from(self, account, inside):
        user = make_user(account)
        give_app(user, NOON)
        agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
        where = {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": "192.0.2.7"}
        by_password(user, "wrong", **where)
        client, response = by_password(user, **where)
        client.post(response.url, {"code": "000000"})
        client.post(response.url, {"code": ""})
        with inside():
            lines = Activity.objects.filter(action__endswith="failed").order_by("pk")
            told = [(line.action, line.details["address"], line.details["device"]) for line in lines]
        assert told == [
            ("user.sign_in_failed", "192.0.2.7", "Firefox on Windows"),
            ("user.second_factor_failed", "192.0.2.7", "Firefox on Windows"),
        ]

    def test_refused_confirmation_stands_in_the_log(self, account, inside):
        user = make_user(account)
        client, _ = by_password(user)
        client.post(f"/{account.slug}/profile/confirm/", {"password": "wrong"})
        with inside():
            assert Activity.objects.filter(user=user, action="user.proof_failed").count() == 1


@pytest.mark.usefixtures("clock")
class TestTwiceAtOnce:
    """A double click, as the server sees it."""

    def test_app_is_added_once(self, account, in_threads):
        user, secret = make_user(account), new_app_secret()

        def add():
            with account_transaction(account.pk):
                return add_app(user, secret, code_of(secret, NOON), now=NOON)

        assert in_threads(add, add) == [True, True]
        assert factors_in_database(user) == ["totp"]

    def test_codes_of_the_last_count(self, account, in_threads):
        user = make_user(account)
        give_app(user, NOON)

        def renew():
            with account_transaction(account.pk):
                return renew_recovery_codes(user, now=NOON)

        made = in_threads(renew, renew)
        assert factors_in_database(user) == ["recovery_codes", "totp"]
        opened = []
        for codes in made:
            client, response = by_password(user)
            opened.append(client.post(response.url, {"code": codes[0]}).status_code)
        assert sorted(opened) == [302, 422]


@pytest.mark.usefixtures("clock")
class TestLostSealingKey:
    """What it sealed is lost; nothing else is."""

    @pytest.fixture
    def user(self, account, settings):
        user = make_user(account)
        give_app(user, NOON)
        give_codes(user, NOON)
        settings.SEALING_KEYS = [f"other:{base64.b64encode(bytes(32)).decode()}"]
        return user

    def test_codes_are_refused_in_words(self, user):
        client, response = by_password(user)
        assert client.post(response.url, {"code": "123456"}).status_code == 422

    def test_security_page_lets_make_new_ones(self, account, user, settings):
        old = settings.SEALING_KEYS
        settings.SEALING_KEYS = [f"one:{base64.b64encode(b'1' * 32).decode()}"]
        other = make_user(account)
        give_app(other, NOON)
        give_codes(other, NOON)
        session = visitor()
        with account_transaction(account.pk):
            session.force_login(other)
        settings.SEALING_KEYS = old
        page = page_of(session.get(f"/{account.slug}/profile/security/"))
        assert "0 of 10 left" in page.text


def test_password_that_is_the_address_is_refused(account):
    user = make_user(account, email="ada.lindqvist@msp.test")
    client, _ = by_password(user)
    form = {"current": PASSWORD, "password": "ada.lindqvist@msp", "again": "ada.lindqvist@msp"}
    page = page_of(client.post(f"/{account.slug}/profile/password/", form), status=422)
    assert page.texts("p", class_="form-error") == ["The password is too similar to the email."]
    with account_transaction(account.pk):
        assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_pages_before_sign_in_stay_out_of_caches(account):
    give_app(user := make_user(account), datetime.now(UTC).replace(hour=12))
    client, response = by_password(user)
    for path in (response.url, f"/{account.slug}/sign-in/", f"/{account.slug}/organizations/"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_what_was_sent_without_a_session_leads_back_to_its_page(account):
    page = f"/{account.slug}/admin/users/7/"
    answer = visitor().post(f"{page}deactivate/", headers={"Referer": f"http://localhost{page}"})
    assert answer.url == f"/{account.slug}/sign-in/?next={page}"
    blind = visitor().post(f"{page}deactivate/")
    assert blind.url == f"/{account.slug}/sign-in/?next=/{account.slug}/sign-in/"


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "mfa_index", "usersessions_list"]
)
def test_none_of_allauths_own_pages_has_an_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["accounts/login/", "accounts/signup/", "accounts/2fa/", "admin/"])
def test_none_of_the_usual_ways_in_leads_anywhere(committed, path):
    assert visitor().get(f"/{path}").status_code == 404


def test_signed_out_sessions_leave_nothing_on_the_list(account):
    user = make_user(account)
    client, _ = by_password(user)
    client.post(f"/{account.slug}/sign-out/")
    with account_transaction(account.pk):
        assert UserSession.objects.filter(user=user).count() == 0
