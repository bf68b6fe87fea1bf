"""The pictures of README.md and docs/, taken from the real pages.

They land in artefacts/images; `DOCS_IMAGES=1 make test ARGS="tests/e2e/test_docs_images.py -n 0"` renews docs/images.
"""

import os
import re
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import expect

from integrations.engine.inquiries import answer
from integrations.models import Inquiry
from integrations.states import RunState
from organizations.access import account_transaction
from organizations.actions import create_organization
from tests.e2e.addresses import pages_of
from tests.e2e.office import Founded, Office, aimed_at, founded, opened
from tests.e2e.watching import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "images" if os.environ.get("DOCS_IMAGES") == "1" else ROOT / "artefacts" / "images"
SIZE = {"width": 1440, "height": 810}
#: For a table of one row.
LOW = {"width": 1440, "height": 280}
#: The guide's pages, taken whole: narrow, so that their words can be read in it, and no higher than what they hold.
GUIDE = {"width": 1200, "height": 400}
THEMES = ["light", "dark"]
#: Pages of the portal around the licenses, by the name of their picture.
PORTAL = {
    "organization": "organization-with-alert",
    "type-builder": "type",
    "asset": "vault",
    "revision": "vault-revision",
    "import": "import-checked",
    "group": "group-new",
    "security": "security",
}
#: A client with over-assigned and suspended licenses among its healthy ones.
SHOWN = "Meridian Health Partners"
CONSENTING = "Birch & Alder Dental"
#: What an MSP calls its clients, whose tenants are called a little differently.
ORGANIZATIONS = [
    CONSENTING,
    "Bäckerei Grünwald",
    "Tidewater Marine",
    "Etude Lefevre",
    "Meridian Health Partner",
    "Meridian Health Centers",
]


@pytest.fixture
def picture():
    TARGET.mkdir(parents=True, exist_ok=True)

    def take(page, name: str, theme: str, **options) -> None:
        page.mouse.move(0, 0)
        # Of a page that is scrolled, what waits above its top would be in the picture, too.
        page.evaluate("scrollTo(0, 0)")
        path = TARGET / f"{name}-{theme}.png"
        # Hiding the caret would leave empty style attributes behind, which htmx carries over and the policy refuses.
        page.screenshot(path=path, caret="initial", **options)
        assert path.stat().st_size > 10_000

    return take


@pytest.fixture
def guide(picture):
    return partial(picture, theme="light", full_page=True)


@pytest.fixture
def firm(chromium, _database):
    """An MSP before it connects Microsoft, whose portal has the address and the mail server of a real one."""
    with (
        founded("Harbor Managed Services", tenants=7) as new,
        override_settings(PUBLIC_URL="https://portal.example.com", EMAIL_HOST="mail.example.com"),
    ):
        with account_transaction(new.account.pk):
            for name in ORGANIZATIONS:
                create_organization(new.account.pk, name=name, now=timezone.now())
        yield new


@pytest.fixture
def newcomer(chromium, _database):
    """An office before its first sync."""
    with opened("Northwind Managed Services", tenants=12) as office:
        yield office


@contextmanager
def syncing(office: Office):
    """A first sync that goes on for as long as the test looks."""
    office.simulator.latency = 0.25
    run = office.start()

    def work() -> None:
        office.work_off(run)
        connections.close_all()

    worker = Thread(target=work, name="worker")
    worker.start()
    try:
        yield
    finally:
        office.simulator.latency = 0
        worker.join()
    assert run.state == RunState.OK


