"""The life of an integration in a browser: new, consent, matching, settings, syncs that fail, are held and are cancelled,
and the three ways to disconnect. Microsoft is the simulator, consent page included; workers are real."""

import re

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import expect

from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from integrations.models import Integration, TenantMatch
from itglue_portal.processes import Processes
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from organizations.models import Contact, Organization
from tests.e2e.office import Founded, founded
from tests.e2e.watching import Visit
from tests.factories import connect_to
from tests.portal_processes import environment, quiet_queue

pytestmark = [pytest.mark.browser, pytest.mark.workers, pytest.mark.timeout(300)]
TENANTS = 5


@pytest.fixture
def firm(_database, portal):
    with (
        founded("Harbor Managed Services", tenants=TENANTS) as new,
        override_settings(
            PUBLIC_URL=portal,
            MICROSOFT_LOGIN_URL=new.simulator.url,
            MICROSOFT_GRAPH_URL=new.simulator.url,
            MICROSOFT_CA_BUNDLE=str(new.simulator.ca_path),
        ),
    ):
        yield new


@pytest.fixture
def workers(firm, tmp_path):
    quiet_queue()
    env = environment(firm.simulator, SYNC_TICK_SECONDS="1", PUBLIC_URL=settings.PUBLIC_URL)
    worker = ("-A", "itglue_portal", "worker", "--without-gossip", "--without-mingle")
    with Processes(tmp_path / "logs", env=env) as processes:
        processes.start("sync", "celery", *worker, "-Q", "sync", "-c", "2", "-n", "sync-story@%h")
        processes.start("control", "celery", *worker, "-Q", "control", "-c", "3", "-n", "control-story@%h")
        processes.start("beat", "celery", "-A", "itglue_portal", "beat", "--pidfile", "")
        yield processes


def test_life_of_an_integration(visit, firm, workers):
    tab = visit(to=firm, ignore_https_errors=True)
    _connects(tab, firm)
    _tests_the_connection(tab)
    _has_a_client_consent(tab, firm)
    _finds_the_other_customers(tab, firm)
    _chooses_what_to_sync(tab)
    _looks_before_the_first_sync(tab, firm)
    _cancels_a_sync(tab, firm)
    _meets_a_failure_and_its_remedy(tab, firm)
    _decides_about_a_held_tenant(tab, firm)
    _pauses_and_resumes(tab)
    _disconnects_and_keeps(tab, firm)
    _disconnects_and_deletes(tab, firm)


def _heading(tab: Visit, text: str) -> None:
    expect(tab.page.get_by_role("heading", level=1)).to_contain_text(text)


def _action(tab: Visit, name: str) -> None:
    tab.open("admin/integrations/")
    tab.page.get_by_role("button", name="Actions for Microsoft").click()
    tab.page.locator(".menu:popover-open").get_by_text(name, exact=True).click()


def _status(tab: Visit, text: str) -> None:
    expect(tab.page.locator(".sync-state .badge").first).to_have_text(text, timeout=60_000)


def _connects(tab: Visit, firm: Founded) -> None:
    tab.page.get_by_role("button", name="Admin").click()
    tab.page.get_by_role("link", name="Integrations").click()
    _heading(tab, "Active Integrations")
    tab.keep("story-nothing-connected")
    tab.page.locator("main").get_by_role("link", name=re.compile("^(New|Connect)")).first.click()
    _heading(tab, "New")
    tab.keep("story-new")
    tab.page.locator("main a[href$='/new/microsoft/']").first.click()
    _heading(tab, "Connect Microsoft")
    tab.page.get_by_label("Application ID").fill(firm.simulator.application_id)
    tab.page.get_by_label("Tenant ID").fill(firm.simulator.world.partner.tenant_id)
    tab.page.get_by_label("Client secret").check()
    tab.page.get_by_label("Secret value").fill(firm.simulator.client_secret)
    tab.page.get_by_label("Secret expires on").fill("2099-03-31")
    tab.keep("story-wizard-connect")
    tab.page.get_by_role("button", name="Connect and go on to the test").click()
    _heading(tab, "Credentials")
    assert firm.simulator.client_secret not in tab.page.content()


