"""Second factors: asked for after the password, counted once, kept sealed, and of one account only."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client

from organizations.access import account_transaction
from organizations.actions.accounts import edit_account
from organizations.models import Account, Activity, SecondFactorPolicy
from organizations.roles import Role
from organizations.sealing import SealBrokenError
from organizations.sign_in.adapters import SecondFactorAdapter, secrets_of
from tests.factories import NOW, PASSWORD, make_user
from tests.organizations.second_factors import (
    code_of,
    factors_in_database,
    give_app,
    give_codes,
    shown_codes,
    shown_secret,
)
from tests.pages import page_of

NOON = datetime(2026, 5, 4, 12, 0, 5, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


def by_password(user, client=None, **more):
    client = client or Client(HTTP_HOST="localhost")
    with account_transaction(user.account_id):
        slug = user.account.slug
    response = client.post(f"/{slug}/sign-in/", {"email": user.email, "password": PASSWORD, **more})
    return client, response


def is_in(client, account):
    return client.get(f"/{account.slug}/organizations/").status_code == 200


def set_policy(account, policy):
    with account_transaction(account.pk):
        actor = make_user(account, Role.ADMINISTRATOR)
        return edit_account(account, name=account.name, second_factor=policy, now=NOW, actor=actor)


@pytest.mark.usefixtures("clock")
class TestAuthenticatorApp:
    def test_password_alone_opens_nothing_once_there_is_an_app(self, account):
        user = make_user(account)
        secret = give_app(user, NOON)
        page = f"/{account.slug}/organizations/?q=x"
        client, response = by_password(user, next=page)
        asked = f"/{account.slug}/sign-in/second-factor/"
        assert (response.status_code, response.url) == (302, asked)
        assert not is_in(client, account)
        assert user.email in client.get(asked).content.decode()
        response = client.post(asked, {"code": code_of(secret, NOON)})
        assert (response.status_code, response.url) == (302, page)
        assert is_in(client, account)

    @pytest.mark.parametrize("periods", [-1, 0, 1])
    def test_clock_may_be_half_a_minute_off(self, account, periods):
        user = make_user(account)
        secret = give_app(user, NOON)
        client, response = by_password(user)
        assert client.post(response.url, {"code": code_of(secret, NOON, periods=periods)}).status_code == 302

    @pytest.mark.parametrize(
        "code", ["000000", "", "12345", "1234567", "abcdef", "\N{ARABIC-INDIC DIGIT ONE}" * 6]
    )
    def test_wrong_code_is_refused_in_words(self, account, code):
        user = make_user(account)
        give_app(user, NOON)
        client, response = by_password(user)
        refused = client.post(response.url, {"code": code})
        assert refused.status_code == 422
        assert not is_in(client, account)

    def test_older_code_is_refused(self, account):
        user = make_user(account)
        secret = give_app(user, NOON)
        client, response = by_password(user)
        assert client.post(response.url, {"code": code_of(secret, NOON, periods=-2)}).status_code == 422

    def test_replayed_code_is_refused(self, account, clock):
        user = make_user(account)
        secret = give_app(user, NOON)
        code = code_of(secret, NOON)
        client, response = by_password(user)
        assert client.post(response.url, {"code": code}).status_code == 302
        # Still inside the time in which a code counts, after which a cache would have forgotten it.
        clock.shift(timedelta(seconds=35))
        other, response = by_password(user)
        assert other.post(response.url, {"code": code}).status_code == 422
        assert other.post(response.url, {"code": code_of(secret, NOON, periods=1)}).status_code == 302

    def test_one_code_at_two_moments_lets_in_one(self, account, in_threads):
        user = make_user(account)
        secret = give_app(user, NOON)
        doors = [by_password(user) for _ in range(2)]
        form = {"code": code_of(secret, NOON)}
        answers = in_threads(
            *(lambda door=door: door[0].post(door[1].url, form).status_code for door in doors)
        )
        assert sorted(answers) == [302, 422]

    def test_guessing_is_ended_for_the_user_wherever_it_comes_from(self, account):
        user = make_user(account)
        secret = give_app(user, NOON)
        client, response = by_password(user)
        for guess in range(10):
            client.post(response.url, {"code": f"{guess:06}"}, REMOTE_ADDR=f"192.0.2.{guess}")
        refused = client.post(response.url, {"code": code_of(secret, NOON)})
        assert refused.status_code == 422
        assert "Too many attempts" in refused.content.decode()

    def test_page_adds_an_app_and_shows_recovery_codes_once(self, account, sign_in):
        user = make_user(account)
        client = sign_in(user)
        address = f"/{account.slug}/profile/authenticator-app/"
        secret = shown_secret(client.get(address))
        refused = client.post(address, {"code": "000000"})
        assert (refused.status_code, shown_secret(refused)) == (422, secret)
        added = client.post(address, {"code": code_of(secret, NOON)})
        assert (added.status_code, len(set(shown_codes(added)))) == (200, 10)
        assert factors_in_database(user) == ["recovery_codes", "totp"]
        security = client.get(f"/{account.slug}/profile/security/").content.decode()
        assert not [code for code in shown_codes(added) if code in security]

    def test_code_that_added_the_app_does_not_sign_in(self, account, sign_in):
        user = make_user(account)
        client = sign_in(user)
        address = f"/{account.slug}/profile/authenticator-app/"
        secret = shown_secret(client.get(address))
        client.post(address, {"code": code_of(secret, NOON)})
        other, response = by_password(user)
        assert other.post(response.url, {"code": code_of(secret, NOON)}).status_code == 422

    def test_secret_is_nowhere_in_the_clear(self, account, sign_in):
        user = make_user(account)
        client = sign_in(user)
        address = f"/{account.slug}/profile/authenticator-app/"
        secret = shown_secret(client.get(address))
        with account_transaction(account.pk):
            assert secret not in json.dumps(dict(client.session))
        client.post(address, {"code": code_of(secret, NOON)})
        with account_transaction(account.pk):
            stored = json.dumps(list(Authenticator.objects.filter(user=user).values_list("data", flat=True)))
        assert secret not in stored

    def test_secret_does_not_open_for_another_user(self, account, inside):
        user, other = make_user(account), make_user(account)
        give_app(user, NOON)
        with inside():
            sealed = Authenticator.objects.get(user=user).data["secret"]
        with secrets_of(other), pytest.raises(SealBrokenError):
            SecondFactorAdapter().decrypt(sealed)

    def test_removing_the_app_takes_the_recovery_codes_along(self, account, sign_in):
        user = make_user(account)
        client = sign_in(user)
        give_app(user, NOON)
        give_codes(user, NOON)
        client.post(f"/{account.slug}/profile/authenticator-app/remove/")
        assert factors_in_database(user) == []
        _, response = by_password(user)
        assert response.url == f"/{account.slug}/"


@pytest.mark.usefixtures("clock")
class TestRecoveryCodes:
    def test_each_lets_in_once(self, account):
        user = make_user(account)
        give_app(user, NOON)
        first, second, *_ = give_codes(user, NOON)
        for code, expected in ((first, 302), (first, 422), (second, 302)):
            client, response = by_password(user)
            assert client.post(response.url, {"code": f" {code[:4]} {code[4:]} "}).status_code == expected

    def test_new_ones_replace_the_old(self, account, sign_in):
        user = make_user(account)
        client = sign_in(user)
        give_app(user, NOON)
        [old, *_] = give_codes(user, NOON)
        [new, *_] = shown_codes(client.post(f"/{account.slug}/profile/recovery-codes/"))
        for code, expected in ((old, 422), (new, 302)):
            other, response = by_password(user)
            assert other.post(response.url, {"code": code}).status_code == expected

    def test_page_tells_how_many_are_left(self, account, sign_in):
        user = make_user(account)
        client = sign_in(user)
        give_app(user, NOON)
        [code, *_] = give_codes(user, NOON)
        other, response = by_password(user)
        other.post(response.url, {"code": code})
        assert "9 of 10 left" in page_of(client.get(f"/{account.slug}/profile/security/")).text

    def test_there_are_none_without_a_factor(self, account, sign_in):
        user = make_user(account)
        sign_in(user).post(f"/{account.slug}/profile/recovery-codes/")
        assert factors_in_database(user) == []


@pytest.mark.usefixtures("clock")
class TestBetweenAccounts:
    """The same person in two accounts: same e-mail address and password, and no way from one to the other."""

    @pytest.fixture
    def twins(self, account, rival):
        return make_user(account, email="twin@msp.test"), make_user(rival, email="twin@msp.test")

    def test_code_of_one_account_does_not_open_the_other(self, account, twins):
        user, elsewhere = twins
        give_app(user, NOON)
        foreign = give_app(elsewhere, NOON)
        client, response = by_password(user)
        assert client.post(response.url, {"code": code_of(foreign, NOON)}).status_code == 422
        assert not is_in(client, account)

    def test_sign_in_begun_in_one_account_does_not_end_in_the_other(self, account, rival, twins):
        user, elsewhere = twins
        secret, foreign = give_app(user, NOON), give_app(elsewhere, NOON)
        client, _ = by_password(user)
        for code in (code_of(secret, NOON), code_of(foreign, NOON)):
            response = client.post(f"/{rival.slug}/sign-in/second-factor/", {"code": code})
            assert response.url == f"/{rival.slug}/sign-in/"
        assert not is_in(client, rival)

    def test_second_factor_of_one_account_is_not_asked_for_in_the_other(self, rival, twins):
        user, elsewhere = twins
        give_app(user, NOON)
        client, _ = by_password(elsewhere)
        assert is_in(client, rival)

    def test_wall_hides_factors_of_another_account(self, account, rival, twins):
        give_app(twins[1], NOON)
        with account_transaction(account.pk):
            assert Authenticator.objects.count() == 0
        with account_transaction(rival.pk):
            assert Authenticator.objects.count() == 1


@pytest.mark.usefixtures("clock")
class TestPolicy:
    @pytest.mark.parametrize(
        ("policy", "role", "must"),
        [
            (SecondFactorPolicy.NOBODY, Role.ADMINISTRATOR, False),
            (SecondFactorPolicy.MANAGERS, Role.ADMINISTRATOR, True),
            (SecondFactorPolicy.MANAGERS, Role.MANAGER, True),
            (SecondFactorPolicy.MANAGERS, Role.EDITOR, False),
            (SecondFactorPolicy.EVERYONE, Role.LITE, True),
        ],
    )
    def test_who_must_have_one(self, account, policy, role, must):
        set_policy(account, policy)
        client, _ = by_password(make_user(account, role))
        response = client.get(f"/{account.slug}/organizations/")
        required = f"/{account.slug}/profile/second-factor/"
        assert (response.status_code, response.headers.get("Location")) == (
            (302, required) if must else (200, None)
        )

    def test_new_account_asks_administrators_and_managers(self):
        assert Account().second_factor == SecondFactorPolicy.MANAGERS

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "organizations/",
            "contacts/",
            "profile/security/",
            "profile/sessions/",
            "profile/password/",
            "admin/integrations/",
        ],
    )
    def test_nothing_leads_around_it(self, account, path):
        set_policy(account, SecondFactorPolicy.EVERYONE)
        client, _ = by_password(make_user(account))
        required = f"/{account.slug}/profile/second-factor/"
        for answer in (client.get, client.post):
            assert answer(f"/{account.slug}/{path}").headers["Location"] == required
        fragment = client.get(f"/{account.slug}/{path}", HTTP_HX_REQUEST="true")
        assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (204, required)

    def test_adding_one_opens_the_portal(self, account):
        set_policy(account, SecondFactorPolicy.EVERYONE)
        client, _ = by_password(make_user(account))
        assert client.get(f"/{account.slug}/profile/second-factor/").status_code == 200
        address = f"/{account.slug}/profile/authenticator-app/"
        secret = shown_secret(client.get(address))
        assert client.post(address, {"code": code_of(secret, NOON)}).status_code == 200
        assert is_in(client, account)

    def test_stricter_policy_counts_at_once(self, account, sign_in):
        client = sign_in(make_user(account))
        assert is_in(client, account)
        set_policy(account, SecondFactorPolicy.MANAGERS)
        assert not is_in(client, account)

    def test_taking_the_last_one_away_closes_the_portal(self, account, sign_in):
        user = make_user(account)
        client = sign_in(user)
        give_app(user, NOON)
        set_policy(account, SecondFactorPolicy.EVERYONE)
        assert is_in(client, account)
        client.post(f"/{account.slug}/profile/authenticator-app/remove/")
        assert not is_in(client, account)

    def test_recovery_codes_alone_are_no_second_factor(self, account, sign_in):
        user = make_user(account)
        client = sign_in(user)
        give_codes(user, NOON)
        set_policy(account, SecondFactorPolicy.EVERYONE)
        assert not is_in(client, account)


def test_what_people_do_with_their_factors_is_logged(account, sign_in, inside):
    user = make_user(account)
    now = datetime.now(UTC)
    client = sign_in(user)
    address = f"/{account.slug}/profile/authenticator-app/"
    secret = shown_secret(client.get(address))
    client.post(address, {"code": code_of(secret, now)})
    client.post(f"/{account.slug}/profile/authenticator-app/remove/")
    with inside():
        lines = Activity.objects.filter(user=user).order_by("pk").values_list("action", "subject_id")
        assert list(lines) == [
            ("user.signed_in", user.pk),
            ("user.second_factor_added", user.pk),
            ("user.recovery_codes_made", user.pk),
            ("user.second_factor_removed", user.pk),
        ]
