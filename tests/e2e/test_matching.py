"""Microsoft Tenant Matching in a browser: ticking, bulk decisions, and what a change does said before it is done."""

import uuid

import pytest
from playwright.sync_api import expect

from integrations.models import TenantMatch
from integrations.states import MatchSource, RunState
from organizations.access import account_transaction
from organizations.actions import create_organization
from tests.e2e.conftest import PHONE
from tests.e2e.office import opened
from tests.e2e.test_every_page import violations
from tests.factories import NOW

pytestmark = pytest.mark.browser

#: Tenants that a partner's list brought, and the organizations that are there already.
FOUND = [
    ("Cedar Foods, Inc.", "cedarfoods.com"),
    ("Delta Logistics", "delta-logistics.com"),
    ("Ember Clinic", "emberclinic.onmicrosoft.com"),
    ("Falkon Motors", ""),
    ("Tailspin Toys", "tailspintoys.com"),
    ("Twin Peaks", "twinpeaks.com"),
]
ORGANIZATIONS = [
    "Cedar Foods",
    "Delta Logistics GmbH",
    "Ember Clinic",
    "Falcon Motors",
    "Twin Peaks",
    "Twin Peaks",
]


@pytest.fixture
def practice(chromium, _database):
    """An office of two synced clients, with six tenants that nobody has matched yet."""
    with opened("Matching Managed Services", tenants=2) as office:
        assert office.sync().state == RunState.OK
        with account_transaction(office.account.pk):
            for name in ORGANIZATIONS:
                create_organization(office.account.pk, name=name, now=NOW)
            TenantMatch.objects.bulk_create(
                TenantMatch(
                    account_id=office.account.pk,
                    integration=office.integration,
                    tenant_id=uuid.uuid4(),
                    tenant_name=name,
                    default_domain=domain,
                    source=MatchSource.PARTNER,
                )
                for name, domain in FOUND
            )
        yield office


@pytest.fixture
def path(practice):
    return f"admin/integrations/{practice.integration.pk}/matching/"


def tenants(tab):
    return [text.split("\n")[0] for text in tab.page.locator("tbody th").all_inner_texts()]


def test_ticked_and_all_tenants_are_decided_about_at_once(visit, practice, path):
    tab = visit(to=practice)
    tab.open(path)
    tab.keep("matching-unmatched")
    assert violations(tab.page) == []
    tab.page.get_by_label("Tick all tenants of this page").check()
    scope = tab.page.get_by_label("With", exact=True)
    expect(scope.locator("option").first).to_have_text("6 ticked tenants")
    tab.page.get_by_label("Tailspin Toys", exact=True).uncheck()
    expect(scope.locator("option").first).to_have_text("5 ticked tenants")
    tab.page.get_by_label("Twin Peaks", exact=True).press("Enter")
    expect(tab.page.locator(".bulk .form-error")).to_have_text("Choose what to do with these tenants.")
    assert [complaint[:4] for complaint in tab.complaints] == ["422 ", "erro"]
    tab.complaints.clear()
    assert violations(tab.page) == []
    tab.page.get_by_role("button", name="Accept Suggested Matches").click()
    expect(tab.page.locator(".alert span").first).to_have_text("Matched 4 tenants.")
    assert sorted(each.split(" ")[0] for each in tenants(tab)) == ["Tailspin", "Twin"]
    expect(tab.page.locator(".callout")).to_contain_text("4 matched tenants have not been synced yet.")
    tab.keep("matching-accepted")
    scope.select_option("all")
    tab.page.get_by_role("button", name="Ignore", exact=True).click()
    expect(tab.page.locator(".empty")).to_contain_text("Nothing left to match")
    tab.page.locator(".tabs").get_by_role("link", name="Ignored").click()
    expect(tab.page.locator(".tabs [aria-current]")).to_contain_text("Ignored")
    assert violations(tab.page) == []
    tab.keep("matching-ignored")


def test_change_says_what_it_does_before_it_is_done(visit, practice, path):
    tab = visit(to=practice)
    tab.open(f"{path}?show=matched")
    tab.keep("matching-matched")
    assert violations(tab.page) == []
    name = practice.tenant(0).display_name
    tab.page.get_by_role("button", name=f"Actions for {name}").click()
    tab.page.get_by_role("link", name="Change Match").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(f"Change Match of {name}")
    tab.keep("matching-choose")
    assert violations(tab.page) == []
    tab.page.locator("#list-search").fill("falcon")
    expect(tab.page.locator("#choices li")).to_have_count(1)
    tab.page.get_by_role("link", name="Change... to Falcon Motors").click()
    count = len(practice.tenant(0).licenses())
    expect(tab.page.locator(".effects")).to_contain_text(
        f"{count} license assets move from {name} to Falcon Motors, with notes, own fields and security settings."
    )
    tab.keep("matching-confirm")
    assert violations(tab.page) == []
    tab.page.get_by_role("button", name="Change Match").click()
    expect(tab.page.locator(".alert > span")).to_have_text(f"Matched {name} to Falcon Motors.")
    tab.page.get_by_role("link", name="Matched", exact=False).last.click()
    tab.page.get_by_role("button", name=f"Actions for {name}").click()
    tab.page.get_by_role("link", name="Revert Match").click()
    expect(tab.page.locator(".effects")).to_contain_text("marked as orphaned")
    tab.keep("matching-revert")
    assert violations(tab.page) == []
    tab.page.get_by_role("button", name="Revert Match").click()
    expect(tab.page.locator(".alert > span")).to_have_text(
        f"{name} is unmatched again. What was synced stays."
    )


def test_rows_are_ticked_and_accepted_without_script(visit, practice, path):
    tab = visit(to=practice, java_script_enabled=False)
    tab.open(path)
    tab.page.get_by_label("Delta Logistics", exact=True).check()
    tab.page.get_by_label("Tailspin Toys", exact=True).check()
    tab.page.get_by_role("button", name="Create Organizations").click()
    expect(tab.page.locator(".alert > span")).to_have_text(
        "Created 2 organizations and matched the tenants to them."
    )
    tab.page.get_by_role("button", name="Accept Falcon Motors for Falkon Motors").click()
    expect(tab.page.locator(".alert > span")).to_have_text("Matched Falkon Motors to Falcon Motors.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_matching_fits_a_phone(visit, practice, path, theme):
    tab = visit(to=practice, size=PHONE, theme=theme)
    for query in ("", "?show=matched"):
        tab.open(f"{path}{query}")
        tab.keep(f"matching-phone-{theme}{query[6:]}")
        assert violations(tab.page) == []
        assert not tab.scrolls_sideways()
