"""Signing in by the company's own service: there, by the simulated identity platform over TLS, and back again."""

import json
import time
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from integrations.microsoft.simulator import Simulator, World
from integrations.microsoft.simulator.tokens import TokenService
from organizations.access import account_transaction
from organizations.actions.accounts import edit_account
from organizations.models import Activity, ExternalIdentity, SecondFactorPolicy, User
from organizations.sign_in import provider
from organizations.sign_in.provider import Provider, _is_email_vouched
from tests.factories import NOW, make_user
from tests.organizations.second_factors import give_app

TENANT = "8b8a1c3e-0d6f-4d57-9c40-5a9d7e0d1f22"


@pytest.fixture(scope="module")
def simulator():
    with Simulator(World(seed=7, tenants=3, realm="sign-in")) as running:
        yield running


@pytest.fixture
def directory(simulator):
    """The MSP's own."""
    return simulator.world.partner


@pytest.fixture
def person(directory):
    return next(
        each for each in directory.users if each.mail and each.account_enabled and each.user_type == "Member"
    )


@pytest.fixture(autouse=True)
def _service(simulator, directory, settings):
    settings.OIDC_ISSUER = f"{simulator.url}/{directory.tenant_id}/v2.0"
    settings.OIDC_CLIENT_ID = simulator.application_id
    settings.OIDC_CLIENT_SECRET = simulator.client_secret
    settings.OIDC_CA_BUNDLE = str(simulator.ca_path)


@pytest.fixture
def claiming(monkeypatch):
    """`claiming(email_verified=True)`: the service's id tokens say so."""

    def claim(**claims):
        honest = TokenService.sign

        def sign(self, about):
            said = about | (claims if "nonce" in about else {})
            return honest(self, {name: value for name, value in said.items() if value is not None})

        monkeypatch.setattr(TokenService, "sign", sign)

    return claim


@pytest.fixture
def client():
    return Client(HTTP_HOST="localhost")


@pytest.fixture
def there(simulator, person):
    """A browser at the service: takes the address it was sent to, answers with the one it is sent back to."""

    def visit(address, *, as_person=person):
        asked = f"{address}&{urlencode({'login_hint': as_person.user_principal_name})}"
        response = requests.get(asked, verify=str(simulator.ca_path), allow_redirects=False, timeout=10)
        back = urlsplit(response.headers["Location"])
        assert f"{back.scheme}://{back.netloc}" == settings.PUBLIC_URL
        return f"{back.path}?{back.query}"

    return visit


@pytest.fixture
def go(client, account, there):
    """The whole way; answers what the portal answers to whoever comes back."""

    def walk(*, account=account, to="", **options):
        start = client.get(f"/{account.slug}/sign-in/provider/", {"next": to})
        assert start.status_code == 302, start.content.decode()
        return client.get(there(start.url, **options))

    return walk


def is_in(client, account):
    return client.get(f"/{account.slug}/organizations/").status_code == 200


def require_of_all(account, administrator):
    everyone = SecondFactorPolicy.EVERYONE
    with account_transaction(account.pk):
        edit_account(account, name="n", second_factor=everyone, now=NOW, actor=administrator)


def identities(account, inside):
    with inside(account):
        return list(ExternalIdentity.objects.values_list("user__email", "email"))


def test_sign_in_page_offers_it_by_name(client, account, settings):
    address = f"/{account.slug}/sign-in/"
    settings.OIDC_NAME = "Acme Login"
    assert "Sign in with Acme Login" in client.get(address).content.decode()
    settings.OIDC_ISSUER = ""
    assert "Sign in with Acme Login" not in client.get(address).content.decode()
    assert client.get(f"{address}provider/").status_code == 404


def test_user_of_the_account_is_let_in_and_bound(client, account, person, go, inside):
    user = make_user(account, email=person.mail)
    page = f"/{account.slug}/organizations/?q=x"
    response = go(to=page)
    assert (response.status_code, response.url) == (302, page)
    assert is_in(client, account)
    assert identities(account, inside) == [(user.email, user.email)]
    with inside():
        told = Activity.objects.filter(user=user).order_by("pk").values_list("action", flat=True)
        assert list(told) == ["user.identity_bound", "user.signed_in"]


def test_bound_user_is_known_by_the_subject_and_not_by_the_address(
    client, account, person, go, inside, claiming
):
    user = make_user(account, email=person.mail)
    go()
    client.cookies.clear()
    with inside():
        User.objects.filter(pk=user.pk).update(email="renamed@msp.test")
    claiming(email=None)
    assert go().status_code == 302
    assert is_in(client, account)


def test_another_person_with_the_address_of_a_bound_user_is_refused(
    client, account, directory, person, go, claiming
):
    """Somebody left, and their address was given to somebody new."""
    make_user(account, email=person.mail)
    go()
    client.cookies.clear()
    claiming(sub="another-subject")
    assert go().status_code == 422
    assert not is_in(client, account)


