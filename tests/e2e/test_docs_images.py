"""The pictures of README.md and docs/, taken from the real pages.

They land in artefacts/images; `DOCS_IMAGES=1 make test ARGS="tests/e2e/test_docs_images.py -n 0"` renews docs/images.
"""

import os
import re
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from django.db import connections
from playwright.sync_api import expect

from integrations.states import RunState
from tests.e2e.office import Office, opened

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "images" if os.environ.get("DOCS_IMAGES") == "1" else ROOT / "artefacts" / "images"
SIZE = {"width": 1440, "height": 810}
THEMES = ["light", "dark"]
#: A client with over-assigned and suspended licenses among its healthy ones.
SHOWN = "Meridian Health Partners"


@pytest.fixture
def picture():
    TARGET.mkdir(parents=True, exist_ok=True)

    def take(page, name: str, theme: str) -> None:
        page.mouse.move(0, 0)
        path = TARGET / f"{name}-{theme}.png"
        page.screenshot(path=path)
        assert path.stat().st_size > 10_000

    return take


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


def test_pictures_of_a_running_sync(visit, newcomer, picture):
    tabs = {theme: visit(to=newcomer, theme=theme, size=SIZE) for theme in THEMES}
    with syncing(newcomer):
        for theme, tab in tabs.items():
            tab.open("admin/integrations/")
            row = tab.page.get_by_role("row").nth(1)
            expect(row).to_contain_text(re.compile(r"\b([3-9]|1[01]) of 12 tenants"))
            picture(tab.page, "active-integrations-syncing", theme)
