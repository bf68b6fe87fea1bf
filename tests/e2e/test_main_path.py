"""The way an administrator goes for the first time: from signing in, through a real sync, to a client's licenses."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from integrations.actions.settings import save_sync_settings
from itglue_portal.processes import Processes
from organizations.access import account_transaction
from organizations.roles import Role
from tests.e2e.office import Office, license_rows, opened
from tests.e2e.watching import Visit, exactly
from tests.portal_processes import environment, quiet_queue

pytestmark = [pytest.mark.browser, pytest.mark.workers, pytest.mark.timeout(240)]

#: Seconds the simulated Microsoft takes for each answer, so that there is progress to watch.
LATENCY = 0.15


@pytest.fixture
def newcomer(_database):
    """Connected and matched, but nothing ticked in Sync Settings yet."""
    with opened("Harbor Managed Services", tenants=12) as office:
        office.simulator.latency = LATENCY
        with account_transaction(office.account.pk):
            save_sync_settings(office.integration, steps=[], now=timezone.now())
        yield office


@pytest.fixture
def workers(newcomer, tmp_path):
    """The processes that production runs beside the web server."""
    quiet_queue()
    env = environment(newcomer.simulator, SYNC_TICK_SECONDS="1")
    worker = ("-A", "itglue_portal", "worker", "--without-gossip", "--without-mingle")
    with Processes(tmp_path / "logs", env=env) as processes:
        processes.start("sync", "celery", *worker, "-Q", "sync", "-c", "2", "-n", "sync-e2e@%h")
        processes.start("control", "celery", *worker, "-Q", "control", "-c", "3", "-n", "control-e2e@%h")
        processes.start("beat", "celery", "-A", "itglue_portal", "beat", "--pidfile", "")
        yield processes


def test_administrator_turns_licenses_on_syncs_and_finds_them(visit, newcomer, workers):
    tab = visit(None, to=newcomer)
    _signs_in(tab)
    _finds_the_integration(tab)
    _is_told_what_to_tick(tab)
    _ticks_licenses(tab)
    _watches_the_sync(tab, workers)
    organization = newcomer.organization(0).name
    _reads_the_organizations_licenses(tab, newcomer, organization)
    _follows_a_license_to_a_contact_and_back(tab, newcomer)
    _searches_all_organizations(tab, newcomer, organization)


def _signs_in(tab: Visit) -> None:
    tab.open("")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    tab.keep("sign-in")
    tab.sign_in(Role.ADMINISTRATOR)
    tab.keep("organizations")


def _finds_the_integration(tab: Visit) -> None:
    tab.page.get_by_role("button", name="Admin").click()
    tab.page.get_by_role("link", name="Integrations").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Active Integrations")
    cells = tab.page.get_by_role("row").nth(1).locator("th, td")
    for place, text in enumerate(("Microsoft", "Microsoft", "Never synced", "Never")):
        expect(cells.nth(place)).to_have_text(text)
    tab.keep("active-integrations")


def _chooses(tab: Visit, action: str) -> None:
    tab.page.get_by_role("button", name="Actions for Microsoft").click()
    tab.page.locator(".menu:popover-open").get_by_text(action).click()


def _is_told_what_to_tick(tab: Visit) -> None:
    _chooses(tab, "Start Manual Sync")
    expect(tab.page.locator(".alerts")).to_contain_text("Tick Licenses and save, then start the sync.")


def _ticks_licenses(tab: Visit) -> None:
    tab.page.get_by_role("button", name="Actions for Microsoft").click()
    tab.keep("actions-menu")
    tab.page.get_by_role("link", name="Sync Settings").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Sync your data with Microsoft")
    for name in ("Sync users as contacts", "Licenses"):
        box = tab.page.get_by_role("checkbox", name=name, exact=True)
        expect(box).not_to_be_checked()
        box.check()
    tab.keep("sync-settings")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.locator(".alerts")).to_contain_text("Saved.")


def _watches_the_sync(tab: Visit, workers: Processes) -> None:
    row = tab.page.get_by_role("row").nth(1)
    status = row.locator(".sync-state .badge")
    _chooses(tab, "Start Manual Sync")
    # A page that reloads itself would lose this.
    tab.page.evaluate("window.sameDocument = true")
    expect(status).to_have_text("Syncing...")
    expect(row).to_contain_text(re.compile(r"\b([3-9]|10) of 12 tenants"), timeout=60_000)
    tab.keep("syncing")
    bar = row.get_by_role("progressbar")
    assert bar.evaluate("bar => bar.max") == 12
    seen = bar.evaluate("bar => bar.value")
    tab.page.get_by_role("button", name="Actions for Microsoft").click()
    expect(tab.page.get_by_role("button", name="Start Manual Sync")).to_be_disabled()
    tab.page.wait_for_function("seen => document.querySelector('progress')?.value !== seen", arg=seen)
    expect(tab.page.locator(".menu:popover-open")).to_be_visible()
    expect(status).to_have_text("OK", timeout=60_000)
    workers.require_alive()
    assert tab.page.evaluate("window.sameDocument") is True
    expect(tab.page.get_by_role("button", name="Start Manual Sync")).to_be_enabled()
    tab.page.keyboard.press("Escape")
    expect(row.get_by_role("progressbar")).to_have_count(0)
    expect(tab.page.locator("#announcer")).to_have_text("Microsoft: OK")
    tab.keep("synced")


def _reads_the_organizations_licenses(tab: Visit, office: Office, organization: str) -> None:
    tab.page.get_by_role("link", name="Organizations").first.click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Organizations")
    tab.page.locator("#list-search").fill(organization)
    expect(tab.page.locator("#results tbody tr")).to_have_count(1)
    tab.page.locator("#results").get_by_role("link", name=organization).click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(organization)
    tab.keep("organization")
    tab.page.locator(".sidebar").get_by_role("link", name="Microsoft Licenses").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(exactly("Microsoft Licenses"))
    headers = [text.strip() for text in tab.page.locator("#results thead th").all_inner_texts()]
    assert headers[:6] == ["License Name", "SKU", "Status", "Active", "Consumed", "Unused"]
    shown = [(row[0], row[1], *row[3:6]) for row in tab.result_rows()]
    assert shown == license_rows(office.tenant(0))
    tab.keep("microsoft-licenses")


def _follows_a_license_to_a_contact_and_back(tab: Visit, office: Office) -> None:
    held = max(office.tenant(0).licenses(), key=lambda each: len(each.holders))
    tab.page.locator("#results tr", has_text=held.part_number).first.get_by_role("link").click()
    license_name = tab.page.get_by_role("heading", level=1).inner_text()
    expect(tab.page.get_by_role("button", name="Locked")).to_be_visible()
    tags = tab.page.locator(".tags li")
    expect(tags).to_have_count(min(60, len(held.holders)))
    tab.keep("asset")
    person = tags.first.get_by_role("link").inner_text()
    tags.first.get_by_role("link").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(person)
    tab.keep("contact")
    tab.page.locator("main").get_by_role("link", name=license_name, exact=True).click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(license_name)


def _searches_all_organizations(tab: Visit, office: Office, organization: str) -> None:
    tab.page.get_by_role("button", name="Global").click()
    tab.page.locator("#global-menu").get_by_role("link", name="Microsoft Licenses").click()
    everything = sum(len(tenant.licenses()) for tenant in office.simulator.world.tenants)
    count = tab.page.locator("#results-count")
    expect(count).to_contain_text(f"{everything} Microsoft Licenses")
    tab.keep("global-microsoft-licenses")
    first_page = tab.result_rows()
    tab.page.get_by_role("link", name="Next").click()
    expect(tab.page.get_by_role("link", name="Previous")).to_be_visible()
    expect(tab.page).to_have_url(re.compile(r"\?from="))
    assert not set(first_page) & set(tab.result_rows())
    tab.page.go_back()
    expect(tab.page.get_by_role("link", name="Previous")).to_have_count(0)
    expect(tab.page.get_by_role("link", name="Next")).to_be_visible()
    assert tab.result_rows() == first_page
    tab.page.get_by_role("button", name="Organization", exact=True).click()
    tab.page.locator("#menu-organization").get_by_label(organization).check()
    tab.page.keyboard.press("Escape")
    expect(count).to_contain_text(f"{len(office.tenant(0).licenses())} Microsoft Licenses")
    assert {row[1] for row in tab.result_rows()} == {organization}
    tab.page.get_by_role("link", name="Active", exact=True).click()
    expect(tab.page.locator("th[aria-sort=descending]")).to_have_text(exactly("Active"))
    numbers = [int(row[4].replace(",", "")) for row in tab.result_rows()]
    assert numbers == sorted(numbers, reverse=True)
    tab.page.locator("#list-search").fill("no such license")
    expect(tab.page.locator("#results")).to_contain_text("No Microsoft Licenses match")
    tab.keep("nothing-matches")
    tab.page.go_back()
    expect(tab.page.locator("#list-search")).to_have_value("")
    expect(count).to_contain_text(f"{len(office.tenant(0).licenses())} Microsoft Licenses")
