"""One worker's share of a run: claim a tenant, read it, write it, until nothing is left or others should have a turn."""

import logging
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from integrations.answers import kept_subscriptions
from integrations.contact_rules import ContactRules
from integrations.engine.claims import (
    LeaseLostError,
    Work,
    claim,
    complete,
    fail,
    fenced,
    give_back,
    let_go,
    retry_later,
    unexpected,
)
from integrations.engine.graph import open_client
from integrations.engine.rules import rules_of
from integrations.engine.runs import begin, settle
from integrations.microsoft.errors import MalformedAnswerError, MicrosoftError, ThrottledError, TransientError
from integrations.microsoft.readings import read_organization
from integrations.microsoft.records import SubscribedSku, TenantOrganization
from integrations.microsoft.tenant import TenantReader
from integrations.models import SyncSettings, TenantMatch
from integrations.problems import Problem
from integrations.states import RunKind, SyncState
from integrations.steps import StepOutcome, SyncStep, TenantContext, steps_named
from integrations.wake import wake_run
from organizations.access import account_transaction

logger = logging.getLogger(__name__)

#: Seconds after which a worker goes to the back of the queue, so that a large account can't starve the others.
TURN_SECONDS = 20.0
#: Seconds a worker waits for the next due tenant instead of leaving it to the tick.
LINGER_SECONDS = 2.0


def drain(account_id: int, run_id: int) -> None:
    begin(account_id, run_id)
    turn_ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < turn_ends:
        work = claim(account_id, run_id)
        if work is not None:
            sync_tenant(work)
            continue
        pause = settle(account_id, run_id)
        if pause is None or pause.seconds > LINGER_SECONDS:
            return
        time.sleep(pause.seconds + 0.01)
    wake_run(account_id, run_id)


def sync_tenant(work: Work) -> None:
    """Reads everything, then writes everything; any failure ends up in the tenant's row, in words."""
    client = None
    try:
        _require_no_transaction()
        client = open_client(work)
        # First, because it raises unless the tenant that answers is the one that is matched.
        with TenantReader(client, read_organization(client)) as tenant:
            reading = _read(work, tenant)
            write = _preview if work.kind == RunKind.PREVIEW else _write
            write(work, reading, calls=client.calls)
    except LeaseLostError:
        logger.info("Tenant sync %s was taken over or stopped; its reading is dropped", work.sync_id)
        let_go(work)
    except MicrosoftError as error:
        _tell(work, error, calls=client.calls if client else 0)
    except Exception as error:
        logger.exception("Tenant sync %s failed unexpectedly", work.sync_id)
        retry_later(work, unexpected(error), calls=client.calls if client else 0)


def _require_no_transaction() -> None:
    if connection.in_atomic_block:
        raise RuntimeError("Microsoft must not be read inside a database transaction.")


@dataclass(frozen=True)
class Reading:
    """A tenant as Microsoft told of it, completely: itself, its subscriptions, and what each step asked for."""

    organization: TenantOrganization
    skus: Collection[SubscribedSku]
    of_steps: Mapping[str, Any]


def _read(work: Work, tenant: TenantReader) -> Reading:
    rules = _rules(work)
    of_steps = {step.key: step.read(tenant, rules) for step in steps_named(work.steps)}
    return Reading(tenant.organization, tenant.subscribed_skus(), of_steps)


def _rules(work: Work) -> ContactRules:
    """As they stand before reading; writing follows those that stand then."""
    with account_transaction(work.account_id):
        return rules_of(_settings_of(work))


def _write(work: Work, reading: Reading, *, calls: int) -> None:
    """Portion by portion, so that whoever stops the sync never waits long; the last one ends the tenant's sync."""
    outcome = StepOutcome()
    portions = _portions(work, reading)
    step, portion = next(portions)
    for following in portions:
        work.checkpoint()
        with fenced(work) as match:
            outcome += step.apply(_context(work, match), portion)
        step, portion = following
    with fenced(work) as match:
        context = _context(work, match)
        outcome += step.apply(context, portion)
        _remember(match, reading, now=context.now)
        complete(
            work, state=SyncState.HELD if outcome.held else SyncState.DONE, figures=_figures(outcome, calls)
        )


def _preview(work: Work, reading: Reading, *, calls: int) -> None:
    """Planned before the fence, which a large tenant would keep closed for long: what was planned for a match that has
    changed meanwhile does not get through it."""
    changes = _planned(work, reading)
    with fenced(work):
        figures = {"problem": "", "detail": "", "calls": F("calls") + calls, "changes": changes}
        complete(work, state=SyncState.DONE, figures=figures)


def _planned(work: Work, reading: Reading) -> list[dict[str, str | int]]:
    with account_transaction(work.account_id):
        match = TenantMatch.objects.of_account(work.account_id).filter(pk=work.match_id).first()
        if match is None:
            raise LeaseLostError
        context = _context(work, match)
        return [
            change.as_json()
            for step in steps_named(work.steps)
            for change in step.plan(context, reading.of_steps[step.key])
        ]


def _portions(work: Work, reading: Reading) -> Iterator[tuple[SyncStep, Any]]:
    for step in steps_named(work.steps):
        for portion in step.portions(reading.of_steps[step.key]):
            yield step, portion


def _context(work: Work, match: TenantMatch) -> TenantContext:
    return TenantContext(
        account_id=work.account_id,
        match_id=match.pk,
        organization_id=_organization_of(match),
        now=timezone.now(),
        rules=rules_of(_settings_of(work)),
        approved=work.approved,
    )


def _settings_of(work: Work) -> SyncSettings:
    rows = SyncSettings.objects.filter(account_id=work.account_id, integration_id=work.integration_id)
    chosen = rows.first()
    if chosen is None:
        # A disconnect has ended meanwhile.
        raise LeaseLostError
    return chosen


def _remember(match: TenantMatch, reading: Reading, *, now: datetime) -> None:
    """Microsoft's own words for the tenant, which may have been added under another name, and what it subscribes to."""
    organization, subscriptions = reading.organization, kept_subscriptions(reading.skus)
    written = ["tenant_name", "default_domain", "last_synced_at", "verified_at"]
    match.tenant_name = organization.display_name[:255] or match.tenant_name
    match.default_domain = organization.default_domain[:255] or match.default_domain
    match.last_synced_at = match.verified_at = now
    if match.subscriptions != subscriptions:
        match.subscriptions = subscriptions
        written.append("subscriptions")
    match.save(update_fields=written)


def _organization_of(match: TenantMatch) -> int:
    if match.organization_id is None:
        raise LeaseLostError
    return match.organization_id


def _figures(outcome: StepOutcome, calls: int) -> dict[str, Any]:
    return {
        "created": outcome.created,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "orphaned": outcome.orphaned,
        "contacts": outcome.contacts,
        "changes": [change.as_json() for change in outcome.withheld],
        "problem": Problem.SUSPICIOUS if outcome.held else "",
        "detail": (outcome.held or outcome.remark)[:500],
        "calls": F("calls") + calls,
    }


def _tell(work: Work, error: MicrosoftError, *, calls: int) -> None:
    match error:
        case ThrottledError():
            give_back(work, error, calls=calls)
        case TransientError() | MalformedAnswerError():
            retry_later(work, error, calls=calls)
        case _:
            fail(work, error, calls=calls)
            if error.problem.is_credential_wide:
                settle(work.account_id, work.run_id)  # which spares the other tenants the same refusal
