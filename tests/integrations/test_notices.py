"""How a sync ended is told by e-mail as Sync Settings want it, in words, and not every hour anew."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from integrations.actions.matching import Tenant
from integrations.actions.runs import start_sync
from integrations.models import SyncRun, SyncSettings, TenantSync
from integrations.notices import tell_of_end
from integrations.problems import Problem
from integrations.states import Notify, RunKind, RunState, SyncState, Trigger
from organizations.access import account_transaction
from organizations.models import Letter
from tests.factories import NOW, connect

HOUR = timedelta(hours=1)


@pytest.fixture
def connected(account):
    tenants = [Tenant(uuid4(), f"Client {number:02}") for number in range(25)]
    return connect(account, tenants)


@pytest.fixture
def choose(inside):
    def save(notify: Notify, *emails: str) -> None:
        with inside():
            SyncSettings.objects.update(notify=notify, notify_emails=list(emails or ["noc@msp.test"]))

    return save


@pytest.fixture
def end(connected):
    """A run that ended with these tenants in these troubles, the others in step; and what is told of it."""

    def finish(
        troubles: dict[int, Problem], *, at=NOW, trigger=Trigger.SCHEDULE, state=None, kind=RunKind.SYNC
    ) -> SyncRun:
        with account_transaction(connected.account.pk):
            run = start_sync(connected.integration.pk, trigger=trigger, now=at, kind=kind)
            syncs = TenantSync.objects.filter(run=run)
            syncs.update(state=SyncState.DONE, created=2, unchanged=5)
            for number, problem in troubles.items():
                syncs.filter(match=connected.matches[number]).update(state=SyncState.FAILED, problem=problem)
            run.state = state or (RunState.PARTIAL if troubles else RunState.OK)
            run.finished_at = at
            run.save()
            tell_of_end(run, now=at)
        return run

    return finish


@pytest.fixture
def letters(account):
    def read() -> list[Letter]:
        with account_transaction(account.pk):
            return list(Letter.objects.order_by("id"))

    return read


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        (Notify.NEVER, []),
        (Notify.PROBLEMS, ["partial", "held", "error"]),
        (Notify.ALWAYS, ["ok", "partial", "held", "error"]),
    ],
)
def test_ends_are_told_as_chosen(choose, end, letters, notify, told):
    choose(notify)
    for hour, state in enumerate(("ok", "partial", "held", "error", "cancelled")):
        before = len(letters())
        end({}, state=RunState(state), at=NOW + hour * HOUR)
        assert len(letters()) - before == (state in told), state


def test_preview_is_told_to_nobody(choose, end, letters):
    choose(Notify.ALWAYS)
    end({0: Problem.CONSENT_MISSING}, kind=RunKind.PREVIEW)
    assert letters() == []


def test_letter_says_what_happened_and_what_to_do(account, choose, end, letters, settings):
    settings.PUBLIC_URL = "https://portal.msp.test"
    choose(Notify.PROBLEMS)
    run = end({3: Problem.CONSENT_MISSING})
    [letter] = letters()
    assert letter.subject == "Microsoft: the sync finished, but some tenants could not be synced"
    lines = letter.body.splitlines()
    assert lines[0] == "The sync of Microsoft finished, but some tenants could not be synced."
    assert lines[2:8] == [
        "Tenants synced: 24 of 25",
        "Created: 50",
        "Updated: 0",
        "Unchanged: 125",
        "Orphaned: 0",
        "Contacts: 0",
    ]
    at = lines.index("Client 03 (Client 03)")
    assert lines[at + 1 : at + 3] == [
        f"  {Problem.CONSENT_MISSING.title}",
        f"  {Problem.CONSENT_MISSING.remedy}",
    ]
    assert f"https://portal.msp.test/{account.slug}/admin/sync-runs/{run.pk}/" in lines


def test_letter_names_the_first_twenty_tenants_and_counts_the_rest(choose, end, letters):
    choose(Notify.PROBLEMS)
    end(dict.fromkeys(range(25), Problem.UNAVAILABLE), state=RunState.ERROR)
    body = letters()[0].body
    named = [line for line in body.splitlines() if line.startswith("Client ")]
    assert named == [f"Client {number:02} (Client {number:02})" for number in range(20)]
    assert "... and 5 more tenants." in body


def test_the_same_trouble_every_hour_is_told_once_a_day(choose, end, letters):
    choose(Notify.PROBLEMS)
    for hour in range(11):  # from noon to 22:00
        end({3: Problem.CONSENT_MISSING}, at=NOW + hour * HOUR)
    assert len(letters()) == 1
    end({3: Problem.CONSENT_MISSING, 4: Problem.CONSENT_MISSING}, at=NOW + 11 * HOUR)
    assert len(letters()) == 2
    end({3: Problem.CONSENT_MISSING}, at=NOW + 12 * HOUR)
    assert len(letters()) == 3


def test_whoever_starts_a_sync_by_hand_is_told_of_it_each_time(choose, end, letters):
    choose(Notify.PROBLEMS)
    end({3: Problem.CONSENT_MISSING})
    end({3: Problem.CONSENT_MISSING}, at=NOW + HOUR, trigger=Trigger.MANUAL)
    assert len(letters()) == 2


def test_everyone_named_is_told(choose, end, letters):
    choose(Notify.ALWAYS, "noc@msp.test", "boss@msp.test")
    end({})
    assert [letter.to for letter in letters()] == ["noc@msp.test", "boss@msp.test"]


def test_end_that_was_rolled_back_is_not_told(connected, choose, letters):
    choose(Notify.ALWAYS)
    with account_transaction(connected.account.pk):
        run = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW)
        run.state = RunState.OK
        tell_of_end(run, now=NOW)
        transaction.set_rollback(True)
    assert letters() == []


def test_names_of_tenants_stand_in_the_letter_as_they_are(account, choose, end, letters, inside, connected):
    """It is plain text: what a page would escape is just a name here."""
    choose(Notify.PROBLEMS)
    with inside():
        match = connected.matches[3]
        match.tenant_name = "Smith & Sons <Ltd>"
        match.save()
    end({3: Problem.CONSENT_MISSING})
    assert "Smith & Sons <Ltd> (Client 03)" in letters()[0].body.splitlines()


def test_real_sync_tells_its_end_in_the_transaction_that_ends_it(one, sync, choose, letters):
    choose(Notify.ALWAYS)
    run = sync(one.connected)
    assert run.state == RunState.OK
    assert [letter.subject for letter in letters()] == ["Microsoft: the sync finished"]


def test_real_failure_is_told_with_its_remedy(one, sync, choose, letters):
    choose(Notify.PROBLEMS)
    one.simulator.revoke_consent(one.tenant.tenant_id)
    run = sync(one.connected)
    assert run.state == RunState.ERROR
    assert Problem(run.problem).remedy in letters()[0].body