@pytest.mark.parametrize("theme", THEMES)
def test_pictures_of_an_organizations_licenses_and_of_one(visit, picture, theme):
    page = visit(theme=theme, size=SIZE).page
    page.get_by_role("link", name=SHOWN).click()
    page.locator(".sidebar").get_by_role("link", name="Microsoft Licenses").click()
    expect(page.locator("#results tfoot")).to_be_visible()
    picture(page, "organization-licenses", theme)
    page.get_by_role("link", name="Consumed", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_be_visible()
    page.locator("#results").get_by_role("link", name="Microsoft 365 E3", exact=True).click()
    expect(page.locator(".tags li").first).to_be_visible()
    picture(page, "license-asset", theme)


def test_pictures_of_the_portal(visit, office, picture):
    pages = pages_of(office)
    tab = visit(size=SIZE)
    for name in ("vault", "organization-with-alert", "organization"):
        tab.open(pages[name])
    tab.open("")
    expect(tab.page.locator("#live-sync-health li").first).to_be_visible()
    picture(tab.page, "dashboard", "light")
    for name, page in PORTAL.items():
        tab.open(pages[page])
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
        # What an overview fetches has taken its place.
        expect(tab.page.locator("#latest[hx-get]")).to_have_count(0)
        picture(tab.page, name, "light")
    tab.open(pages["global-licenses"]).get_by_role("button", name="Filters").click()
    expect(tab.page.locator("#more-filters")).to_be_visible()
    picture(tab.page, "list-filters", "light")


def test_pictures_of_a_running_sync(visit, newcomer, picture):
    tabs = {theme: visit(to=newcomer, theme=theme, size=LOW) for theme in THEMES}
    with syncing(newcomer):
        for theme, tab in tabs.items():
            tab.open("admin/integrations/")
            row = tab.page.get_by_role("row").nth(1)
            expect(row).to_contain_text(re.compile(r"\b([3-9]|1[01]) of 12 tenants"))
            picture(tab.page, "active-integrations-syncing", theme)


def test_pictures_of_the_wizard(visit, firm, guide):
    tab = visit(to=firm, size=GUIDE)
    _connect(tab, firm, guide)
    _have_a_client_consent(tab, firm, guide)
    _find_customers(tab, firm, guide)
    tab.page.get_by_role("link", name="Integrations").click()
    tab.page.get_by_role("button", name="Actions for Microsoft").click()
    tab.page.get_by_role("link", name="Sync Settings").click()
    tab.page.get_by_label("Sync users as contacts").check()
    tab.page.get_by_label("Holders of these subscriptions only").check()
    tab.page.get_by_label("Microsoft 365 Business Premium").check()
    tab.page.get_by_label("Exchange Online (Plan 1)").check()
    tab.page.get_by_role("checkbox", name="Licenses", exact=True).check()
    tab.page.get_by_label("When a sync had problems").check()
    guide(tab.page, "sync-settings")


def _connect(tab: Visit, firm: Founded, guide) -> None:
    page = tab.open("admin/integrations/new/microsoft/")
    page.get_by_label("Application ID").fill(firm.simulator.application_id)
    page.get_by_label("Tenant ID").fill(firm.simulator.world.partner.tenant_id)
    guide(page, "connect-microsoft")
    page.get_by_role("button", name="Connect and go on to the test").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the certificate").click()
    firm.simulator.register_certificate(download.value.path().read_bytes())
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("A worker is asking Microsoft.")).to_be_visible()
    _answer(firm)
    expect(page.locator(".findings li")).to_have_count(6)
    # It stands out once the test has succeeded.
    expect(page.locator("a.button-primary")).to_contain_text("Continue to Tenants")
    guide(page, "credentials")


def _have_a_client_consent(tab: Visit, firm: Founded, guide) -> None:
    page, client = tab.page, firm.simulator.world.tenants[0]
    page.get_by_role("link", name="Continue to Tenants").click()
    page.get_by_role("link", name="New consent link").click()
    page.locator("#id_organization").fill(CONSENTING)
    page.get_by_role("button", name="Make the link").click()
    link = urlsplit(page.locator("#consent-link").input_value())
    guide(page, "consent-link")
    # As Microsoft sends an administrator back, whose pages these pictures have to do without.
    returned = {
        "admin_consent": "True",
        "tenant": client.tenant_id,
        "state": parse_qs(link.query)["state"][0],
    }
    page.goto(f"{tab.portal}/microsoft/consent/?{urlencode(returned)}")
    page.get_by_role("link", name="Continue in the portal").click()
    _answer(firm)
    expect(page.get_by_role("heading", level=1)).to_have_text(client.display_name)
    guide(page, "consent-confirm")
    page.get_by_role("button", name="Confirm").click()


def _find_customers(tab: Visit, firm: Founded, guide) -> None:
    page = tab.page
    page.get_by_role("button", name="Find customers").click()
    expect(page.get_by_text("A worker is asking Microsoft.")).to_be_visible()
    _answer(firm)
    expect(page.locator("main")).to_contain_text("Microsoft named 7 customers")
    page.get_by_role("link", name="Go on to Matching").click()
    expect(page.locator("#results tbody tr")).to_have_count(6)
    guide(page, "matching")


def _answer(firm: Founded) -> None:
    """What pages have asked of Microsoft, as a worker would."""
    account_id = firm.account.pk
    with account_transaction(account_id):
        asked = list(Inquiry.objects.of_account(account_id).open().values_list("pk", flat=True))
    with aimed_at(firm.simulator):
        for inquiry_id in asked:
            answer(account_id, inquiry_id)


@pytest.fixture
def troubled(chromium, _database):
    """An office of four clients that are in step with Microsoft, as yet."""
    with opened("Harbor Managed Services", tenants=4) as office:
        assert office.sync().state == RunState.OK
        yield office


def test_pictures_of_trouble_and_of_the_end(visit, troubled, guide):
    simulator, away, shrunk = troubled.simulator, troubled.tenant(2), troubled.tenant(0)
    tab = visit(to=troubled, size=GUIDE)
    simulator.revoke_consent(away.tenant_id)
    simulator.advance_clock(3600)  # a token given out before would still do
    run = troubled.sync()
    assert run.state == RunState.PARTIAL
    page = tab.open(f"admin/sync-runs/{run.pk}/")
    expect(page.locator("main")).to_contain_text("Admin consent is missing")
    guide(page, "run-failed-tenant")
    simulator.grant_consent(away.tenant_id)
    for each in shrunk.skus:
        shrunk.edit.remove_sku(each.sku.part_number)
    run = troubled.sync()
    assert run.state == RunState.HELD
    tab.open(f"admin/sync-runs/{run.pk}/")
    page.get_by_role("link", name=shrunk.display_name).first.click()
    expect(page.get_by_role("heading", name="What would vanish")).to_be_visible()
    guide(page, "held-tenant")
    tab.open(f"admin/integrations/{troubled.integration.pk}/disconnect/")
    page.get_by_label("Permanently delete all data including all related/child records").check()
    guide(page, "disconnect")
