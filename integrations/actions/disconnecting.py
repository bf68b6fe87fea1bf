"""Disconnecting: the connection ends at once; what it wrote is then deleted, or handed over, batch by batch."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet

from integrations.access import hold_also_leaving
from integrations.actions.matching import release_claim
from integrations.actions.runs import cancel_live_run
from integrations.models import (
    ConsentRequest,
    ContactLink,
    Disconnection,
    Inquiry,
    Integration,
    IntegrationCredential,
    SyncRun,
    TenantMatch,
    TenantSync,
)
from integrations.refusals import RefusedError
from integrations.states import ConsentState, DisconnectMode, IntegrationStatus
from integrations.steps import SyncStep, registered_steps
from integrations.wake import wake_disconnection
from organizations.actions import record_activity
from organizations.models import User

#: Rows of one batch: each is a transaction of its own, for whose locks nobody waits long.
BATCH = 500


@dataclass(frozen=True)
class Reach:
    """What an integration has brought into the account: records by kind, and where they stand."""

    records: Counter[str]
    tenants: int
    organizations: int
    contacts: int


def reach_of(integration: Integration) -> Reach:
    matches = TenantMatch.objects.of_integration(integration)
    match_ids = list(matches.values_list("pk", flat=True))
    links = ContactLink.objects.of_account(integration.account_id).filter(match__in=matches)
    counts = (step.count(integration.account_id, match_ids) for step in registered_steps())
    return Reach(
        records=sum(counts, Counter()),
        tenants=len(match_ids),
        organizations=matches.matched().values("organization").distinct().count(),
        contacts=links.values("contact").distinct().count(),
    )


@transaction.atomic
def begin_disconnect(
    integration_id: int, *, mode: DisconnectMode, now: datetime, actor: User | None = None
) -> Disconnection:
    """Ends the connection for good: from its commit on, nothing is read or written through it any more.

    Asked again, it returns the disconnection that is going on. Workers carry it out; one that has no tenants is done
    on the spot.
    """
    integration = hold_also_leaving(integration_id)
    going_on = (
        Disconnection.objects.of_account(integration.account_id)
        .open()
        .filter(integration=integration)
        .first()
    )
    if going_on is not None:
        return _as_wanted(going_on, mode)
    destroyed = _rows(IntegrationCredential.objects.of_integration(integration).delete())
    _stop(integration, now=now)
    disconnection = _open_disconnection(integration, mode=mode, gone=destroyed, now=now, actor=actor)
    if disconnection.tenants:
        wake = partial(wake_disconnection, integration.account_id, disconnection.pk)
        transaction.on_commit(wake, robust=True)
        return disconnection
    while carry_on(disconnection, now=now):
        pass
    return disconnection


def _as_wanted(going_on: Disconnection, mode: DisconnectMode) -> Disconnection:
    if going_on.mode == mode:
        return going_on
    outcome = "kept" if going_on.mode == DisconnectMode.KEEP else "deleted"
    raise RefusedError(
        f"{going_on.integration_name} is being disconnected already, and its data is {outcome}. "
        "That can't be changed any more."
    )


def _stop(integration: Integration, *, now: datetime) -> None:
    """The new epoch stops workers that are reading; those that were writing have been waited for by our lock."""
    cancel_live_run(integration, now=now)
    integration.status, integration.next_due_at = IntegrationStatus.DISCONNECTING, None
    integration.epoch += 1
    integration.save(update_fields=["status", "next_due_at", "epoch"])
    inquiries = Inquiry.objects.of_account(integration.account_id).filter(integration=integration)
    inquiries.open().update(finished_at=now, detail="The integration was disconnected.")
    unused = ConsentRequest.objects.of_integration(integration).filter(closed_at=None)
    unused.update(state=ConsentState.DISCARDED, closed_at=now)


def _open_disconnection(
    integration: Integration,
    *,
    mode: DisconnectMode,
    gone: Counter[str],
    now: datetime,
    actor: User | None,
) -> Disconnection:
    reach = reach_of(integration)
    disconnection = Disconnection.objects.create(
        account_id=integration.account_id,
        integration=integration,
        integration_name=integration.name,
        application_id=integration.application_id,
        cloud=integration.cloud,
        tenants=reach.tenants,
        mode=mode,
        requested_by=actor,
        requested_at=now,
        # What stays is counted now: later nothing tells any more which contacts were linked.
        counts=gone + Counter({"organizations": reach.organizations, "contacts": reach.contacts}),
    )
    _record(disconnection, "integration.disconnecting", details={"mode": mode}, now=now)
    return disconnection


def carry_on(disconnection: Disconnection, *, now: datetime) -> bool:
    """One batch, with the disconnection locked by the caller; says whether there is more to do.

    What is left to do is read from the tables themselves, so that it can be taken up wherever it was interrupted.
    """
    # Whoever still has a page of it open, and saves, waits for this batch or makes it wait.
    integration = Integration.objects.select_for_update(of=("self",)).get(disconnections=disconnection)
    rows = next(filter(None, _batches(integration, DisconnectMode(disconnection.mode), now)), None)
    if rows is None:
        _finish(disconnection, integration, now=now)
        return False
    disconnection.counts = Counter(disconnection.counts) + rows
    disconnection.save(update_fields=["counts"])
    return True


def _batches(integration: Integration, mode: DisconnectMode, now: datetime) -> Iterator[Counter[str]]:
    """One batch of each part in turn, where an empty one says that the part is done and the next may begin."""
    account_id = integration.account_id
    match_ids = list(TenantMatch.objects.of_integration(integration).values_list("pk", flat=True))
    for step in registered_steps():
        yield _leave(step, mode, account_id, match_ids, now)
    for step in registered_steps():
        yield step.forget_type(account_id, now=now)
    runs = SyncRun.objects.of_account(account_id).filter(integration=integration)
    yield _delete(TenantSync.objects.of_account(account_id).filter(run__in=runs))
    yield _delete(runs)
    yield _delete(ConsentRequest.objects.of_integration(integration))
    yield _delete(Inquiry.objects.of_account(account_id).filter(integration=integration))
    yield _delete(ContactLink.objects.of_account(account_id).filter(match__in=match_ids))
    yield _delete_matches(integration)


def _leave(
    step: SyncStep, mode: DisconnectMode, account_id: int, match_ids: list[int], now: datetime
) -> Counter[str]:
    if mode == DisconnectMode.DELETE:
        return step.purge(account_id, match_ids, limit=BATCH)
    return step.release(account_id, match_ids, limit=BATCH, now=now)


def _delete(rows: "QuerySet[Any]") -> Counter[str]:
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return _rows(rows.model.objects.filter(pk__in=ids).delete())


def _delete_matches(integration: Integration) -> Counter[str]:
    matches = list(TenantMatch.objects.of_integration(integration).order_by("pk")[:BATCH])
    deleted = _rows(TenantMatch.objects.filter(pk__in=[match.pk for match in matches]).delete())
    for match in matches:
        release_claim(integration.account_id, match.tenant_id)
    return deleted


def _finish(disconnection: Disconnection, integration: Integration, *, now: datetime) -> None:
    counts = Counter(disconnection.counts) + _rows(integration.delete())
    disconnection.integration, disconnection.finished_at, disconnection.counts = None, now, counts
    disconnection.save(update_fields=["integration", "finished_at", "counts"])
    _record(disconnection, "integration.disconnected", details={"counts": counts}, now=now)


def _rows(deleted: tuple[int, dict[str, int]]) -> Counter[str]:
    """What a deletion took with it, by the plural that people know it by; nothing when it took nothing."""
    _, by_model = deleted
    return Counter(
        {
            str(apps.get_model(label)._meta.verbose_name_plural): rows
            for label, rows in by_model.items()
            if rows
        }
    )


def _record(disconnection: Disconnection, action: str, *, details: dict[str, Any], now: datetime) -> None:
    """The log names things in words, so that it outlives them."""
    record_activity(
        disconnection.account_id,
        at=now,
        action=action,
        subject=disconnection.integration_name,
        user=disconnection.requested_by,
        about=disconnection,
        details={"application_id": disconnection.application_id, **details},
    )
