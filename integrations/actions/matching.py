"""Linking tenants to organizations, and leaving them out. Lock order: the integration, then its matches by id."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from integrations.access import hold_integration
from integrations.matching import best
from integrations.models import Integration, TenantClaim, TenantMatch
from integrations.querysets import MatchQuerySet
from integrations.refusals import RefusedError
from integrations.states import IntegrationKind, MatchState
from integrations.steps import TenantContext, registered_steps
from integrations.suggestions import suggestions_for
from organizations.actions import create_organization, record_activity
from organizations.models import Organization, User
from organizations.names import search_key

TAKEN = "This tenant can't be linked here. Ask the operator of this server."


class AlreadyMatchedError(RefusedError):
    """The tenant's documentation stands in another organization; moving it is a decision of its own."""


class TenantTakenError(RefusedError):
    """The tenant can't be linked in this account. Nothing more is said: the reason is another account's."""


class OrganizationGoneError(RefusedError):
    def __init__(self, organization: Organization) -> None:
        super().__init__(
            f"{organization.name} has been deleted in the meantime. Choose another organization."
        )


@dataclass(frozen=True)
class Tenant:
    """A Microsoft tenant as the person who adds it knows it."""

    tenant_id: UUID
    name: str
    default_domain: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of the tenants of one decision. Of those `elsewhere`, another integration of the account has the
    documentation; nobody is told who has those `taken`."""

    done: Sequence[TenantMatch] = ()
    taken: Sequence[TenantMatch] = ()
    elsewhere: Sequence[TenantMatch] = ()

    @property
    def refused(self) -> int:
        return len(self.taken) + len(self.elsewhere)


@dataclass(frozen=True)
class Decision:
    """Who decides when about tenants of an integration, which is locked."""

    integration: Integration
    now: datetime
    actor: User | None

    @property
    def matches(self) -> MatchQuerySet:
        """Of the integration, locked by id, so that two decisions wait for each other instead of deadlocking."""
        matches = TenantMatch.objects.of_integration(self.integration).select_related("organization")
        return matches.order_by("pk").select_for_update(of=("self",))

    def record(
        self, action: str, match: TenantMatch, *, organization: Organization | None = None, **details: Any
    ) -> None:
        record_activity(
            match.account_id,
            at=self.now,
            action=action,
            subject=match.tenant_name,
            user=self.actor,
            organization=organization,
            about=self.integration,
            details={"tenant_id": str(match.tenant_id), "integration": self.integration.name, **details},
        )


def hold(integration: Integration, *, now: datetime, actor: User | None) -> Decision:
    return Decision(hold_integration(integration.pk), now, actor)


@transaction.atomic
def match_tenant(
    integration: Integration,
    tenant: Tenant,
    *,
    organization: Organization,
    now: datetime,
    actor: User | None = None,
) -> TenantMatch:
    """Links a tenant to an organization of the same account. A tenant that is matched elsewhere stays there."""
    decision = hold(integration, now=now, actor=actor)
    match = decision.matches.filter(tenant_id=tenant.tenant_id).first() or TenantMatch(
        account_id=integration.account_id, integration=integration, tenant_id=tenant.tenant_id
    )
    match.tenant_name = match.tenant_name or tenant.name[:255]
    match.default_domain = match.default_domain or tenant.default_domain[:255]
    match.save()
    outcome = _free(decision, [match])
    if outcome.taken:
        raise TenantTakenError(TAKEN)
    if outcome.elsewhere or (match.organization_id or organization.pk) != organization.pk:
        raise AlreadyMatchedError(
            f"The tenant {tenant.tenant_id} is matched already, to another organization or through another integration."
        )
    _link(decision, {match: organization})
    return match


@transaction.atomic
def match_tenants(
    integration: Integration,
    organizations: Mapping[int, Organization],
    *,
    now: datetime,
    actor: User | None = None,
) -> Outcome:
    """Links tenants that the integration knows, by match id. Those matched meanwhile stay where they are."""
    decision = hold(integration, now=now, actor=actor)
    matches = decision.matches.filter(pk__in=organizations).exclude(state=MatchState.MATCHED)
    outcome = _free(decision, list(matches))
    _link(decision, {match: organizations[match.pk] for match in outcome.done})
    return outcome


@transaction.atomic
def accept_suggestions(
    integration: Integration, match_ids: Collection[int], *, now: datetime, actor: User | None = None
) -> Outcome:
    """Links each of the unmatched tenants to the organization suggested first, unless another fits as well."""
    decision = hold(integration, now=now, actor=actor)
    matches = list(decision.matches.unmatched().filter(pk__in=match_ids))
    suggested = {
        match_id: suggestion.organization_id
        for match_id, suggestions in suggestions_for(integration.account_id, matches).items()
        if (suggestion := best(suggestions)) is not None
    }
    organizations = Organization.objects.of_account(integration.account_id).in_bulk(set(suggested.values()))
    suggested = {pk: each for pk, each in suggested.items() if each in organizations}
    outcome = _free(decision, [match for match in matches if match.pk in suggested])
    _link(decision, {match: organizations[suggested[match.pk]] for match in outcome.done})
    return outcome


@transaction.atomic
def create_organizations_for(
    integration: Integration, match_ids: Collection[int], *, now: datetime, actor: User | None = None
) -> Outcome:
    """A new organization, called like the tenant, for each that is not matched. Whether there is one of that name
    already is for people to see."""
    decision = hold(integration, now=now, actor=actor)
    matches = decision.matches.filter(pk__in=match_ids).exclude(state=MatchState.MATCHED)
    outcome = _free(decision, list(matches))
    created = {
        match: create_organization(integration.account_id, name=match.tenant_name, now=now, actor=actor)
        for match in outcome.done
    }
    _link(decision, created)
    return outcome


@transaction.atomic
def match_exact_names(
    integration: Integration, *, now: datetime, actor: User | None = None
) -> list[TenantMatch]:
    """Links what nobody can mean otherwise: the one unmatched tenant and the one organization of a name, which has no
    tenant yet. What the integration only knows of, since it reads a single other tenant, is left to another one; and
    what a person has taken apart stays so."""
    decision = hold(integration, now=now, actor=actor)
    unmatched = decision.matches.unmatched().filter(reverted_at=None)
    if decision.integration.kind == IntegrationKind.SINGLE_TENANT:
        unmatched = unmatched.filter(tenant_id=F("integration__home_tenant_id"))
    matches = list(unmatched)
    tenants = Counter(search_key(match.tenant_name) for match in matches)
    organizations = _only_ones(
        integration.account_id, [name for name, count in tenants.items() if count == 1]
    )
    outcome = _free(decision, [match for match in matches if search_key(match.tenant_name) in organizations])
    _link(decision, {match: organizations[search_key(match.tenant_name)] for match in outcome.done})
    return list(outcome.done)


def _only_ones(account_id: int, names: Collection[str]) -> dict[str, Organization]:
    rows = Organization.objects.of_account(account_id).active().filter(search_key__in=names)
    organizations = list(rows)
    of_name = Counter(each.search_key for each in organizations)
    matched = TenantMatch.objects.of_account(account_id).matched().filter(organization__in=organizations)
    taken = set(matched.values_list("organization_id", flat=True))
    return {
        each.search_key: each
        for each in organizations
        if of_name[each.search_key] == 1 and each.pk not in taken
    }


def _free(decision: Decision, matches: Sequence[TenantMatch]) -> Outcome:
    """Claims the tenants; `done` are those that may be linked."""
    account_id = decision.integration.account_id
    tenant_ids = {match.tenant_id for match in matches}
    ours = _claim(account_id, tenant_ids, now=decision.now)
    # After the claims, which wait for another integration of the account that is linking the same tenant.
    others = TenantMatch.objects.of_account(account_id).exclude(integration=decision.integration).matched()
    elsewhere = set(others.filter(tenant_id__in=tenant_ids).values_list("tenant_id", flat=True))
    taken = [match for match in matches if match.tenant_id not in ours]
    for match in taken:
        decision.record("tenant.refused", match)
    return Outcome(
        done=[match for match in matches if match.tenant_id in ours - elsewhere],
        taken=taken,
        elsewhere=[match for match in matches if match.tenant_id in elsewhere],
    )


def _link(decision: Decision, organizations: Mapping[TenantMatch, Organization]) -> None:
    keep(organizations.values())
    for match, organization in organizations.items():
        if match.organization_id != organization.pk:
            match.last_synced_at = None
        match.state, match.organization, match.reverted_at = MatchState.MATCHED, organization, None
    TenantMatch.objects.bulk_update(
        organizations, ["state", "organization", "last_synced_at", "reverted_at"], batch_size=500
    )
    _bring_along(decision, list(organizations))
    for match, organization in organizations.items():
        decision.record("tenant.matched", match, organization=organization)


def keep(organizations: Iterable[Organization]) -> None:
    """Whoever is deleting one of them is waited for, and whoever comes later finds what now leads to it. FOR KEY SHARE
    is held by syncs as well, and hinders nobody else."""
    chosen = {each.pk: each for each in organizations}
    rows = Organization.objects.raw(
        "SELECT id FROM organizations_organization WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
        [list(chosen)],
    )
    gone = chosen.keys() - {row.pk for row in rows}
    if gone:
        raise OrganizationGoneError(chosen[min(gone)])


def _bring_along(decision: Decision, matches: Sequence[TenantMatch]) -> None:
    """What a tenant left behind in an organization that it was matched to earlier."""
    match_ids = [match.pk for match in matches]
    for step in registered_steps():
        if step.count(decision.integration.account_id, match_ids).total():
            for match in matches:
                step.move(context_of(match, now=decision.now))


def context_of(match: TenantMatch, *, now: datetime) -> TenantContext:
    """Of a matched tenant."""
    if match.organization_id is None:
        raise ValueError(f"{match} is not matched.")
    return TenantContext(match.account_id, match.pk, match.organization_id, now)


def _claim(account_id: int, tenant_ids: Collection[UUID], *, now: datetime) -> set[UUID]:
    """A tenant is linked in one account of this server; tells which are this one's. The insert waits for another
    account's that is going on, and goes by tenant, so that two accounts never wait for each other."""
    claims = [
        TenantClaim(account_id=account_id, tenant_id=each, claimed_at=now) for each in sorted(tenant_ids)
    ]
    TenantClaim.objects.bulk_create(claims, ignore_conflicts=True)
    ours = TenantClaim.objects.of_account(account_id).filter(tenant_id__in=tenant_ids)
    return set(ours.values_list("tenant_id", flat=True))


def release_claim(account_id: int, tenant_id: UUID) -> None:
    """Once no match of the account holds the tenant any more."""
    matches = TenantMatch.objects.of_account(account_id).filter(tenant_id=tenant_id).matched()
    if not matches.exists():
        TenantClaim.objects.of_account(account_id).filter(tenant_id=tenant_id).delete()
