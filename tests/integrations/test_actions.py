"""What people and the clock do to an integration: connect, match, tick, start."""

import socket
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from integrations.actions.connecting import InvalidIntegrationError, replace_credential
from integrations.actions.matching import AlreadyMatchedError, Tenant, match_tenant
from integrations.actions.runs import NothingToSyncError, start_due_sync, start_sync
from integrations.actions.settings import UnknownStepError, save_sync_settings
from integrations.engine.claims import claim
from integrations.engine.drain import sync_tenant
from integrations.microsoft.credentials import ClientSecret
from integrations.models import Integration, IntegrationCredential, SyncRun, SyncSettings, TenantMatch
from integrations.states import IntegrationStatus, MatchState, RunKind, RunState, SyncState, Trigger
from integrations.wake import FAN_OUT
from organizations.access import account_transaction
from organizations.models import Activity
from tests.factories import NOW, connect, connect_to
from tests.integrations.places import tenant_of, two_tenants


@pytest.fixture
def connected(account):
    return connect(account, two_tenants())


def _start(connected, *, actor=None, now=NOW) -> SyncRun:
    with account_transaction(connected.account.pk):
        return start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=now, actor=actor)


def _start_due(connected, *, now) -> SyncRun | None:
    with account_transaction(connected.account.pk):
        return start_due_sync(connected.integration.pk, now=now)


def _runs(connected) -> list[SyncRun]:
    with account_transaction(connected.account.pk):
        return list(SyncRun.objects.order_by("pk"))


def test_start_makes_one_tenant_sync_for_each_matched_tenant(connected, inside, settings):
    settings.SYNC_RUN_SECONDS = 600
    with inside():
        TenantMatch.objects.create(
            account=connected.account,
            integration=connected.integration,
            tenant_id="0c0c0c0c-0000-4000-8000-00000000000c",
            tenant_name="Nobody's yet",
        )
    run = _start(connected)
    assert (run.state, run.steps, run.epoch, run.trigger) == (
        RunState.QUEUED,
        ["contacts", "licenses"],
        1,
        Trigger.MANUAL,
    )
    assert run.deadline_at == NOW + timedelta(seconds=600)
    with inside():
        syncs = list(run.tenant_syncs.order_by("match_id").values_list("match_id", "state", "next_at"))
    assert syncs == [(match.pk, SyncState.PENDING, NOW) for match in connected.matches]


def test_second_start_is_the_run_that_goes_on(connected):
    first, second = _start(connected), _start(connected)
    assert first.pk == second.pk
    assert len(_runs(connected)) == 1


@pytest.mark.parametrize("attempt", range(5))
def test_starts_at_the_same_moment_are_one_run(connected, in_threads, inside, attempt):
    started = in_threads(*[lambda: _start(connected).pk] * 4)
    assert len(set(started)) == 1
    [run] = _runs(connected)
    with inside():
        assert run.tenant_syncs.count() == 2


def test_database_refuses_a_second_live_run(connected, inside):
    run = _start(connected)
    with pytest.raises(Exception, match="integrations_run_one_live"), inside():
        SyncRun.objects.create(
            account=connected.account,
            integration=connected.integration,
            epoch=1,
            trigger=Trigger.MANUAL,
            created_at=NOW,
            deadline_at=NOW,
        )
    assert _runs(connected) == [run]


def test_new_run_starts_after_the_last_one_ended(connected, inside):
    first = _start(connected)
    with inside():
        SyncRun.objects.filter(pk=first.pk).update(state=RunState.OK, finished_at=NOW)
    assert _start(connected).pk != first.pk


def test_start_is_written_into_the_activity_log(connected, administrator, inside):
    _start(connected, actor=administrator)
    _start(connected, actor=administrator)
    with inside():
        lines = list(Activity.objects.filter(action="sync.started").values_list("subject", "user_id"))
    assert lines == [(connected.integration.name, administrator.pk)]


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [
        (
            lambda: Integration.objects.update(status=IntegrationStatus.PAUSED),
            "Syncing is paused. Resume it first.",
        ),
        (
            lambda: SyncSettings.objects.update(steps=[]),
            "Nothing is ticked in Sync Settings yet. Tick Licenses and save, then start the sync.",
        ),
        (
            lambda: TenantMatch.objects.update(state=MatchState.UNMATCHED, organization=None),
            "No tenant is matched to an organization yet. Match at least one first.",
        ),
    ],
    ids=["paused", "nothing-ticked", "nothing-matched"],
)
def test_nothing_to_sync_says_what_to_do_first(connected, inside, obstacle, words):
    with inside():
        obstacle()
    with pytest.raises(NothingToSyncError) as caught:
        _start(connected)
    assert str(caught.value) == words
    assert _runs(connected) == []