def _tests_the_connection(tab: Visit) -> None:
    tab.page.get_by_role("button", name="Test connection").click()
    expect(tab.page.locator(".findings li")).to_have_count(6)
    expect(tab.page.locator(".findings")).to_contain_text("Organization.Read.All")
    tab.keep("story-wizard-test")
    tab.page.get_by_role("link", name="Continue to Tenants").click()
    _heading(tab, "Tenants of Microsoft")


def _has_a_client_consent(tab: Visit, firm: Founded) -> None:
    client = firm.simulator.world.tenants[0]
    tab.page.get_by_role("link", name="New consent link").click()
    tab.page.get_by_role("button", name="Make the link").click()
    expect(tab.page.locator("#consent-link")).to_be_visible()
    tab.keep("story-consent-link")
    tab.page.goto(tab.page.locator("#consent-link").input_value())
    tab.page.locator("select").select_option(client.tenant_id)
    tab.page.get_by_role("button", name="Accept").click()
    _heading(tab, "Thank you")
    tab.keep("story-consent-thanks")
    # Microsoft's pages are not ours to look after: the simulator's has no icon.
    tab.complaints.clear()
    tab.page.get_by_role("link", name="Continue in the portal").click()
    _heading(tab, client.display_name)
    expect(tab.page.locator("main")).to_contain_text(client.default_domain)
    with account_transaction(firm.account.pk):
        assert not TenantMatch.objects.exists()
    tab.page.locator("input[name=destination][value=create], input[name=destination][value=new]").check()
    tab.keep("story-consent-confirm")
    tab.page.get_by_role("button", name="Confirm").click()
    expect(tab.page.locator(".alerts")).to_be_visible()
    with account_transaction(firm.account.pk):
        assert [str(each.tenant_id) for each in TenantMatch.objects.matched()] == [client.tenant_id]


def _finds_the_other_customers(tab: Visit, firm: Founded) -> None:
    _action(tab, "Tenants")
    tab.page.get_by_role("button", name="Find customers").click()
    expect(tab.page.locator("main")).to_contain_text(f"Microsoft named {TENANTS} customers")
    tab.keep("story-customers-found")
    _action(tab, "Matching")
    expect(tab.page.locator("#results tbody tr")).to_have_count(TENANTS - 1)
    tab.keep("story-matching")
    tab.page.get_by_label("With", exact=True).select_option("all")
    tab.page.get_by_role("button", name="Create Organizations").click()
    expect(tab.page.locator("#results")).to_contain_text("Nothing left to match")
    tab.page.get_by_role("link", name=re.compile("^Matched")).click()
    expect(tab.page.locator("#results tbody tr")).to_have_count(TENANTS)
    tab.keep("story-matched")


def _chooses_what_to_sync(tab: Visit) -> None:
    _action(tab, "Sync Settings")
    _heading(tab, "Sync your data")
    tab.page.get_by_role("checkbox", name="Sync users as contacts").check()
    tab.page.get_by_role("checkbox", name="Licenses", exact=True).check()
    tab.keep("story-sync-settings")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.locator(".alerts")).to_contain_text("Saved.")


def _looks_before_the_first_sync(tab: Visit, firm: Founded) -> None:
    _action(tab, "Preview")
    expect(tab.page.locator(".badge").first).to_have_text("OK", timeout=60_000)
    tab.page.reload()
    expect(tab.page.locator("main")).to_contain_text("Contact created")
    tab.keep("story-preview")
    with account_transaction(firm.account.pk):
        assert not FlexibleAsset.objects.exists()
        assert not Contact.objects.exists()


def _cancels_a_sync(tab: Visit, firm: Founded) -> None:
    firm.simulator.latency = 1.0
    _action(tab, "Start Manual Sync")
    _status(tab, "Syncing...")
    _action(tab, "Cancel")
    _status(tab, "Cancelled")
    tab.keep("story-cancelled")
    firm.simulator.latency = 0.0


