"""The door: what a user may see, or one and the same 404."""

from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.http import Http404

from organizations.access import account_transaction, find_account, get_contact, get_organization
from organizations.actions import ContactDetails, create_contacts
from organizations.policies import PermissionMissingError, require, visible_contacts, visible_organizations
from organizations.roles import RIGHTS, Right, Role
from tests.factories import NOW, make_organization, make_user


@pytest.fixture
def organization(account):
    return make_organization(account)


@pytest.fixture
def foreign_organization(rival):
    return make_organization(rival)


def make_contact(organization):
    with account_transaction(organization.account_id):
        return create_contacts(organization, [ContactDetails("Person")], now=NOW)[0]


def test_user_finds_organizations_and_contacts_of_the_account(administrator, organization, inside):
    contact = make_contact(organization)
    with inside():
        assert get_organization(administrator, organization.pk) == organization
        assert get_contact(administrator, contact.pk) == contact


@pytest.mark.parametrize("role", list(Role))
def test_foreign_and_absent_rows_are_the_same_404(role, account, foreign_organization, inside):
    user = make_user(account, role)
    contact = make_contact(foreign_organization)
    with inside():
        for find, foreign in ((get_organization, foreign_organization.pk), (get_contact, contact.pk)):
            said = set()
            for row_id in (foreign, 2**40, 2**80, 0, -1):
                with pytest.raises(Http404) as refused:
                    find(user, row_id)
                said.add(str(refused.value))
            assert len(said) == 1


def test_lists_hold_the_rows_of_the_account_and_no_others(
    administrator, organization, foreign_organization, inside
):
    contact = make_contact(organization)
    make_contact(foreign_organization)
    with inside():
        assert list(visible_organizations(administrator)) == [organization]
        assert list(visible_contacts(administrator)) == [contact]


@pytest.mark.usefixtures("organization")
def test_user_of_another_account_sees_nothing_here(rival, inside):
    """Were the scope ever wrong, the user's own account still counts."""
    foreigner = make_user(rival)
    with inside():
        assert list(visible_organizations(foreigner)) == []


def test_account_is_named_in_the_query_too(administrator, inside):
    """So that neither a plan nor a forgotten policy decides alone."""
    with inside():
        for rows in (visible_organizations(administrator), visible_contacts(administrator)):
            assert f'"account_id" = {administrator.account_id}' in str(rows.query)


def test_missing_right_is_refused_and_named(account):
    for role in Role:
        user = make_user(account, role)
        for right in Right:
            if right in RIGHTS[role]:
                require(user, right)
            else:
                with pytest.raises(PermissionMissingError) as refused:
                    require(user, right)
                assert (refused.value.right, right.value in str(refused.value)) == (right, True)


def test_account_is_found_by_its_exact_name(account):
    with transaction.atomic():
        assert find_account(account.slug) == account
        assert find_account(account.slug.upper()) is None
        assert find_account("") is None


def test_account_transaction_commits_and_rolls_back(account):
    make_organization(account, "Kept")
    with suppress(ZeroDivisionError), account_transaction(account.pk):
        make_organization(account, "Lost")
        raise ZeroDivisionError
    with account_transaction(account.pk), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM organizations_organization")
        assert cursor.fetchall() == [("Kept",)]