def test_start_wakes_workers_once_it_is_committed(connected, mailbox):
    with account_transaction(connected.account.pk):
        run = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW)
        assert mailbox(connected.account) == []
    assert mailbox(connected.account) == [("integrations.drain", run.pk)] * 2


def test_start_that_is_rolled_back_wakes_nobody(connected, mailbox):
    with account_transaction(connected.account.pk):
        start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW)
        transaction.set_rollback(True)
    assert (mailbox(connected.account), _runs(connected)) == ([], [])


def test_large_account_does_not_wake_more_workers_than_its_share(account, mailbox):
    tenants = [Tenant(UUID(int=number + 1), f"Tenant {number}") for number in range(FAN_OUT + 3)]
    run = _start(connect(account, tenants))
    assert mailbox(account) == [("integrations.drain", run.pk)] * FAN_OUT


def test_start_without_redis_succeeds_at_once(connected, without_redis, caplog):
    began = time.monotonic()
    run = _start(connected)
    assert time.monotonic() - began < 1.0
    assert _runs(connected) == [run]
    assert [record.getMessage() for record in caplog.records if record.name == "organizations.wake"] == [
        f"Redis is unavailable; the next tick wakes integrations.drain({run.account_id}, {run.pk})"
    ]


def test_start_with_a_frozen_redis_gives_up_soon(connected, without_redis):
    """It accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        without_redis(f"redis://127.0.0.1:{frozen.getsockname()[1]}/0")
        began = time.monotonic()
        run = _start(connected)
        assert time.monotonic() - began < 2.0
    assert _runs(connected) == [run]


def test_due_sync_is_started_once_however_often_the_clock_asks(connected):
    first = _start_due(connected, now=NOW + timedelta(hours=1))
    assert first.trigger == Trigger.SCHEDULE
    assert [_start_due(connected, now=NOW + timedelta(hours=1)) for _ in range(3)] == [None] * 3
    assert _runs(connected) == [first]


def test_due_sync_is_started_once_by_clocks_that_ask_at_the_same_moment(connected, in_threads):
    now = NOW + timedelta(hours=1)
    started = in_threads(*[lambda: _start_due(connected, now=now)] * 4)
    assert len([run for run in started if run is not None]) == 1
    assert len(_runs(connected)) == 1


def test_sync_is_not_due_before_its_hour(connected):
    assert _start_due(connected, now=NOW + timedelta(minutes=59)) is None
    assert _runs(connected) == []


def test_manual_start_moves_the_next_due_sync(connected):
    run = _start(connected, now=NOW + timedelta(minutes=50))
    with account_transaction(connected.account.pk):
        SyncRun.objects.filter(pk=run.pk).update(state=RunState.OK, finished_at=NOW)
    assert _start_due(connected, now=NOW + timedelta(minutes=70)) is None
    assert _start_due(connected, now=NOW + timedelta(minutes=110)) is not None


def test_due_sync_joins_a_run_that_goes_on(connected):
    run = _start(connected)
    with account_transaction(connected.account.pk):
        Integration.objects.update(next_due_at=NOW)
    assert _start_due(connected, now=NOW).pk == run.pk
    assert _runs(connected) == [run]


def test_due_sync_waits_for_a_preview_and_is_not_left_out(connected):
    """Of a daily schedule a whole day would be missing."""
    due = NOW + timedelta(hours=1)
    with account_transaction(connected.account.pk):
        preview = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW, kind=RunKind.PREVIEW)
    assert _start_due(connected, now=due) is None
    with account_transaction(connected.account.pk):
        SyncRun.objects.filter(pk=preview.pk).update(state=RunState.OK, finished_at=due)
    assert _start_due(connected, now=due).kind == RunKind.SYNC


def test_due_sync_with_nothing_to_do_is_due_again_in_an_hour(connected, inside):
    with inside():
        SyncSettings.objects.update(steps=[])
    now = NOW + timedelta(hours=1)
    assert _start_due(connected, now=now) is None
    with inside():
        assert Integration.objects.get().next_due_at == now + timedelta(hours=1)
    assert _runs(connected) == []


def test_settings_keep_the_known_steps_and_log_the_change(connected, administrator, inside):
    with inside():
        save_sync_settings(connected.integration, steps=[], now=NOW, actor=administrator)
        save_sync_settings(connected.integration, steps=["licenses"], now=NOW, actor=administrator)
        assert SyncSettings.objects.get().steps == ["licenses"]
        line = Activity.objects.filter(action="sync-settings.saved").latest("pk")
    assert (line.details, line.user_id) == (
        {"before": {"steps": []}, "after": {"steps": ["licenses"]}},
        administrator.pk,
    )


def test_settings_refuse_an_unknown_step(connected, inside):
    with pytest.raises(UnknownStepError, match=r"Unknown sync steps: backups\."), inside():
        save_sync_settings(connected.integration, steps=["licenses", "backups"], now=NOW)
    with inside():
        assert SyncSettings.objects.get().steps == ["contacts", "licenses"]


def test_tenant_matched_again_keeps_its_match_and_the_name_that_microsoft_gave_it(connected, inside):
    [alder, _] = connected.matches
    renamed = replace(tenant_of(alder), name="Alder Dental Group")
    with inside():
        again = match_tenant(connected.integration, renamed, organization=alder.organization, now=NOW)
        assert TenantMatch.objects.count() == 2
    assert (again.pk, again.tenant_name) == (alder.pk, alder.tenant_name)


def test_tenant_of_one_organization_is_not_matched_to_another(connected, inside):
    """Its assets and contacts stand in the first one; moved silently, they would go on being written there."""
    [alder, birch] = connected.matches
    with inside(), pytest.raises(AlreadyMatchedError, match="is matched already"):
        match_tenant(connected.integration, tenant_of(alder), organization=birch.organization, now=NOW)
    with inside():
        assert TenantMatch.objects.get(pk=alder.pk).organization_id == alder.organization_id


def test_tenant_of_one_integration_is_not_matched_through_another(connected, account, inside):
    """Each would keep an asset for every SKU, and the organization's licenses would count twice."""
    [alder, _] = connected.matches
    other = connect(account, [], name="Second")
    with inside(), pytest.raises(AlreadyMatchedError, match="through another integration"):
        match_tenant(other.integration, tenant_of(alder), organization=alder.organization, now=NOW)
    with inside():
        assert TenantMatch.objects.filter(integration=other.integration).count() == 0


