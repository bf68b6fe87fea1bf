"""Cancelling a sync, pausing an integration and resuming it: what is stopped, and how soon."""

import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import connections
from django.utils import timezone

from integrations.actions.runs import (
    NothingToSyncError,
    cancel_sync,
    pause_sync,
    resume_sync,
    start_sync,
)
from integrations.engine.claims import claim
from integrations.engine.drain import drain, sync_tenant
from integrations.models import Integration, SyncRun
from integrations.refusals import RefusedError
from integrations.states import IntegrationStatus, RunKind, RunState, SyncState, Trigger
from organizations.access import account_transaction
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW, connect, connect_to
from tests.integrations.places import two_tenants
from tests.pages import page_of


@pytest.fixture
def connected(account):
    return connect(account, two_tenants())


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def url(account, connected):
    return f"/{account.slug}/admin/integrations/{connected.integration.pk}/"


@pytest.fixture
def integration(inside, connected):
    def read() -> Integration:
        with inside():
            return Integration.objects.get(pk=connected.integration.pk)

    return read


def alerts(page):
    return [text.removesuffix(" Dismiss") for text in page.texts("p", class_="alert")]


def test_cancelled_run_leaves_no_tenant_open(connected, begin, inside, administrator, tenant_syncs):
    run = begin(connected)
    claim(run.account_id, run.pk)
    with inside():
        cancelled = cancel_sync(connected.integration.pk, now=NOW, actor=administrator)
    assert (cancelled.pk, cancelled.state, cancelled.finished_at) == (run.pk, RunState.CANCELLED, NOW)
    assert {each.state for each in tenant_syncs(run).values()} == {SyncState.CANCELLED}
    with inside():
        line = Activity.objects.get(action="sync.cancelled")
    assert (line.subject, line.user_id, line.details) == ("Microsoft", administrator.pk, {"run": run.pk})


def test_cancelling_keeps_the_tenants_that_are_done(simulated, account, begin, inside, tenant_syncs):
    connected = connect_to(simulated(tenants=2), account)
    run = begin(connected)
    sync_tenant(claim(run.account_id, run.pk))
    with inside():
        cancel_sync(connected.integration.pk, now=timezone.now())
    assert sorted(each.state for each in tenant_syncs(run).values()) == [SyncState.CANCELLED, SyncState.DONE]


def test_cancelling_what_does_not_run_changes_nothing(connected, inside):
    with inside():
        assert cancel_sync(connected.integration.pk, now=NOW) is None
        assert Activity.objects.filter(action="sync.cancelled").count() == 0


@pytest.mark.parametrize("stop", [cancel_sync, pause_sync])
def test_running_worker_calls_microsoft_no_more_a_second_after(
    simulated, account, begin, stored, in_threads, stop
):
    """Nor does it write anything then, and the tenant is nobody's."""
    simulator = simulated()
    connected = connect_to(simulator, account)
    run, before = begin(connected), stored()
    simulator.latency = 0.3

    def stop_in_the_middle() -> float:
        while len(simulator.requests) < 3:
            time.sleep(0.01)
        with account_transaction(account.pk):
            stop(connected.integration.pk, now=timezone.now())
        return time.monotonic()

    _, stopped = in_threads(lambda: drain(account.pk, run.pk), stop_in_the_middle)
    connections.close_all()
    # A request is noted when its answer has been given.
    started = [request.time - simulator.latency for request in simulator.requests]
    assert max(started) <= stopped + 1.0
    assert stored() == before
    with account_transaction(account.pk):
        assert SyncRun.objects.get(pk=run.pk).state == RunState.CANCELLED


def test_preview_of_a_large_tenant_keeps_nobody_waiting(
    one, account, begin_preview, probe, in_threads, only_sync
):
    """Planning 100,000 users takes a while; whoever stops it meanwhile is not held up by it."""
    run = begin_preview(one.connected)
    with account_transaction(account.pk):
        SyncRun.objects.update(steps=[probe.key])
    planning, paused, in_time = Event(), Event(), []

    def plan() -> None:
        planning.set()
        in_time.append(paused.wait(5))

    def pause() -> None:
        assert planning.wait(10)
        with account_transaction(account.pk):
            pause_sync(one.connected.integration.pk, now=timezone.now())
        paused.set()

    probe.on_plan = plan
    in_threads(lambda: drain(account.pk, run.pk), pause)
    assert in_time == [True]
    assert only_sync(run).state == SyncState.CANCELLED


