"""`manage.py check_microsoft`, as an administrator types it."""

import io
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from integrations.models import Integration, IntegrationCredential, TenantMatch
from tests.factories import connect_to


@pytest.fixture
def check():
    """Runs the command; returns its lines and its last words, which are empty when all is well."""

    def run(slug, *arguments):
        out, words = io.StringIO(), ""
        try:
            call_command(
                "check_microsoft", "--account", slug, "--integration", "Microsoft", *arguments, stdout=out
            )
        except CommandError as error:
            words, code = str(error), error.returncode
            assert code == 1
        return out.getvalue().splitlines(), words

    return run


@pytest.fixture
def office(simulated, account):
    simulator = simulated(tenants=2)
    connect_to(simulator, account)
    return simulator


def test_all_is_well_in_every_matched_tenant(office, account, check):
    lines, words = check(account.slug)
    assert words == ""
    tenants = [line for line in lines if not line.startswith(" ")]
    assert sorted(tenants) == sorted(
        f"{each.display_name} ({each.tenant_id})" for each in office.world.tenants
    )
    assert lines.count("  ok       Read users and the licenses they hold (User.Read.All)") == 2
    assert [line for line in lines if "FAILED" in line] == []


def test_what_is_missing_is_told_with_its_cost_and_remedy(office, account, check):
    broken = office.world.tenants[1]
    office.grant_consent(broken.tenant_id, roles={"Organization.Read.All"})
    lines, words = check(account.slug, "--tenant", broken.tenant_id)
    assert words == "1 of 1 tenants can't be synced as they are."
    at = lines.index("  FAILED   Read users and the licenses they hold (User.Read.All)")
    assert lines[at + 1].startswith("           Without it: Nobody is tagged on a license")
    assert lines[at + 2].startswith("           A permission is missing. ")
    assert "status 403 Authorization_RequestDenied" in lines[at + 3]


def test_one_tenant_is_checked_whether_it_is_known_or_not(office, account, check, inside):
    with inside():
        TenantMatch.objects.all().delete()
    known = office.world.tenants[0]
    lines, words = check(account.slug, "--tenant", known.tenant_id)
    assert (words, lines[0]) == ("", f"{known.display_name} ({known.tenant_id})")
    stranger = uuid4()
    lines, words = check(account.slug, "--tenant", str(stranger))
    assert (words, lines[0]) == ("1 of 1 tenants can't be synced as they are.", f"Tenant ({stranger})")


def test_own_tenant_is_checked_first(office, account, check, inside):
    with inside():
        Integration.objects.update(home_tenant_id=UUID(office.world.partner.tenant_id))
    lines, _ = check(account.slug)
    assert lines[0] == f"{office.world.partner.display_name} ({office.world.partner.tenant_id})"


def test_command_writes_nothing(office, account, check, inside):
    with inside():
        TenantMatch.objects.update(verified_at=None)
    check(account.slug)
    with inside():
        assert set(TenantMatch.objects.values_list("verified_at", flat=True)) == {None}


def test_what_is_not_there_is_named(office, account, rival, check, inside):
    assert check("nobody")[1] == "There is no account 'nobody'."
    assert check(rival.slug)[1] == "The account has no integration 'Microsoft'."
    with inside():
        TenantMatch.objects.all().delete()
    assert check(account.slug)[1] == "No tenant is known yet. Name one with --tenant."
    with inside():
        IntegrationCredential.objects.update(sealed=b"spoiled")
    assert check(account.slug)[1].startswith("The stored credential does not open")
    with inside():
        IntegrationCredential.objects.all().delete()
    assert check(account.slug)[1] == "The integration has no credential any more."


def test_tenant_must_be_an_id(office, account, check):
    assert "'contoso.com' is no tenant ID" in check(account.slug, "--tenant", "contoso.com")[1]
