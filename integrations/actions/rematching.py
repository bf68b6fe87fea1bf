"""Changing one's mind about a tenant: another organization for it, none any more, or leaving it out."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from integrations.actions.matching import Decision, Outcome, context_of, hold, keep, release_claim
from integrations.models import Integration, TenantMatch, TenantSync
from integrations.refusals import RefusedError
from integrations.states import MatchState, SyncState
from integrations.steps import registered_steps
from organizations.models import Organization, User


class NotMatchedError(RefusedError):
    """Somebody else changed the tenant's match, or took it away, after it had been looked at."""

    def __init__(self) -> None:
        super().__init__("This tenant's match has changed meanwhile. Look at it again before you go on.")


@transaction.atomic
def change_match(
    match: TenantMatch, *, organization: Organization, now: datetime, actor: User | None = None
) -> TenantMatch:
    """Takes what the syncs of the tenant have written along to the other organization.

    The integration is locked: a sync that is going on has written before, and is done again for the new one.
    """
    decision = hold(match.integration, now=now, actor=actor)
    match, before = _matched(decision, match)
    if before == organization:
        return match
    keep([organization])
    match.organization, match.last_synced_at = organization, None
    match.save(update_fields=["organization", "last_synced_at"])
    for step in registered_steps():
        step.move(context_of(match, now=now))
    _sync_anew(match, now=now)
    decision.record(
        "tenant.match-changed",
        match,
        organization=organization,
        before={"id": before.pk, "name": before.name},
        after={"id": organization.pk, "name": organization.name},
    )
    return match


@transaction.atomic
def revert_match(match: TenantMatch, *, now: datetime, actor: User | None = None) -> TenantMatch:
    """Nobody updates what the syncs have written; it stays where it is, marked."""
    decision = hold(match.integration, now=now, actor=actor)
    match, organization = _matched(decision, match)
    for step in registered_steps():
        step.orphan(context_of(match, now=now))
    match.state, match.organization, match.reverted_at = MatchState.UNMATCHED, None, now
    match.save(update_fields=["state", "organization", "reverted_at"])
    _stop_syncing(match, now=now)
    release_claim(match.account_id, match.tenant_id)
    decision.record("tenant.match-reverted", match, organization=organization)
    return match


@transaction.atomic
def ignore_tenants(
    integration: Integration, match_ids: Collection[int], *, now: datetime, actor: User | None = None
) -> Outcome:
    """Unmatched ones are asked about no more. A matched one has to be reverted first."""
    decision = hold(integration, now=now, actor=actor)
    matches = list(decision.matches.unmatched().filter(pk__in=match_ids))
    return _set(decision, matches, MatchState.IGNORED, action="tenant.ignored")


@transaction.atomic
def stop_ignoring_tenants(
    integration: Integration, match_ids: Collection[int], *, now: datetime, actor: User | None = None
) -> Outcome:
    decision = hold(integration, now=now, actor=actor)
    matches = list(decision.matches.ignored().filter(pk__in=match_ids))
    return _set(decision, matches, MatchState.UNMATCHED, action="tenant.ignored-no-more")


def _matched(decision: Decision, match: TenantMatch) -> tuple[TenantMatch, Organization]:
    """As it stands now, and its organization, which is the one that whoever decides has seen."""
    fresh = decision.matches.matched().filter(pk=match.pk, organization=match.organization_id).first()
    if fresh is None or fresh.organization is None:
        raise NotMatchedError
    return fresh, fresh.organization


def _set(decision: Decision, matches: list[TenantMatch], state: MatchState, *, action: str) -> Outcome:
    for match in matches:
        match.state = state
    TenantMatch.objects.bulk_update(matches, ["state"], batch_size=500)
    for match in matches:
        decision.record(action, match)
    return Outcome(done=matches)


def _sync_anew(match: TenantMatch, *, now: datetime) -> None:
    """Whoever is in the middle of it loses the tenant, so that no sync is half the old organization's."""
    syncs = TenantSync.objects.of_account(match.account_id).filter(match=match, state=SyncState.LEASED)
    syncs.update(state=SyncState.PENDING, lease_token=None, next_at=now, attempts=0)


def _stop_syncing(match: TenantMatch, *, now: datetime) -> None:
    """A worker that is reading the tenant stops at its next request to Microsoft; it could write nothing any more."""
    syncs = TenantSync.objects.of_account(match.account_id).filter(match=match).open()
    syncs.update(state=SyncState.CANCELLED, finished_at=now, lease_token=None)
