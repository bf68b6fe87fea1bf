"""Admin > Integrations as administrators see it: the table, its settings, starting a sync, and what a run did."""

import pytest
from django.utils import timezone

from integrations.actions.connecting import NewIntegration, connect_microsoft
from integrations.actions.runs import start_sync
from integrations.actions.settings import save_sync_settings
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.simulator import Fault
from integrations.models import SyncRun, SyncSettings, TenantSync
from integrations.problems import Problem
from integrations.states import SyncState, Trigger
from organizations.roles import Role
from tests.factories import NOW, connect, connect_to
from tests.integrations.places import tenant_named
from tests.pages import page_of


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def connected(account):
    return connect(account, [tenant_named("Harbor"), tenant_named("Lake")])


@pytest.fixture
def url(account):
    return f"/{account.slug}/admin/integrations/"


@pytest.fixture
def settings_url(url, connected):
    return f"{url}{connected.integration.pk}/sync-settings/"


@pytest.fixture
def start_url(url, connected):
    return f"{url}{connected.integration.pk}/start-sync/"


def alerts(page):
    return page.texts("p", class_="alert")


#: In the order of the menu.
PAGES_AND_CONTROLS = [
    "Sync Settings", "Matching", "Start Manual Sync", "Preview", "Cancel", "Pause Sync", "Tenants", "Logs",
    "Edit Credentials", "Disconnect",
]  # fmt: skip


def obstacles_of(page):
    return {
        each.all("span")[0].text.removesuffix(hint): hint
        for each in _controls(page)
        for hint in each.texts("span", class_="menu-hint")
    }


def labels_of(page):
    hints = obstacles_of(page)
    texts = [each.all("span")[0].text for each in _controls(page)]
    return [next((label for label, hint in hints.items() if text == label + hint), text) for text in texts]


def _controls(page):
    return [
        each
        for item in page.one("td", class_="actions-cell").all("li")
        for each in item.all("")
        if each.tag in "a button"
    ]


def test_account_without_integration_is_told_how_to_connect_one(admin, url):
    page = page_of(admin.get(url))
    assert (page.one("h1").text, page.one("div", class_="empty").one("h2").text) == (
        "Active Integrations", "Nothing is connected yet",
    )  # fmt: skip
    ways = page.one("main").all("a", class_="button")
    assert [(each.text, each.attributes["href"]) for each in ways] == [
        ("New", f"{url}new/"),
        ("New integration", f"{url}new/"),
    ]


def test_new_integration_was_never_synced(admin, url, connected):
    page = page_of(admin.get(url))
    [row] = page.rows
    assert row[:4] == ["Microsoft", "Microsoft", "Never synced", "Never"]
    assert (row[5], row[6]) == ("", "2 matched")
    assert labels_of(page) == PAGES_AND_CONTROLS
    assert obstacles_of(page) == {"Cancel": "No sync is running"}


def test_integrations_are_listed_by_name(admin, url, account, connected, inside):
    with inside():
        secret = ClientSecret("22222222-2222-3333-4444-555555555555", "another")
        connect_microsoft(account.pk, NewIntegration("A first one", secret), now=NOW)
    assert [row[0] for row in page_of(admin.get(url)).rows] == ["A first one", "Microsoft"]


def test_start_manual_sync_starts_one_run_however_often_it_is_pressed(admin, url, start_url, inside):
    for _ in range(3):
        assert admin.post(start_url).url == url
    with inside():
        [run] = SyncRun.objects.all()
        assert (run.trigger, run.tenant_syncs.count(), run.requested_by is not None) == (
            Trigger.MANUAL,
            2,
            True,
        )
    page = page_of(admin.get(url))
    assert page.one("div", class_="sync-state").one("span", class_="badge").text == "Syncing..."
    assert page.one("progress").attributes | {"id": ""} == {
        "id": "", "max": "2", "value": "0", "aria-label": "Tenants synced by Microsoft",
    }  # fmt: skip
    assert labels_of(page) == PAGES_AND_CONTROLS
    assert obstacles_of(page) == {"Start Manual Sync": "A sync is running", "Preview": "A sync is running"}


def test_sync_with_nothing_ticked_says_what_to_tick(admin, url, start_url, connected, inside):
    with inside():
        save_sync_settings(connected.integration, steps=[], now=NOW)
    page = page_of(admin.post(start_url, follow=True))
    assert alerts(page) == [
        "Nothing is ticked in Sync Settings yet. Tick Licenses and save, then start the sync. Dismiss"
    ]
    with inside():
        assert SyncRun.objects.count() == 0


def test_live_status_asks_for_itself_until_the_run_has_ended(admin, url, start_url, connected, inside):
    admin.post(start_url)
    status_url = f"{url}{connected.integration.pk}/status/"
    state = page_of(admin.get(status_url)).one("div", class_="sync-state")
    assert (state.attributes["hx-get"], state.attributes["hx-trigger"]) == (status_url, "every 1s")
    with inside():
        TenantSync.objects.update(state=SyncState.DONE, created=1200)
        SyncRun.objects.update(state="ok", finished_at=timezone.now())
    ended = page_of(admin.get(status_url))
    state = ended.one("div", class_="sync-state")
    assert ("hx-get" in state.attributes, state.text, state.attributes["data-announce"]) == (
        False, "OK", "Microsoft: OK",
    )  # fmt: skip
    replaced = [each.attributes["id"] for each in ended.everything() if "hx-swap-oob" in each.attributes]
    actions = (f"action-{place}" for place in range(1, len(PAGES_AND_CONTROLS) + 1))
    parts = ("progress", "freshness", "next", "tenants", *actions)
    assert sorted(replaced) == sorted(f"integration-{connected.integration.pk}-{part}" for part in parts)


