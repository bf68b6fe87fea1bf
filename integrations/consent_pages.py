"""Consent links and the tenants behind them, as their pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from integrations.answers import Answer, FoundTenant, read_answer
from integrations.inquiry_pages import InquiryView
from integrations.matching import Suggestion
from integrations.models import ConsentRequest, TenantMatch
from integrations.states import ConsentState
from integrations.suggestions import suggestions_for
from organizations.models import Organization, User
from organizations.policies import visible_organizations

SUGGESTIONS_SHOWN = 3

_STATES = {
    ConsentState.OPEN: ("Not used yet", "neutral"),
    ConsentState.ANSWERED: ("Being checked", "busy"),
    ConsentState.VERIFIED: ("To be confirmed", "warning"),
    ConsentState.CONFIRMED: ("Confirmed", "ok"),
    ConsentState.DECLINED: ("Declined", "danger"),
    ConsentState.REFUSED: ("Refused", "danger"),
    ConsentState.DISCARDED: ("Discarded", "neutral"),
}


@dataclass(frozen=True)
class ConsentView:
    consent: ConsentRequest
    now: datetime

    @property
    def id(self) -> int:
        return self.consent.pk

    @property
    def state(self) -> ConsentState:
        return ConsentState(self.consent.state)

    @property
    def has_expired(self) -> bool:
        return self.state == ConsentState.OPEN and self.consent.expires_at <= self.now

    @property
    def is_waiting(self) -> bool:
        """For Microsoft, not for a person."""
        return self.state == ConsentState.ANSWERED and self.inquiry is not None and self.inquiry.is_open

    @property
    def is_stuck(self) -> bool:
        return self.state == ConsentState.ANSWERED and not self.is_waiting

    @property
    def is_discardable(self) -> bool:
        return self.state in (ConsentState.OPEN, ConsentState.ANSWERED, ConsentState.VERIFIED)

    @property
    def label(self) -> str:
        if self.has_expired:
            return "Expired"
        return "Not confirmed by Microsoft" if self.is_stuck else _STATES[self.state][0]

    @property
    def tone(self) -> str:
        return "danger" if self.is_stuck else _STATES[self.state][1]

    @property
    def recipient(self) -> str:
        """Whom the link was made for, as far as its maker said."""
        if self.consent.organization is not None:
            return self.consent.organization.name
        return "Any client" if self.consent.expected_tenant_id is None else "One tenant"

    @property
    def tenant_name(self) -> str:
        return self.answer.tenant.name if self.answer.tenant else ""

    @property
    def inquiry(self) -> InquiryView | None:
        return InquiryView(self.consent.inquiry) if self.consent.inquiry else None

    @property
    def answer(self) -> Answer:
        return read_answer(self.consent.inquiry.result if self.consent.inquiry else {})


@dataclass(frozen=True)
class Destination:
    """One of the things that may become of a verified tenant."""

    value: str
    label: str
    hint: str
    is_preselected: bool = False


def destinations(consent: ConsentRequest, *, user: User) -> list[Destination]:
    """The organization that the link was made for first, then those that look like it."""
    tenant = ConsentView(consent, consent.created_at).answer.tenant
    name = tenant.name if tenant else ""
    suggested = _suggested(consent, tenant)
    asked = consent.organization
    chosen = _chosen(asked, suggested) if asked and not asked.archived else []
    known = {each.value for each in chosen}
    return [
        *chosen,
        *(each for each in _likely(suggested, user=user) if each.value not in known),
        Destination("new", f"Create the organization {name}", "And match the tenant to it"),
        Destination(
            "later",
            "Decide later",
            "The tenant waits among the unmatched, where you can search all organizations",
        ),
    ]


def _chosen(organization: Organization, suggested: Mapping[int, Suggestion]) -> list[Destination]:
    """Preselected unless the tenant looks like another client's: then somebody has to look, and say so."""
    found = suggested.get(organization.pk)
    hint = f"The link was made for it. {found.reason}" if found else "The link was made for it"
    if suggested and not found:
        hint = "The link was made for it, but the tenant looks like another organization's"
    is_likely = found is not None or not suggested
    return [Destination(str(organization.pk), f"Match it to {organization.name}", hint, is_likely)]


def _likely(suggested: Mapping[int, Suggestion], *, user: User) -> list[Destination]:
    organizations = visible_organizations(user).in_bulk(list(suggested))
    return [
        Destination(str(pk), f"Match it to {organizations[pk].name}", f"{each.score} %: {each.reason}")
        for pk, each in suggested.items()
        if pk in organizations
    ]


def linked_organization(consent: ConsentRequest) -> Organization | None:
    """Where the tenant is matched already, through whichever integration of the account."""
    if consent.tenant_id is None:
        return None
    matches = TenantMatch.objects.of_account(consent.account_id).filter(tenant_id=consent.tenant_id)
    match = matches.matched().select_related("organization").first()
    return match.organization if match else None


def _suggested(consent: ConsentRequest, tenant: FoundTenant | None) -> dict[int, Suggestion]:
    """By organization, the best first."""
    if consent.tenant_id is None or tenant is None:
        return {}
    candidate = TenantMatch(
        tenant_id=consent.tenant_id, tenant_name=tenant.name, default_domain=tenant.default_domain
    )
    [found] = suggestions_for(consent.account_id, [candidate]).values()
    return {each.organization_id: each for each in found[:SUGGESTIONS_SHOWN]}