def _meets_a_failure_and_its_remedy(tab: Visit, firm: Founded) -> None:
    broken = firm.simulator.world.tenants[1]
    firm.simulator.revoke_consent(broken.tenant_id)
    # A token that was given out before would go on working for its hour.
    firm.simulator.advance_clock(2 * 3600)
    _action(tab, "Start Manual Sync")
    _status(tab, "Partial")
    tab.keep("story-partial")
    tab.page.locator("main").get_by_role("link", name="Microsoft", exact=True).click()
    expect(tab.page.locator("main")).to_contain_text("Admin consent is missing")
    tab.keep("story-failure")
    firm.simulator.grant_consent(broken.tenant_id)
    tab.follow(tab.page.get_by_role("button", name="Retry", exact=True).first)
    tab.open("admin/integrations/")
    _status(tab, "OK")
    tab.keep("story-ok")


def _decides_about_a_held_tenant(tab: Visit, firm: Founded) -> None:
    shrunk = firm.simulator.world.tenants[0]
    for each in shrunk.skus:
        shrunk.edit.remove_sku(each.sku.part_number)
    _action(tab, "Start Manual Sync")
    _status(tab, "Held")
    tab.page.locator("main").get_by_role("link", name="Microsoft", exact=True).click()
    tab.page.get_by_role("link", name=shrunk.display_name).first.click()
    expect(tab.page.locator("main")).to_contain_text("What would vanish")
    tab.keep("story-held")
    tab.follow(tab.page.get_by_role("button", name="Accept"))
    tab.open("admin/integrations/")
    _status(tab, "OK")
    with account_transaction(firm.account.pk):
        records = LicenseRecord.objects.filter(match__tenant_id=shrunk.tenant_id)
        assert records.exists()
        assert not records.filter(orphaned_at=None).exists()


def _pauses_and_resumes(tab: Visit) -> None:
    _action(tab, "Disconnect")
    tab.page.get_by_label("Pause syncing and keep all data").check()
    tab.keep("story-disconnect-pause")
    tab.follow(tab.page.get_by_role("button", name="Pause syncing"))
    tab.open("admin/integrations/")
    _status(tab, "Paused")
    _action(tab, "Resume Sync")
    _status(tab, "OK")


def _disconnects_and_keeps(tab: Visit, firm: Founded) -> None:
    kept = _rows(firm)
    _action(tab, "Disconnect")
    tab.page.get_by_label("Permanently disconnect records from Microsoft but keep all data").check()
    tab.page.get_by_role("button", name="Disconnect and keep all data").click()
    _heading(tab, "Microsoft is disconnected")
    tab.keep("story-kept")
    with account_transaction(firm.account.pk):
        assert not FlexibleAsset.objects.filter(is_locked=True).exists()
        assert not FlexibleAssetType.objects.get().is_locked
        assert not Integration.objects.exists()
    assert _rows(firm) == kept


def _disconnects_and_deletes(tab: Visit, firm: Founded) -> None:
    before = _rows(firm)
    connect_to(firm.simulator, firm.account, tenants=firm.simulator.world.tenants[1:3])
    _action(tab, "Start Manual Sync")
    _status(tab, "OK")
    _action(tab, "Disconnect")
    tab.page.get_by_label("Permanently delete all data including all related/child records").check()
    tab.page.get_by_label("Type Microsoft to confirm").fill("Microsoft")
    tab.keep("story-disconnect-delete")
    tab.page.get_by_role("button", name="Disconnect and delete all data").click()
    _heading(tab, "Microsoft is disconnected")
    tab.keep("story-deleted")
    after = _rows(firm)
    assert after["assets"] == before["assets"]
    assert after["organizations"] >= before["organizations"]
    assert after["contacts"] >= before["contacts"]
    with account_transaction(firm.account.pk):
        assert not LicenseRecord.objects.exists()


def _rows(firm: Founded) -> dict[str, set[int]]:
    with account_transaction(firm.account.pk):
        return {
            "assets": set(FlexibleAsset.objects.values_list("pk", flat=True)),
            "contacts": set(Contact.objects.values_list("pk", flat=True)),
            "organizations": set(Organization.objects.values_list("pk", flat=True)),
        }