def test_stranger_to_the_account_is_refused_and_not_made_a_user(client, account, rival, person, go, inside):
    make_user(rival, email=person.mail)
    with inside():
        before = User.objects.count()
    response = go()
    assert response.status_code == 422
    assert "no active user of this account" in response.content.decode()
    with inside():
        assert User.objects.count() == before
    assert identities(rival, inside) == []


def test_deactivated_user_is_refused(client, account, person, go, inside):
    user = make_user(account, email=person.mail)
    go()
    client.cookies.clear()
    with inside():
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert go().status_code == 422


def test_same_person_in_two_accounts_is_bound_in_each_alone(client, account, rival, person, go, inside):
    for each in (account, rival):
        make_user(each, email=person.mail)
        client.cookies.clear()
        assert go(account=each).status_code == 302
    assert [len(identities(each, inside)) for each in (account, rival)] == [1, 1]
    assert not is_in(client, account)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"email_verified": True}, 302),
        ({"email_verified": False}, 422),
        ({"xms_edov": "1"}, 302),
        ({"xms_edov": False}, 422),
        ({"tid": "11111111-2222-3333-4444-555555555555"}, 422),
        ({"idp": "https://sts.windows.net/elsewhere/"}, 422),
        ({"acct": 1}, 422),
        ({"email": None}, 422),
    ],
)
def test_address_binds_only_if_it_is_vouched_for(account, person, go, claiming, claims, expected):
    """In Entra, any directory may write any address into its users' profiles ("nOAuth")."""
    make_user(account, email=person.mail)
    claiming(**claims)
    assert go().status_code == expected


def test_other_providers_must_say_that_the_address_is_verified():
    plain = Provider("Other", "https://login.example.com", "id", "secret")
    assert not _is_email_vouched(plain, {"email": "a@example.com", "tid": TENANT})
    assert _is_email_vouched(plain, {"email": "a@example.com", "email_verified": True})


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-application"},
        {"iss": "https://login.microsoftonline.com/common/v2.0"},
        {"nonce": "of another sign-in"},
        {"azp": "another-application"},
        {"sub": None},
    ],
)
def test_id_token_that_is_not_for_this_sign_in_is_refused(client, account, person, go, claiming, claims):
    make_user(account, email=person.mail)
    claiming(**claims)
    assert go().status_code == 422
    assert not is_in(client, account)


def _by_another_key(self, claims):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": self.published_keys()[0]["kid"]})


def _by_nobody(self, claims):
    return jwt.encode(dict(claims), None, algorithm="none", headers={"kid": self.published_keys()[0]["kid"]})


def _by_the_public_part(self, claims):
    """The trick that takes a public key for a shared secret."""
    key = json.dumps(self.published_keys()[0])
    return jwt.encode(dict(claims), key, algorithm="HS256", headers={"kid": self.published_keys()[0]["kid"]})


def _expired(self, claims, sign=TokenService.sign):
    return sign(self, {**claims, "iat": time.time() - 7200, "exp": time.time() - 3600})


@pytest.mark.parametrize("sign", [_by_another_key, _by_nobody, _by_the_public_part, _expired])
def test_forged_id_token_is_refused(client, account, person, go, monkeypatch, sign):
    make_user(account, email=person.mail)
    monkeypatch.setattr(TokenService, "sign", sign)
    assert go().status_code == 422
    assert not is_in(client, account)


def test_rotated_key_is_found(client, account, person, go, simulator):
    make_user(account, email=person.mail)
    simulator.rotate_keys()
    assert go().status_code == 302


def test_answer_counts_in_the_browser_that_asked(client, account, person, there):
    """Else an attacker could sign a victim in as the attacker, by a link."""
    make_user(account, email=person.mail)
    back = there(client.get(f"/{account.slug}/sign-in/provider/").url)
    victim = Client(HTTP_HOST="localhost")
    response = victim.get(back)
    assert response.status_code == 422
    assert "did not begin in this browser" in response.content.decode()
    assert not is_in(victim, account)


def test_answer_counts_once(client, account, person, there):
    make_user(account, email=person.mail)
    back = there(client.get(f"/{account.slug}/sign-in/provider/").url)
    assert client.get(back).status_code == 302
    client.post(f"/{account.slug}/sign-out/")
    assert client.get(back).status_code == 422


@pytest.mark.parametrize("state", ["", "nonsense", "e30=", "\N{SNOWMAN}", "a" * 3000])
def test_made_up_state_is_refused(client, account, state):
    assert client.get("/sign-in/answer/", {"state": state, "code": "c"}).status_code == 400


