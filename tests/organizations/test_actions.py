"""Accounts and users: who may be made, and the line each leaves in the activity log."""

import uuid

import pytest
from django.db import DataError

from organizations.access import RESERVED_SLUGS, account_transaction, find_account
from organizations.actions import AccountNameError, NewUser, create_account, create_user
from organizations.models import Account, Activity, User
from organizations.roles import Role
from tests.factories import NOW, PASSWORD

ADA = NewUser("ada@new.example", "Ada", Role.ADMINISTRATOR, PASSWORD)


@pytest.fixture
def slug(_database):
    return f"new-{uuid.uuid4().hex[:8]}"


def found(slug):
    """What is stored of the account: its name, its users and its log."""
    account = Account.objects.get(slug=slug)
    users = list(User.objects.values_list("email", flat=True))
    return account.name, users, list(Activity.objects.order_by("pk").values_list("action", "subject", "at"))


def test_account_begins_with_its_administrator_and_two_lines_of_the_log(slug):
    account = create_account("New MSP", slug=slug, administrator=ADA, now=NOW)
    with account_transaction(account.pk):
        lines = [("account.created", "New MSP", NOW), ("user.created", "ada@new.example", NOW)]
        assert found(slug) == ("New MSP", ["ada@new.example"], lines)


def test_user_is_logged_with_who_made_it_and_which_role(account, administrator, inside):
    with inside():
        create_user(
            account, NewUser(" Bo@New.Example ", "Bo", Role.EDITOR, PASSWORD), now=NOW, actor=administrator
        )
        line = Activity.objects.filter(action="user.created").latest("pk")
        assert (line.subject, line.user, line.details) == (
            "bo@new.example",
            administrator,
            {"role": "editor"},
        )


def test_password_of_a_new_user_is_never_printed():
    assert PASSWORD not in repr(ADA)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("name", [*sorted(RESERVED_SLUGS), "two words", "", "ü", "a/b", "a\n", "a" * 61])
def test_name_that_no_address_could_have_is_refused(name):
    with pytest.raises(AccountNameError, match="can't name an account"):
        create_account("New MSP", slug=name, now=NOW)


def test_taken_name_is_refused_and_its_account_stays_as_it_was(account, inside):
    with pytest.raises(AccountNameError, match="There is an account"):
        create_account("Another MSP", slug=account.slug, administrator=ADA, now=NOW)
    with inside():
        assert found(account.slug) == ("Account", [], [("account.created", "Account", NOW)])


def test_account_whose_administrator_failed_is_taken_up_again(slug):
    unstorable = NewUser(ADA.email, "x" * 201, ADA.role, PASSWORD)
    with pytest.raises(DataError):
        create_account("Misspelt", slug=slug, administrator=unstorable, now=NOW)

    account = create_account("New MSP", slug=slug, administrator=ADA, now=NOW)

    with account_transaction(account.pk):
        assert found(slug)[:2] == ("New MSP", ["ada@new.example"])
        assert find_account(slug) == account
