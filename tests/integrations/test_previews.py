"""A preview tells what a sync would do, and writes nothing but its own run."""

from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

from integrations.microsoft.simulator import Fault
from integrations.microsoft.sku_names import sku_name
from integrations.models import SyncRun, SyncSettings, TenantMatch, TenantSync
from integrations.problems import Problem
from integrations.progress import latest_runs
from integrations.states import RunKind, RunState, SyncState
from organizations.models import Activity
from organizations.roles import Role
from organizations.wall import is_account_owned
from tests.factories import connect_to
from tests.pages import page_of


@pytest.fixture
def everything(inside):
    """All rows of the account in all tables, but for runs, whose parts are what a preview may write."""

    def read() -> dict[str, list[tuple[object, ...]]]:
        rows = {}
        with inside() as _, connection.cursor() as cursor:
            for model in apps.get_models():
                if is_account_owned(model) and model not in (SyncRun, TenantSync, Activity):
                    table = model._meta.db_table
                    cursor.execute(f"SELECT {table}::text FROM {table} ORDER BY id")  # noqa: S608 - our own table's name
                    rows[table] = cursor.fetchall()
        return rows

    return read


@pytest.fixture
def told(only_sync):
    """Kind, subject and detail of what a preview would change, of certain kinds or of all."""

    def of(run, *kinds: str) -> list[tuple[str, str, str]]:
        return [
            (change["kind"], change["subject"], change["detail"])
            for change in only_sync(run).changes
            if not kinds or change["kind"] in kinds
        ]

    return of


LICENSES = ("license created", "license updated", "license orphaned", "tags changed", "would be held")


def test_preview_of_the_first_sync_tells_everything_it_would_make(one, preview, told):
    run = preview(one.connected)
    assert (run.kind, run.state) == (RunKind.PREVIEW, RunState.OK)
    assert sorted(told(run, *LICENSES)) == sorted(
        (
            "license created",
            sku_name(UUID(each.sku_id), part_number=each.part_number),
            f"Active {each.enabled:,}, Consumed {each.consumed:,}{_tagged(len(each.holders))}",
        )
        for each in one.tenant.licenses()
    )
    holders = {user.display_name for user in one.tenant.users if user.sku_ids}
    assert {subject for _, subject, _ in told(run, "contact created")} == holders


def _tagged(people: int) -> str:
    return {0: "", 1: ", 1 contact tagged"}.get(people, f", {people} contacts tagged")


def test_preview_and_the_sync_after_it_agree(one, preview, sync, only_sync):
    counts = [change["kind"] for change in only_sync(preview(one.connected)).changes]
    done = only_sync(sync(one.connected))
    assert (counts.count("license created"), counts.count("contact created")) == (done.created, done.contacts)
    assert only_sync(preview(one.connected)).changes == []


@pytest.mark.parametrize("is_first", [True, False])
def test_preview_writes_nothing(one, preview, sync, everything, is_first):
    if not is_first:
        sync(one.connected)
        one.tenant.edit.set_units("SPB", enabled=40)
        one.tenant.edit.remove_sku("EXCHANGESTANDARD")
        one.tenant.edit.remove_user(one.tenant.users[0].id)
    before = everything()
    assert preview(one.connected).state == RunState.OK
    assert everything() == before


def test_changed_license_is_told_from_before_to_after(one, preview, sync, told):
    sync(one.connected)
    one.tenant.edit.set_units("SPB", enabled=1300)
    assert told(preview(one.connected)) == [
        ("license updated", "Microsoft 365 Business Premium", "Active 13 -> 1,300, Unused 2 -> 1,289")
    ]


def test_suspended_license_is_told_with_its_status(one, preview, sync, told):
    sync(one.connected)
    one.tenant.edit.suspend_sku("SPB")
    assert told(preview(one.connected)) == [
        (
            "license updated",
            "Microsoft 365 Business Premium",
            "Status Active -> Suspended, Active 13 -> 0, Unused 2 -> 0, Suspended 0 -> 13",
        )
    ]


def test_license_that_is_gone_and_one_that_is_back(one, preview, sync, told):
    sync(one.connected)
    one.tenant.edit.remove_sku("EXCHANGESTANDARD")
    assert told(preview(one.connected)) == [
        ("license orphaned", "Exchange Online (Plan 1)", "Active 3, Consumed 2")
    ]
    sync(one.connected)
    one.tenant.edit.add_sku("EXCHANGESTANDARD", enabled=7)
    assert told(preview(one.connected), "license updated") == [
        (
            "license updated",
            "Exchange Online (Plan 1)",
            "no longer orphaned, Active 3 -> 7, Consumed 2 -> 0, Unused 1 -> 7",
        )
    ]


