"""A portal on a port, a Chromium, and an office that has been synced. Skipped, loudly, where there is no Chromium."""

import os
from contextlib import ExitStack

import pytest
from django.db import connections
from playwright.sync_api import expect, sync_playwright

from integrations.states import RunState
from organizations.roles import Role
from tests.e2e.chromium import arguments, require_chromium
from tests.e2e.office import opened
from tests.e2e.server import serving
from tests.e2e.watching import Visit

#: Milliseconds that a page has to become what a test expects; short of them only when the machine is busy.
PATIENCE = 20_000
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 375, "height": 800}
#: What 1280 by 1024 pixels show at 400 %.
ZOOMED = {"width": 320, "height": 256}


@pytest.fixture(scope="session")
def chromium() -> str:
    return require_chromium()


@pytest.fixture(scope="module")
def browser(chromium):
    """For one module at a time: while Playwright runs, this thread counts as asynchronous. Django would balk, and
    keeps the database connections of that time apart, so they have to be closed before it ends."""
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as playwright:
        patched.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        running = playwright.chromium.launch(executable_path=chromium, args=arguments())
        yield running
        running.close()
        connections.close_all()


@pytest.fixture(scope="session")
def portal(_database):
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def office(chromium, _database):
    """Twelve clients, among them every special case of the simulated world, all in step with Microsoft."""
    with opened("Northwind Managed Services", tenants=12) as ready:
        run = ready.sync()
        assert run.state == RunState.OK
        yield ready


@pytest.fixture
def visit(browser, portal, request):
    """`visit(Role.EDITOR, theme="dark")`: a tab of its own, signed in; nothing may have gone wrong in it by the end."""
    with ExitStack() as tabs:
        visits = []

        def enter(role: Role | None = Role.ADMINISTRATOR, *, to=None, theme="light", size=DESK, **options):
            host = to or request.getfixturevalue("office")
            context = browser.new_context(
                color_scheme=theme, viewport=size, reduced_motion="reduce", **options
            )
            tabs.callback(context.close)
            context.set_default_timeout(PATIENCE)
            visits.append(Visit(context.new_page(), portal, host))
            if role is not None:
                visits[-1].sign_in(role)
            return visits[-1]

        yield enter
        assert [complaint for each in visits for complaint in each.complaints] == []