def test_state_lives_for_ten_minutes(account):
    journey = provider.Journey(account.slug, "/", NOW.timestamp())
    state = journey.sealed()
    assert provider.open_journey(state, now=NOW) == journey
    assert provider.open_journey(state, now=NOW + timedelta(minutes=11)) is None
    assert provider.open_journey(state, now=NOW - timedelta(minutes=1)) is None


def test_turning_back_there_leads_to_the_sign_in_page(client, account, simulator, there, monkeypatch):
    monkeypatch.setattr(simulator._environment, "sign_in_declined", True)
    response = client.get(there(client.get(f"/{account.slug}/sign-in/provider/").url))
    assert response.status_code == 422
    assert "sign in another way" in response.content.decode()


def test_service_that_is_away_is_told_of(client, account, settings):
    settings.OIDC_ISSUER = f"https://localhost:9/{TENANT}/v2.0"
    response = client.get(f"/{account.slug}/sign-in/provider/")
    assert response.status_code == 422
    assert "could not be reached" in response.content.decode()


def test_address_of_all_directories_is_refused(client, account, settings, simulator):
    settings.OIDC_ISSUER = f"{simulator.url}/organizations/v2.0"
    assert client.get(f"/{account.slug}/sign-in/provider/").status_code == 422


def test_service_speaks_for_the_accounts_it_is_set_for_alone(
    client, account, rival, person, go, there, settings
):
    make_user(rival, email=person.mail)
    before = client.get(f"/{rival.slug}/sign-in/provider/").url
    settings.OIDC_ACCOUNTS = [account.slug]
    assert "Sign in with" not in client.get(f"/{rival.slug}/sign-in/").content.decode()
    assert client.get(f"/{rival.slug}/sign-in/provider/").status_code == 404
    assert client.get(there(before)).status_code == 400
    assert not is_in(client, rival)
    make_user(account, email=person.mail)
    assert go().status_code == 302


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Mike@Acme.Test", "mike@acme.test"),
        ("mi\N{KELVIN SIGN}e@acme.test", ""),
        ("m\u00fcller@acme.test", ""),
    ],
)
def test_letter_that_lower_case_turns_into_ours_binds_nobody(written, read):
    service = Provider("Okta", "https://login.acme.test", "id", "secret")
    claims = {"sub": "1", "email": written, "email_verified": True}
    assert provider._person(service, claims).email == read


def test_service_is_not_asked_on_and_on(client, account, person, there, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"provider": "2/5m/ip"}
    address = f"/{account.slug}/sign-in/provider/"
    first = client.get(address)
    assert client.get(address).status_code == 302
    refused = client.get(address)
    assert (refused.status_code, "Too many attempts" in refused.content.decode()) == (422, True)
    answer = client.get(there(first.url))
    assert answer.status_code == 422
    assert not is_in(client, account)


def test_service_is_asked_outside_of_any_transaction(client, account, person, go, monkeypatch):
    make_user(account, email=person.mail)
    seen, ask = [], provider._ask

    def watching(*arguments, **options):
        seen.append(connection.in_atomic_block)
        return ask(*arguments, **options)

    monkeypatch.setattr(provider, "_ask", watching)
    assert go().status_code == 302
    assert seen == [False] * 4


class TestSecondFactor:
    def test_portals_own_is_asked_for_after_it(self, client, account, person, go):
        user = make_user(account, email=person.mail)
        give_app(user, timezone.now().replace(hour=12))
        assert go().url == f"/{account.slug}/sign-in/second-factor/"
        assert not is_in(client, account)

    def test_services_own_counts_if_the_token_tells_of_it(self, client, account, person, go, claiming):
        require_of_all(account, make_user(account, email=person.mail))
        claiming(amr=["pwd", "mfa"])
        assert go().status_code == 302
        assert is_in(client, account)

    def test_services_own_counts_if_it_always_asks_for_one(self, client, account, person, go, settings):
        user = make_user(account, email=person.mail)
        require_of_all(account, user)
        give_app(user, timezone.now().replace(hour=12))
        settings.OIDC_SECOND_FACTOR = True
        assert go().url == f"/{account.slug}/"
        assert is_in(client, account)

    def test_policy_asks_for_one_if_the_service_did_not(self, client, account, person, go):
        require_of_all(account, make_user(account, email=person.mail))
        go()
        assert client.get(f"/{account.slug}/organizations/").url == f"/{account.slug}/profile/second-factor/"


def test_unlinking_lets_the_next_sign_in_bind_again(client, account, person, go, inside, claiming):
    make_user(account, email=person.mail)
    go()
    assert "Unlink" in client.get(f"/{account.slug}/profile/security/").content.decode()
    client.post(f"/{account.slug}/profile/identity/release/")
    assert identities(account, inside) == []
    client.cookies.clear()
    claiming(sub="another-subject")
    assert go().status_code == 302