def test_run_page_of_a_good_sync_shows_every_tenant(admin, account, simulated, sync):
    simulator = simulated(tenants=2)
    run = sync(connect_to(simulator, account))
    page = page_of(admin.get(f"/{account.slug}/admin/sync-runs/{run.pk}/"))
    tenants = sorted(simulator.world.tenants, key=lambda tenant: tenant.display_name)
    assert sorted((row[1], row[2], row[3]) for row in page.rows) == [
        (tenant.display_name, "OK", str(len(tenant.licenses()))) for tenant in tenants
    ]
    licenses = sum(len(tenant.licenses()) for tenant in tenants)
    summary = page.one("section", id="run-progress").pairs
    assert (summary["Created"], summary["Updated"], summary["Orphaned"]) == (str(licenses), "0", "0")


def test_run_page_of_a_partial_sync_puts_trouble_first_with_its_remedy(admin, url, account, simulated, sync):
    simulator = simulated(tenants=3)
    connected = connect_to(simulator, account)
    simulator.revoke_consent(simulator.world.tenants[2].tenant_id)
    simulator.misbehave(
        Fault.another_tenants(), tenant=simulator.world.tenants[0].tenant_id, endpoint="organization"
    )
    run = sync(connected)
    page = page_of(admin.get(f"/{account.slug}/admin/sync-runs/{run.pk}/"))
    states = [row[2] for row in page.rows if len(row) == 11]
    assert states == ["Error", "Error", "OK"]
    told = {
        callout.one("strong").text: callout.one("b").text in callout.text
        for callout in page.all("div", class_="callout")
    }
    assert told == {Problem.WRONG_TENANT.title: True, Problem.CONSENT_MISSING.title: True}
    remedies = {Problem.WRONG_TENANT.remedy, Problem.CONSENT_MISSING.remedy}
    assert {paragraph.removeprefix("What to do: ") for paragraph in page.texts("p")} >= remedies
    state = page_of(admin.get(url)).one("div", class_="sync-state")
    assert state.one("span", class_="badge").text == "Partial"
    assert "2 of 3 tenants failed" in state.text


def test_wrong_secret_is_told_in_the_table_of_integrations(admin, url, account, simulated, sync):
    simulator = simulated(tenants=1)
    sync(connect_to(simulator, account, secret="wrong"))
    state = page_of(admin.get(url)).one("div", class_="sync-state")
    assert state.one("span", class_="badge").text == "Error"
    callout = state.one("div", class_="callout")
    assert callout.one("strong").text == Problem.CREDENTIAL_WRONG.title
    assert Problem.CREDENTIAL_WRONG.remedy in callout.text


def test_no_page_or_answer_ever_shows_the_secret(admin, url, account, inside):
    secret = "canary~Q8r.very-secret-value"
    connected = connect(
        account,
        [tenant_named("Harbor")],
        credential=ClientSecret("33333333-2222-3333-4444-555555555555", secret),
    )
    with inside():
        run = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW)
    below = f"{url}{connected.integration.pk}/"
    for address in (
        url,
        f"{below}status/",
        f"{below}sync-settings/",
        f"/{account.slug}/admin/sync-runs/{run.pk}/",
    ):
        answer = admin.get(address)
        assert (answer.status_code, secret in answer.content.decode(), secret in str(answer.headers)) == (
            200, False, False,
        )  # fmt: skip


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.MANAGER)])
def test_roles_that_may_not_manage_integrations_neither_see_nor_change_them(
    client_of, url, settings_url, start_url, inside, role
):
    client = client_of(role)
    assert [client.get(each).status_code for each in (url, settings_url)] == [403, 403]
    assert [client.post(each, {}).status_code for each in (settings_url, start_url)] == [403, 403]
    assert _menu_entries(client, url) == []
    with inside():
        assert (SyncRun.objects.count(), SyncSettings.objects.get().steps) == (0, ["contacts", "licenses"])


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER])
def test_roles_that_manage_integrations_find_them_in_the_menu(client_of, url, role):
    assert _menu_entries(client_of(role), url) == ["Integrations"]


def _menu_entries(client, url) -> list[str]:
    """What leads to the integrations from a page that every role sees."""
    page = page_of(client.get(url.replace("admin/integrations", "organizations")))
    return [each.text for each in page.all("a", href=url)]


@pytest.mark.parametrize(
    ("page", "methods"),
    [
        ("", ["post", "put", "patch", "delete"]),
        ("{id}/status/", ["post", "put", "patch", "delete"]),
        ("{id}/sync-settings/", ["put", "patch", "delete"]),
        ("{id}/start-sync/", ["get", "head", "put", "patch", "delete"]),
    ],
)
def test_other_methods_are_refused(admin, url, connected, inside, page, methods):
    address = url + page.format(id=connected.integration.pk)
    assert {method: getattr(admin, method)(address).status_code for method in methods} == dict.fromkeys(
        methods, 405
    )
    with inside():
        assert SyncRun.objects.count() == 0
