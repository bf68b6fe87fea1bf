"""What an administrator sees when Microsoft, the workers or the portal itself let them down."""

import pytest
from playwright.sync_api import expect

from integrations.microsoft.simulator import Fault
from integrations.problems import Problem
from integrations.states import RunState
from organizations.roles import Role
from tests.e2e.office import opened
from tests.e2e.test_every_page import violations

pytestmark = pytest.mark.browser


@pytest.fixture
def shaken(chromium, _database):
    """An office of three clients, one of which has withdrawn its consent after a good first sync."""
    with opened("Shaken Managed Services", tenants=3) as office:
        assert office.sync().state == RunState.OK
        office.simulator.revoke_consent(office.tenant(1).tenant_id)
        office.simulator.advance_clock(3600)  # a token given out before would still do
        office.simulator.misbehave(
            Fault.another_tenants(), tenant=office.tenant(2).tenant_id, endpoint="organization"
        )
        assert office.sync().state == RunState.PARTIAL
        yield office


def test_partial_sync_names_the_tenants_and_what_to_do(visit, shaken):
    tab = visit(to=shaken)
    tab.open("admin/integrations/")
    state = tab.page.locator(".sync-state")
    expect(state.locator(".badge")).to_have_text("Partial")
    tab.keep("partial")
    state.get_by_role("link", name="2 of 3 tenants failed").click()
    expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Sync run")
    for index, problem in ((1, Problem.CONSENT_MISSING), (2, Problem.WRONG_TENANT)):
        row = tab.page.locator("tr.has-detail", has_text=shaken.tenant(index).display_name)
        expect(row.locator(".badge")).to_have_text("Error")
        told = row.locator("xpath=following-sibling::tr[1]")
        expect(told.locator("strong")).to_have_text(problem.title)
        expect(told).to_contain_text(f"What to do: {problem.remedy}")
    healthy = tab.page.get_by_role("row", name=shaken.tenant(0).display_name)
    expect(healthy.locator(".badge")).to_have_text("OK")
    tab.keep("partial-run")
    assert violations(tab.page) == []


def test_licenses_of_a_failed_tenant_stay_as_they_were(visit, shaken):
    tab = visit(Role.READ_ONLY, to=shaken)
    tab.open(f"organizations/{shaken.organization(1).pk}/")
    tab.page.locator(".sidebar").get_by_role("link", name="Microsoft Licenses").click()
    expect(tab.page.locator("#results tbody tr")).to_have_count(len(shaken.tenant(1).licenses()))


def test_page_tells_when_the_portal_is_away_and_goes_on_when_it_is_back(visit, shaken):
    tab = visit(to=shaken)
    shaken.start()
    tab.open("admin/integrations/")
    expect(tab.page.locator(".sync-state .badge")).to_have_text("Syncing...")
    tab.page.context.set_offline(True)
    expect(tab.page.locator("#contact-lost")).to_contain_text("The portal cannot be reached.")
    tab.keep("portal-away")
    tab.page.context.set_offline(False)
    expect(tab.page.locator("#contact-lost")).to_be_hidden()
    shaken.sync()
    expect(tab.page.locator(".sync-state .badge")).to_have_text("Partial")
    # What the browser and htmx have to say about an offline browser, and nothing else.
    assert [
        each for each in tab.complaints if "DISCONNECTED" not in each and "error: htmx:" not in each
    ] == []
    tab.complaints.clear()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "This is no longer here, or you can no longer see it. Reload the page."),
        (500, "The portal had an error. You see the last known state; it is tried again by itself."),
    ],
)
def test_page_tells_a_refusal_from_an_error_of_the_portal(visit, shaken, status, words):
    tab = visit(to=shaken)
    shaken.start()
    tab.page.route("**/status/", lambda route: route.fulfill(status=status, body=""))
    tab.open("admin/integrations/")
    expect(tab.page.locator("#contact-lost")).to_have_text(words)
    tab.page.unroute("**/status/")
    expect(tab.page.locator("#contact-lost")).to_be_hidden()
    shaken.sync()
    assert [each for each in tab.complaints if str(status) not in each and "error: htmx:" not in each] == []
    tab.complaints.clear()


def test_session_that_ended_leads_from_a_live_page_to_the_sign_in_page(visit, shaken):
    tab = visit(to=shaken)
    run = shaken.start()
    tab.open("admin/integrations/")
    expect(tab.page.locator(".sync-state .badge")).to_have_text("Syncing...")
    tab.page.context.clear_cookies()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert shaken.sync().pk == run.pk


def test_reader_is_offered_no_administration(visit, office):
    tab = visit(Role.READ_ONLY)
    expect(tab.page.get_by_role("button", name="Global")).to_be_visible()
    expect(tab.page.get_by_role("button", name="Admin", exact=True)).to_have_count(0)
    tab.open("admin/integrations/")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Not allowed")
    assert [complaint[:4] for complaint in tab.complaints] == ["403 ", "erro"]
    tab.complaints.clear()
