"""Choosing subscriptions in Sync Settings: narrowed and ticked by a module, and as plain checkboxes without it."""

import pytest
from playwright.sync_api import expect

from integrations.actions.settings import save_sync_settings
from integrations.models import SyncSettings, TenantMatch
from organizations.access import account_transaction
from tests.e2e.office import opened
from tests.e2e.test_every_page import violations
from tests.factories import NOW

pytestmark = pytest.mark.browser


@pytest.fixture
def chooser(chromium, _database):
    """An office whose tenant has four subscriptions, three of them for people, and nobody's users are synced yet."""
    names = ("SPB", "SPE_E3", "EXCHANGESTANDARD", "FLOW_FREE")
    ids = (
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        "05e9a617-0261-4cee-bb44-138d3ef5d965",
        "4b9405b0-7788-4568-add1-99614e613b69",
        "f30db892-07e9-47e9-837c-80727f46fd3d",
    )
    with opened("Choosing Managed Services", tenants=1) as office:
        with account_transaction(office.account.pk):
            save_sync_settings(office.integration, steps=["licenses"], now=NOW)
            TenantMatch.objects.update(
                subscriptions=[
                    {"sku_id": sku_id, "part_number": name, "consumed": 1, "enabled": 2}
                    for sku_id, name in zip(ids, names, strict=True)
                ]
            )
        yield office


@pytest.fixture
def saved(chooser):
    def read() -> list[str] | None:
        with account_transaction(chooser.account.pk):
            skus: list[str] | None = SyncSettings.objects.get().contact_skus
        return skus

    return read


def test_subscriptions_are_found_and_ticked(visit, chooser, saved):
    tab = visit(to=chooser)
    page = tab.open(f"admin/integrations/{chooser.integration.pk}/sync-settings/")
    expect(page.get_by_text("Whose users")).to_be_hidden()
    page.get_by_label("Sync users as contacts").check()
    page.get_by_label("Holders of these subscriptions only").check()
    boxes = page.locator("[data-choice]:visible")
    expect(boxes).to_have_count(4)
    search = page.get_by_label("Find a subscription")
    search.fill("microsoft 365")
    expect(boxes).to_have_count(2)
    search.press("Enter")
    expect(boxes).to_have_count(2)  # and the form was not sent
    page.get_by_role("button", name="All", exact=True).click()
    search.fill("nothing of this name")
    expect(page.get_by_text("No subscription is called that.")).to_be_visible()
    search.fill("")
    expect(page.locator("[name=contact_skus]:checked")).to_have_count(2)
    assert violations(page) == []
    search.fill("e3")
    page.get_by_role("button", name="None", exact=True).click()
    search.fill("")
    page.get_by_label("Exchange Online").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The next sync follows these settings")).to_be_visible()
    assert saved() == ["4b9405b0-7788-4568-add1-99614e613b69", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"]


def test_subscriptions_are_chosen_without_script(visit, chooser, saved):
    tab = visit(to=chooser, java_script_enabled=False)
    page = tab.open(f"admin/integrations/{chooser.integration.pk}/sync-settings/")
    page.get_by_label("Sync users as contacts").check()
    page.get_by_label("Holders of these subscriptions only").check()
    expect(page.get_by_label("Find a subscription")).to_be_hidden()
    page.get_by_label("Microsoft 365 E3").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The next sync follows these settings")).to_be_visible()
    assert saved() == ["05e9a617-0261-4cee-bb44-138d3ef5d965"]
