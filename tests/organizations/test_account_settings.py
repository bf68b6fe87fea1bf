"""Admin > Account: the name, and who must have a second factor."""

import pytest

from organizations.models import Account, Activity
from organizations.roles import Role
from tests.factories import make_user
from tests.pages import page_of


@pytest.fixture
def url(account):
    return f"/{account.slug}/admin/account/"


@pytest.mark.parametrize("role", list(Role))
def test_account_is_for_administrators_to_set(role, account, url, sign_in):
    expected = 200 if role is Role.ADMINISTRATOR else 403
    assert sign_in(make_user(account, role)).get(url).status_code == expected


def test_account_is_renamed_and_its_policy_told_in_the_log(administrator, account, url, sign_in, inside):
    client = sign_in(administrator)
    for _ in range(2):
        assert client.post(url, {"name": "Renamed", "second_factor": "nobody"}).status_code == 302
    page = page_of(client.get(url))
    assert page.one("a", class_="brand").text == "Renamed"
    with inside():
        [line] = Activity.objects.filter(action="account.changed")
        assert (line.subject, line.user) == ("Renamed", administrator)
        assert line.details == {
            "before": {"name": "Account", "second_factor": "nobody"},
            "after": {"name": "Renamed", "second_factor": "nobody"},
        }


def test_stricter_policy_counts_with_the_next_request(administrator, account, url, sign_in):
    client = sign_in(administrator)
    client.post(url, {"name": "Account", "second_factor": "everyone"})
    answer = client.get(url)
    assert (answer.status_code, answer.url.startswith(f"/{account.slug}/profile/")) == (302, True)


def test_form_that_is_wrong_changes_nothing(administrator, account, url, sign_in, inside):
    page = page_of(sign_in(administrator).post(url, {"name": "", "second_factor": "some"}), status=422)
    assert page.one("", id="name-error").text == "Give the account a name."
    with inside():
        stored = Account.objects.get(pk=account.pk)
        assert (stored.name, stored.second_factor) == (account.name, account.second_factor)
