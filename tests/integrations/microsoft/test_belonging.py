"""Strangers are told from a tenant's own users by the domains of their names."""

from uuid import UUID

import pytest

from integrations.microsoft.belonging import belongs_to, require_own_users
from integrations.microsoft.errors import PermanentError
from integrations.microsoft.records import TenantOrganization
from integrations.problems import Problem
from tests.integrations.microsoft.people import somebody

BIRCH = TenantOrganization(UUID(int=1), "Birch", "birch.test", ("birch.onmicrosoft.com", "birch.test"))


def named(*names):
    return [somebody(number, user_principal_name=name) for number, name in enumerate(names, 1)]


STRANGERS = ("a@alder.test", "b@alder.test", "c@alder.test")


@pytest.mark.parametrize(
    "names",
    [
        ("a@birch.test", "b@birch.test", "c@birch.onmicrosoft.com"),
        ("A@Birch.TEST", "b@alder.test", "c@alder.test"),
        ("jo_alder.test#EXT#@birch.onmicrosoft.com", "b@alder.test", "c@alder.test"),
        (*STRANGERS, "d@alder.test", "e@birch.test"),
        STRANGERS[:2],
        (*STRANGERS[:2], "", "nameless"),
        (),
    ],
    ids=["own", "capitals", "guest", "late", "two", "nameless", "nobody"],
)
def test_users_are_taken_as_own_unless_none_of_several_is(names):
    assert belongs_to(named(*names), BIRCH)
    require_own_users(named(*names), BIRCH)


@pytest.mark.parametrize(
    "names",
    [
        STRANGERS,
        ("a@notbirch.test", "b@sub.birch.test", "c@birch.test.alder.test"),
        ("jo_birch.test#EXT#@alder.onmicrosoft.com", *STRANGERS),
        ("birch.test@alder.test", *STRANGERS),
    ],
    ids=["others", "alike", "our guests there", "misleading"],
)
def test_strangers_are_refused(names):
    assert not belongs_to(named(*names), BIRCH)
    with pytest.raises(PermanentError) as caught:
        require_own_users(named(*names), BIRCH)
    assert caught.value.problem is Problem.WRONG_TENANT


def test_tenant_that_names_no_domain_proves_nothing():
    assert belongs_to(named(*STRANGERS), TenantOrganization(UUID(int=1), "Birch", "", ()))