def test_people_who_come_and_go_are_told_as_tags(one, preview, sync, told):
    sync(one.connected)
    holder = next(user for user in one.tenant.users if len(user.sku_ids) == 1)
    other = next(user for user in one.tenant.users if not user.sku_ids)
    sku_id = str(holder.sku_ids[0])
    one.tenant.edit.unassign(holder.id, sku_id)
    one.tenant.edit.assign(other.id, sku_id)
    changes = told(preview(one.connected))
    assert [(kind, detail) for kind, _, detail in changes if kind == "tags changed"] == [
        ("tags changed", "1 contact tagged, 1 contact no longer tagged")
    ]
    assert [(kind, subject) for kind, subject, _ in changes if kind == "contact created"] == [
        ("contact created", other.display_name)
    ]


def test_without_users_nobody_new_is_tagged(one, preview, inside, told):
    with inside():
        SyncSettings.objects.update(steps=["licenses"])
    changes = told(preview(one.connected))
    assert {kind for kind, _, _ in changes} == {"license created"}
    assert [detail for _, _, detail in changes if "tagged" in detail] == []


def test_what_the_guard_would_hold_is_told(one, preview, sync, told, only_sync):
    sync(one.connected)
    for pool in one.tenant.skus:
        one.tenant.edit.remove_sku(pool.sku.id)
    run = preview(one.connected)
    assert (run.state, only_sync(run).state) == (RunState.OK, SyncState.DONE)
    assert {kind for kind, _, _ in told(run, *LICENSES)} == {"would be held"}
    assert len(told(run, "would be held")) == 4


def test_tenant_that_can_not_be_read_fails_the_preview_alone(simulated, account, preview, tenant_syncs):
    simulator = simulated(tenants=2)
    broken, sound = simulator.world.tenants
    simulator.misbehave(Fault.another_tenants(), tenant=broken.tenant_id, endpoint="organization")
    run = preview(connect_to(simulator, account))
    syncs = tenant_syncs(run)
    assert run.state == RunState.PARTIAL
    assert (syncs[broken.tenant_id].problem, syncs[broken.tenant_id].changes) == (Problem.WRONG_TENANT, [])
    assert len(syncs[sound.tenant_id].changes) > 0


def test_finished_preview_says_nothing_about_how_things_stand(one, preview, begin_preview, sync, inside):
    integration = one.connected.integration
    preview(one.connected)
    with inside():
        assert latest_runs([integration]) == {}
    run = sync(one.connected)
    preview(one.connected)
    with inside():
        assert latest_runs([integration]) == {integration.pk: (run, run.finished_at)}
    live = begin_preview(one.connected)
    with inside():
        assert latest_runs([integration]) == {integration.pk: (live, run.finished_at)}


def test_preview_from_its_button_to_its_page(account, client_of, one, inside, work_off):
    admin = client_of(Role.ADMINISTRATOR)
    below = f"/{account.slug}/admin/integrations/"
    answer = admin.post(f"{below}{one.connected.integration.pk}/start-preview/")
    with inside():
        [run] = SyncRun.objects.all()
    assert answer.url == f"/{account.slug}/admin/sync-runs/{run.pk}/"
    assert page_of(admin.get(below)).rows[0][2] == "Previewing..."
    page = page_of(admin.get(answer.url))
    assert page.one("section", id="run-totals").all("button") == []
    work_off(run)
    page = page_of(admin.get(answer.url))
    assert page.one("h1").text == f"Preview {run.pk}"
    holders = sum(1 for user in one.tenant.users if user.sku_ids)
    assert page.one("section", id="run-totals").pairs == {
        "Contact created": str(holders),
        "License created": "4",
    }
    start = page.one("section", id="run-totals").one("form")
    assert start.attributes["action"] == f"{below}{one.connected.integration.pk}/start-sync/"
    assert start.one("button").text == "Start Manual Sync"
    shown = page.one("ul", class_="changes").all("li")
    assert len(shown) == 8
    more = page.one("div", class_="outcome").all("a")[-1]
    assert more.text == f"And {holders + 4 - 8} more"
    everything = page_of(admin.get(more.attributes["href"]))
    assert (everything.one("h2", id="changes-title").text, len(everything.rows)) == (
        "What would change",
        holders + 4,
    )
    assert page_of(admin.get(below)).rows[0][2] == "Never synced"


def test_preview_of_a_running_sync_is_not_started(account, client_of, one, begin, inside):
    begin(one.connected)
    admin = client_of(Role.ADMINISTRATOR)
    address = f"/{account.slug}/admin/integrations/{one.connected.integration.pk}/start-preview/"
    page = page_of(admin.post(address, follow=True))
    assert page.texts("p", class_="alert") == ["A sync of this integration is running already. Dismiss"]
    with inside():
        assert SyncRun.objects.filter(kind=RunKind.PREVIEW).count() == 0


def test_preview_needs_a_matched_tenant(account, client_of, one, inside):
    with inside():
        TenantMatch.objects.update(state="unmatched", organization=None)
    admin = client_of(Role.ADMINISTRATOR)
    address = f"/{account.slug}/admin/integrations/{one.connected.integration.pk}/start-preview/"
    page = page_of(admin.post(address, follow=True))
    assert page.texts("p", class_="alert") == [
        "No tenant is matched to an organization yet. Match at least one first. Dismiss"
    ]
