"""Tenants and their matches as the matching pages show them."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from integrations.matching import Suggestion, best
from integrations.models import ContactLink, TenantMatch
from integrations.states import MatchSource, MatchState
from integrations.steps import registered_steps
from integrations.suggestions import suggestions_for
from organizations.models import Organization

_SOURCES = {
    MatchSource.MANUAL: "Added by hand",
    MatchSource.CONSENT: "By consent",
    MatchSource.PARTNER: "Partner's customer",
}


@dataclass(frozen=True)
class Suggested:
    """A suggestion with its organization."""

    organization: Organization
    score: int
    reason: str


@dataclass(frozen=True)
class MatchRow:
    """One tenant. `rivals` counts the organizations that fit equally well, so that none of them is suggested."""

    match: TenantMatch
    contacts: int = 0
    suggested: Suggested | None = None
    rivals: int = 0
    elsewhere: str = ""

    @property
    def id(self) -> int:
        return self.match.pk

    @property
    def source(self) -> str:
        return _SOURCES[MatchSource(self.match.source)]

    @property
    def licenses(self) -> int:
        return len(self.match.subscriptions)

    @property
    def assigned(self) -> int:
        return sum(_consumed(each) for each in self.match.subscriptions)


def match_rows(matches: Sequence[TenantMatch]) -> list[MatchRow]:
    """With as many queries for fifty tenants as for one."""
    if not matches:
        return []
    account_id = matches[0].account_id
    contacts = _contacts(account_id, matches)
    elsewhere = _elsewhere(account_id, matches)
    asking = [each for each in matches if each.state == MatchState.UNMATCHED and each.pk not in elsewhere]
    suggestions = suggestions_for(account_id, asking)
    organizations = _organizations(account_id, (each[0] for each in suggestions.values() if each))
    return [
        MatchRow(
            match,
            contacts=contacts.get(match.pk, 0),
            elsewhere=elsewhere.get(match.pk, ""),
            **_suggestion(suggestions.get(match.pk, ()), organizations),
        )
        for match in matches
    ]


def suggested_for(match: TenantMatch) -> list[Suggested]:
    """All that come into question, the best first."""
    suggestions = suggestions_for(match.account_id, [match])[match.pk]
    organizations = _organizations(match.account_id, suggestions)
    return [
        Suggested(organizations[each.organization_id], each.score, each.reason)
        for each in suggestions
        if each.organization_id in organizations
    ]


def _suggestion(suggestions: Sequence[Suggestion], organizations: dict[int, Organization]) -> dict[str, Any]:
    chosen = best(suggestions)
    if chosen is None:
        return {"rivals": sum(each.score == suggestions[0].score for each in suggestions)}
    if chosen.organization_id not in organizations:
        # Deleted at this moment.
        return {}
    return {"suggested": Suggested(organizations[chosen.organization_id], chosen.score, chosen.reason)}


def _organizations(account_id: int, suggestions: Iterable[Suggestion]) -> dict[int, Organization]:
    organization_ids = {each.organization_id for each in suggestions}
    return Organization.objects.of_account(account_id).in_bulk(organization_ids) if organization_ids else {}


def _contacts(account_id: int, matches: Collection[TenantMatch]) -> dict[int, int]:
    links = ContactLink.objects.of_account(account_id).filter(match__in=matches, removed_at=None)
    return dict(links.order_by().values_list("match_id").annotate(Count("id")))


def _elsewhere(account_id: int, matches: Sequence[TenantMatch]) -> dict[int, str]:
    """Names of other integrations of the account through which the tenants are matched."""
    open_ids = {each.tenant_id: each.pk for each in matches if each.state != MatchState.MATCHED}
    if not open_ids:
        return {}
    others = TenantMatch.objects.of_account(account_id).matched().filter(tenant_id__in=open_ids)
    rows = others.exclude(integration=matches[0].integration_id).values_list("tenant_id", "integration__name")
    return {open_ids[tenant_id]: name for tenant_id, name in rows}


def _consumed(subscription: Any) -> int:
    consumed = subscription.get("consumed") if isinstance(subscription, dict) else None
    return consumed if isinstance(consumed, int) else 0


@dataclass(frozen=True)
class Standing:
    """What syncs of a tenant have written so far, and a decision about its match is going to touch."""

    assets: Sequence[tuple[int, str]]
    contacts: int

    @property
    def is_empty(self) -> bool:
        return not self.assets and not self.contacts


def standing_of(match: TenantMatch) -> Standing:
    counts: Counter[str] = Counter()
    for step in registered_steps():
        counts += step.count(match.account_id, [match.pk])
    assets = [(count, kind) for kind, count in sorted(counts.items()) if kind.endswith("assets")]
    links = ContactLink.objects.of_account(match.account_id).of_tenant(match.pk)
    return Standing(assets, links.values("contact").distinct().count())
