import pytest

from organizations.models import Activity
from organizations.roles import Role
from tests.factories import PASSWORD, make_user


def test_sign_in_leads_to_the_dashboard(client, account):
    user = make_user(account)
    response = client.post(f"/{account.slug}/sign-in/", {"email": user.email.upper(), "password": PASSWORD})
    assert (response.status_code, response.url) == (302, f"/{account.slug}/")


def test_wrong_password_is_refused_with_a_word(client, account):
    user = make_user(account)
    response = client.post(f"/{account.slug}/sign-in/", {"email": user.email, "password": "wrong"})
    assert response.status_code == 422
    assert "do not match an active user" in response.content.decode()


def test_user_of_another_account_can_not_sign_in_here(client, account, rival):
    foreigner = make_user(rival)
    response = client.post(f"/{account.slug}/sign-in/", {"email": foreigner.email, "password": PASSWORD})
    assert response.status_code == 422


def test_session_of_one_account_opens_no_page_of_another(account, rival, sign_in):
    client = sign_in(make_user(account))
    response = client.get(f"/{rival.slug}/organizations/")
    assert response.status_code == 302
    assert response.url.startswith(f"/{rival.slug}/sign-in/")


def test_deactivated_user_is_signed_out_by_the_next_request(account, sign_in, inside):
    user = make_user(account, Role.EDITOR)
    client = sign_in(user)
    with inside():
        user.is_active = False
        user.save()
    assert client.get(f"/{account.slug}/organizations/").status_code == 302


def test_sign_in_leads_back_to_the_page_that_asked_for_it(client, account):
    user = make_user(account)
    page = f"/{account.slug}/contacts/7/?q=a"
    response = client.post(
        f"/{account.slug}/sign-in/", {"email": user.email, "password": PASSWORD, "next": page}
    )
    assert response.url == page
    assert client.get(f"/{account.slug}/sign-in/", {"next": page}).url == page


ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "foo", "organizations",
    "/", "/another-account/organizations/", "{slug}/organizations/", "//evil.example/{slug}/", "http:///{slug}/",
    "/{slug}x/", "/{slug}",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_leads_out_of_the_account(client, account, target):
    user = make_user(account)
    sign_in, target = f"/{account.slug}/sign-in/", target.format(slug=account.slug)
    answers = [
        client.post(f"/{account.slug}/theme/", {"theme": "dark", "next": target}),
        client.post(sign_in, {"email": user.email, "password": PASSWORD, "next": target}),
        client.get(sign_in, {"next": target}),
    ]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, f"/{account.slug}/")] * 3


def test_coming_going_and_failing_stand_in_the_log(client, account, inside):
    user = make_user(account)
    sign_in = f"/{account.slug}/sign-in/"
    client.post(sign_in, {"email": user.email, "password": "wrong"})
    client.post(sign_in, {"email": "nobody@example.test", "password": "wrong"})
    client.post(sign_in, {"email": user.email, "password": PASSWORD})
    client.post(f"/{account.slug}/sign-out/")
    with inside():
        lines = Activity.objects.filter(user=user).order_by("pk").values_list("action", "subject", "user")
        assert list(lines) == [
            (f"user.{action}", user.email, user.pk)
            for action in ("sign_in_failed", "signed_in", "signed_out")
        ]