def test_paused_integration_starts_nothing_and_resumes(connected, integration, inside, administrator):
    with inside():
        pause_sync(connected.integration.pk, now=NOW, actor=administrator)
    paused = integration()
    assert (paused.status, paused.epoch, paused.next_due_at) == (IntegrationStatus.PAUSED, 2, None)
    with pytest.raises(NothingToSyncError, match=r"Syncing is paused\. Resume it first\."), inside():
        start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW)
    later = NOW + timedelta(days=3)
    with inside():
        resume_sync(connected.integration.pk, now=later, actor=administrator)
        start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=later)
        lines = Activity.objects.filter(action__startswith="integration.").exclude(
            action="integration.connected"
        )
        told = list(lines.order_by("pk").values_list("action", "user_id"))
    resumed = integration()
    assert (resumed.status, resumed.epoch) == (IntegrationStatus.CONNECTED, 2)
    assert resumed.next_due_at == later + timedelta(hours=1)
    assert told == [("integration.paused", administrator.pk), ("integration.resumed", administrator.pk)]


def test_pausing_and_resuming_twice_is_once(connected, integration, inside):
    with inside():
        for _ in range(2):
            pause_sync(connected.integration.pk, now=NOW)
        assert integration().epoch == 2
        for _ in range(2):
            resume_sync(connected.integration.pk, now=NOW)
        assert sorted(Activity.objects.values_list("action", flat=True)).count("integration.paused") == 1
        assert sorted(Activity.objects.values_list("action", flat=True)).count("integration.resumed") == 1


@pytest.mark.parametrize("act", [pause_sync, resume_sync])
def test_integration_that_is_being_disconnected_is_left_alone(connected, integration, inside, act):
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    with pytest.raises(RefusedError, match=r"This integration is being disconnected\."), inside():
        act(connected.integration.pk, now=NOW)
    assert integration().status == IntegrationStatus.DISCONNECTING


def test_run_that_was_paused_does_not_go_on_when_resumed(connected, begin, inside, work_off):
    run = begin(connected)
    with inside():
        pause_sync(connected.integration.pk, now=NOW)
        resume_sync(connected.integration.pk, now=NOW)
    assert work_off(run).state == RunState.CANCELLED


def test_buttons_cancel_pause_and_resume(admin, url, connected, integration, inside, begin):
    assert alerts(page_of(admin.post(f"{url}cancel-sync/", follow=True))) == [
        "Nothing is running, so there was nothing to cancel."
    ]
    run = begin(connected)
    assert alerts(page_of(admin.post(f"{url}cancel-sync/", follow=True))) == [
        "Cancelled. What the sync had written before stays."
    ]
    page = page_of(admin.post(f"{url}pause-sync/", follow=True))
    assert alerts(page) == ["Paused. All data stays; nothing is synced until you resume."]
    [row] = page.rows
    assert (row[2], row[4]) == ("Paused", "When resumed")
    controls = {
        each.text: "disabled" in each.attributes
        for each in page.one("td", class_="actions-cell").all("button")
    }
    assert (controls["Resume Sync"], controls["Start Manual SyncSyncing is paused"]) == (False, True)
    page = page_of(admin.post(f"{url}resume-sync/", follow=True))
    assert alerts(page) == ["Resumed. Syncs follow the schedule again."]
    assert integration().status == IntegrationStatus.CONNECTED
    with inside():
        assert SyncRun.objects.get(pk=run.pk).state == RunState.CANCELLED


def test_row_of_an_integration_that_is_being_disconnected_offers_pages_alone(admin, url, connected, inside):
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    page = page_of(admin.get(url.replace(f"{connected.integration.pk}/", "")))
    [row] = page.rows
    assert (row[2], row[4]) == ("Disconnecting...", "None")
    forms = [each.attributes["action"] for each in page.one("td", class_="actions-cell").all("form")]
    assert forms == []
    assert alerts(page_of(admin.post(f"{url}pause-sync/", follow=True))) == [
        "This integration is being disconnected."
    ]


def test_cancelled_preview_is_called_a_preview(connected, inside, admin, url):
    with inside():
        start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now(), kind=RunKind.PREVIEW)
    assert alerts(page_of(admin.post(f"{url}cancel-sync/", follow=True))) == ["The preview is cancelled."]