def test_tenant_that_was_unmatched_can_be_matched_anew(connected, inside):
    [alder, birch] = connected.matches
    with inside():
        TenantMatch.objects.filter(pk=alder.pk).update(state=MatchState.UNMATCHED, organization=None)
        again = match_tenant(
            connected.integration, tenant_of(alder), organization=birch.organization, now=NOW
        )
    assert (again.pk, again.state, again.organization_id) == (
        alder.pk,
        MatchState.MATCHED,
        birch.organization_id,
    )


def test_other_accounts_integration_cannot_be_started(connected, rival):
    with account_transaction(rival.pk), pytest.raises(Http404):
        start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now())
    assert _runs(connected) == []


def test_new_credential_ends_what_runs_and_is_used_from_then_on(simulated, account, begin, work_off, inside):
    simulator = simulated()
    connected = connect_to(simulator, account, secret="expired")
    run = begin(connected)
    work = claim(account.pk, run.pk)
    right = ClientSecret(simulator.application_id, simulator.client_secret)
    with inside():
        replace_credential(connected.integration.pk, right, now=timezone.now())
    sync_tenant(work)
    assert work_off(run).state == RunState.CANCELLED
    with inside():
        assert {each.state for each in run.tenant_syncs.all()} == {SyncState.CANCELLED}
        assert IntegrationCredential.objects.get().hint == f"...{right.secret[-4:]}"
        assert Activity.objects.filter(action="credential.replaced").count() == 1
    assert work_off(begin(connected)).state == RunState.OK


def test_unusable_credential_replaces_nothing(connected, inside):
    with inside():
        before = list(IntegrationCredential.objects.values_list("pk", "sealed", "hint"))
        with pytest.raises(InvalidIntegrationError, match="must be a GUID"):
            replace_credential(connected.integration.pk, ClientSecret("portal", "secret"), now=NOW)
        assert list(IntegrationCredential.objects.values_list("pk", "sealed", "hint")) == before
        assert Integration.objects.get().epoch == 1


@pytest.mark.parametrize(("secret", "hint"), [("a-secret-of-many-signs", "...igns"), ("short", "...")])
def test_hint_tells_secrets_apart_and_gives_nothing_away(account, inside, secret, hint):
    connect(account, [], credential=ClientSecret("99999999-2222-3333-4444-555555555555", secret))
    with inside():
        assert IntegrationCredential.objects.get().hint == hint
