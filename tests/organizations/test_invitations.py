"""A link lets a new user choose a password: once, for a week, and nobody else."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from organizations.actions.invitations import (
    InvitationClosedError,
    NotInvitableError,
    accept_invitation,
    find_invitation,
    invite,
    revoke_invitation,
)
from organizations.actions.people import Profile, add_user, deactivate_user
from organizations.models import Activity, Invitation, Letter, User
from organizations.roles import Role
from tests.factories import NOW, make_account, make_user
from tests.pages import page_of

pytestmark = pytest.mark.usefixtures("without_mail_server")
GOOD = {"password": "twelve long words", "again": "twelve long words"}


@pytest.fixture
def newcomer(account, administrator, inside):
    with inside():
        return add_user(
            account, "new@x.test", profile=Profile("Newcomer", Role.EDITOR), now=NOW, actor=administrator
        )


@pytest.fixture
def address(newcomer, administrator, inside):
    with inside():
        return invite(newcomer, now=timezone.now(), actor=administrator).address


@pytest.fixture
def users_url(account):
    return f"/{account.slug}/admin/users/"


def path_of(address: str) -> str:
    return address.removeprefix("http://localhost")


def visitor() -> Client:
    return Client(HTTP_HOST="localhost")


def test_invited_user_chooses_a_password_and_is_in(administrator, account, sign_in, users_url, inside):
    sent = {"email": " New@X.test ", "name": "Newcomer", "role": "editor", "access": "all"}
    told = page_of(sign_in(administrator).post(f"{users_url}new/", sent))
    address = told.one("input", id="invitation-link").attributes["value"]
    assert re.fullmatch(rf"http://localhost/{account.slug}/invitation/\?token=[\w-]{{43}}", address)

    client = visitor()
    page = page_of(client.get(path_of(address)))
    assert (page.one("h1").text, page.one("input", id="id_email").attributes["value"]) == (
        "Welcome, Newcomer",
        "new@x.test",
    )
    assert client.post(path_of(address), GOOD).url == f"/{account.slug}/"
    home = page_of(client.get(f"/{account.slug}/organizations/"))
    assert home.one("span", class_="user-name").text == "Newcomer"
    answer = visitor().post(
        f"/{account.slug}/sign-in/", {"email": "new@x.test", "password": GOOD["password"]}
    )
    assert answer.status_code == 302
    with inside():
        lines = Activity.objects.filter(subject="new@x.test").order_by("pk")
        assert [(line.action, line.user.email) for line in lines[:3]] == [
            ("user.invited", administrator.email),
            ("invitation.sent", administrator.email),
            ("invitation.accepted", "new@x.test"),
        ]


def test_link_is_kept_as_a_digest_and_shown_once(
    administrator, newcomer, address, sign_in, users_url, inside
):
    token = address.partition("token=")[2]
    with inside():
        stored = Invitation.objects.get()
        assert token not in str(vars(stored))
    assert token not in sign_in(administrator).get(f"{users_url}{newcomer.pk}/").content.decode()


def test_with_a_mail_server_the_link_goes_by_mail_and_nowhere_else(
    administrator, account, sign_in, users_url, inside, settings
):
    settings.EMAIL_HOST = "mail.msp.test"
    sent = {"email": "new@x.test", "name": "Newcomer", "role": "editor", "access": "all"}
    client = sign_in(administrator)
    response = client.post(f"{users_url}new/", sent, follow=True)
    with inside():
        letter, user = Letter.objects.get(), User.objects.get(email="new@x.test")
    assert response.redirect_chain == [(f"{users_url}{user.pk}/", 302)]
    [token] = re.findall(r"token=([\w-]{43})", letter.body)
    assert (letter.to, token in response.content.decode()) == ("new@x.test", False)
    assert letter.subject == "Your invitation to the documentation of Account"
    assert "Administrator invites you to the documentation portal of Account." in letter.body
    assert page_of(visitor().get(f"/{account.slug}/invitation/?token={token}")).one("h1").text == (
        "Welcome, Newcomer"
    )


def test_newcomer_can_not_sign_in_before(newcomer, account):
    client = visitor()
    for password in ("", "!", GOOD["password"]):
        answer = client.post(f"/{account.slug}/sign-in/", {"email": newcomer.email, "password": password})
        assert answer.status_code == 422


def withdrawn(address, newcomer, administrator):
    revoke_invitation(newcomer, now=NOW, actor=administrator)


def replaced(address, newcomer, administrator):
    invite(newcomer, now=timezone.now(), actor=administrator)


def deactivated(address, newcomer, administrator):
    deactivate_user(newcomer, now=NOW, actor=administrator)


@pytest.mark.parametrize("close", [withdrawn, replaced, deactivated])
def test_link_of_no_use_is_told_and_opens_nothing(close, address, newcomer, administrator, account, inside):
    with inside():
        close(address, newcomer, administrator)
        before = User.objects.get(pk=newcomer.pk).password
    _assert_closed(address, account)
    with inside():
        assert User.objects.get(pk=newcomer.pk).password == before


def test_link_works_once(address, newcomer, account, inside):
    visitor().post(path_of(address), GOOD)
    _assert_closed(address, account)


def test_link_expires_after_seven_days(address, account):
    week = timezone.now() + timedelta(days=7)
    with time_machine.travel(week - timedelta(minutes=5), tick=False):
        assert visitor().get(path_of(address)).status_code == 200
    with time_machine.travel(week + timedelta(minutes=5), tick=False):
        _assert_closed(address, account)


@pytest.mark.parametrize("token", ["", "x", "%00", "ü", "a" * 5000, "%F0%9F%98%80"])
def test_made_up_link_is_answered_like_any_other_of_no_use(token, account):
    _assert_closed(f"http://localhost/{account.slug}/invitation/?token={token}", account)


def test_link_of_one_account_opens_nothing_in_another(address, account, rival):
    elsewhere = path_of(address).replace(account.slug, rival.slug)
    _assert_closed(elsewhere, rival)
    assert visitor().get(path_of(address)).status_code == 200


def _assert_closed(address, account):
    for client, method in ((visitor(), "get"), (visitor(), "post")):
        page = page_of(
            getattr(client, method)(path_of(address), GOOD if method == "post" else None), status=404
        )
        assert page.one("h1").text == "This link is of no use any more"
        assert client.get(f"/{account.slug}/organizations/").status_code == 302


def test_weak_password_is_refused_and_the_link_goes_on(address, newcomer, account):
    client = visitor()
    told = {}
    for sent in (
        {"password": "short", "again": "short"},
        {"password": GOOD["password"], "again": "another thing"},
        {},
    ):
        page = page_of(client.post(path_of(address), sent), status=422)
        told[sent.get("password", "")] = [error.text for error in page.all("p", class_="form-error")]
    assert told["short"] == ["This password is too short. It must contain at least 12 characters."]
    assert told[GOOD["password"]] == ["The two passwords differ."]
    assert told[""] == ["Choose a password.", "Type the password once more."]
    assert client.post(path_of(address), GOOD).status_code == 302


def test_of_two_who_open_one_link_at_once_the_second_is_refused(
    address, newcomer, account, inside, in_threads
):
    with inside():
        found = find_invitation(account, address.partition("token=")[2], now=timezone.now())

    def accept(password):
        try:
            with inside():
                accept_invitation(found, password=password, now=timezone.now())
        except InvitationClosedError:
            return "refused"
        return password

    told = in_threads(lambda: accept("first long password"), lambda: accept("second long password"))
    assert told.count("refused") == 1
    [password] = set(told) - {"refused"}
    with inside():
        assert User.objects.get(pk=newcomer.pk).check_password(password)


def test_invitation_is_sent_anew_and_withdrawn_from_the_users_page(
    administrator, newcomer, address, account, sign_in, users_url
):
    client, url = sign_in(administrator), f"{users_url}{newcomer.pk}/"
    assert page_of(client.get(url)).one("span", class_="badge").text == "Invited"
    told = page_of(client.post(f"{url}invitation/"))
    second = told.one("input", id="invitation-link").attributes["value"]
    _assert_closed(address, account)
    assert visitor().get(path_of(second)).status_code == 200
    client.post(f"{url}invitation/revoke/")
    _assert_closed(second, account)
    assert page_of(client.get(url)).one("span", class_="badge").text == "Not invited"


def test_state_says_when_an_invitation_has_expired(administrator, newcomer, address, sign_in, users_url):
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        page = page_of(sign_in(administrator).get(f"{users_url}{newcomer.pk}/"))
    assert page.one("span", class_="badge").text == "Invitation expired"


def test_address_of_an_existing_user_is_refused(administrator, newcomer, sign_in, users_url, inside):
    sent = {"email": "NEW@x.test", "name": "Again", "role": "editor", "access": "all"}
    page = page_of(sign_in(administrator).post(f"{users_url}new/", sent), status=422)
    assert page.one("", id="email-error").text == "new@x.test is a user of this account already."
    with inside():
        assert User.objects.filter(email="new@x.test").count() == 1


def test_address_may_exist_in_another_account(administrator, account, users_url, sign_in):
    make_user(make_account("Other"), Role.EDITOR, "new@x.test")
    sent = {"email": "new@x.test", "name": "New", "role": "editor", "access": "all"}
    assert page_of(sign_in(administrator).post(f"{users_url}new/", sent)).one("h1").text == "Link for New"


def test_manager_invites_nobody_above_and_sends_no_passwords(
    account, administrator, sign_in, users_url, inside
):
    manager, editor = make_user(account, Role.MANAGER), make_user(account, Role.EDITOR)
    client = sign_in(manager)
    sent = {"email": "new@x.test", "name": "New", "role": "administrator", "access": "all"}
    assert page_of(client.post(f"{users_url}new/", sent), status=422).texts("p", class_="form-error") == [
        "You can't give this role."
    ]
    with inside(), pytest.raises(NotInvitableError, match="Only Administrators"):
        invite(editor, now=NOW, actor=manager)
    assert client.post(f"{users_url}{editor.pk}/invitation/").status_code == 302
    with inside():
        assert not Invitation.objects.exists()


def test_administrator_sends_a_link_for_a_new_password_which_ends_every_session(
    account, administrator, sign_in, users_url, inside
):
    editor = make_user(account, Role.EDITOR)
    theirs = sign_in(editor)
    told = page_of(sign_in(administrator).post(f"{users_url}{editor.pk}/invitation/"))
    address = told.one("input", id="invitation-link").attributes["value"]
    home = f"/{account.slug}/organizations/"
    assert theirs.get(home).status_code == 200
    client = visitor()
    assert page_of(client.get(path_of(address))).one("h1").text == "Choose a new password"
    assert client.post(path_of(address), GOOD).status_code == 302
    assert (theirs.get(home).status_code, client.get(home).status_code) == (302, 200)
    with inside():
        assert User.objects.get(pk=editor.pk).check_password(GOOD["password"])


def test_deactivated_user_is_sent_no_link(account, administrator, newcomer, inside):
    with inside():
        deactivate_user(newcomer, now=NOW, actor=administrator)
        with pytest.raises(NotInvitableError, match="is deactivated"):
            invite(newcomer, now=NOW, actor=administrator)
