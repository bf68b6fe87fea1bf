"""The list of an integration's tenants by the state of their match, and the page that matches one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from integrations.match_rows import MatchRow, Standing, Suggested, match_rows, standing_of, suggested_for
from integrations.models import Integration, TenantMatch
from integrations.querysets import MatchQuerySet
from integrations.states import MatchState
from organizations.lists import CURSOR, SEARCH, ListQuery
from organizations.models import Organization
from organizations.paging import Cursor, Order, read_slice
from organizations.querysets import OrganizationQuerySet

SHOW = "show"
_LABELS = {MatchState.UNMATCHED: "Unmatched", MatchState.MATCHED: "Matched", MatchState.IGNORED: "Ignored"}
#: Organizations offered at once; whoever looks for another one types a part of its name.
ORGANIZATIONS_SHOWN = 50


@dataclass(frozen=True)
class Tab:
    label: str
    count: int
    url: str
    is_current: bool


@dataclass(frozen=True)
class TenantList:
    """What the address asks for: the tenants of one tab, narrowed by a search."""

    integration: Integration
    url: str
    query: ListQuery

    @property
    def show(self) -> MatchState:
        chosen = self.query.chosen(SHOW, among=list(_LABELS.items()))
        return MatchState(chosen or MatchState.UNMATCHED)

    @property
    def tenants(self) -> MatchQuerySet:
        matches = TenantMatch.objects.of_integration(self.integration).filter(state=self.show)
        return matches.found_by(self.query.search)

    def address(self, **parameters: str) -> str:
        """Of this list, or of the same with other parameters."""
        wanted = {SHOW: self.show.value, SEARCH: self.query.search, **parameters}
        return f"{self.url}?{urlencode({name: value for name, value in wanted.items() if value})}"


@dataclass(frozen=True)
class MatchingPage:
    integration: Integration
    show: MatchState
    url: str
    here: str
    search: str
    tabs: Sequence[Tab]
    rows: Sequence[MatchRow]
    count: int
    unsynced: int
    first_url: str
    previous_url: str
    next_url: str

    @property
    def count_text(self) -> str:
        return "1 tenant" if self.count == 1 else f"{self.count:,} tenants"

    @property
    def total(self) -> int:
        return sum(tab.count for tab in self.tabs)


def matching_page(listed: TenantList) -> MatchingPage:
    cursor = Cursor.decode(listed.query.parameters.get(CURSOR, ""))
    tenants = listed.tenants.select_related("organization")
    part = read_slice(tenants, order=Order("tenant_name"), cursor=cursor)
    counts = TenantMatch.objects.of_integration(listed.integration).counts()
    return MatchingPage(
        integration=listed.integration,
        show=listed.show,
        url=listed.url,
        here=listed.address(),
        search=listed.query.search,
        tabs=_tabs(listed, counts.by_state),
        rows=match_rows(part.rows),
        count=listed.tenants.count() if listed.query.search else counts.by_state[listed.show],
        unsynced=counts.unsynced,
        first_url=listed.address() if part.previous else "",
        previous_url=listed.address(**{CURSOR: part.previous}) if part.previous else "",
        next_url=listed.address(**{CURSOR: part.next}) if part.next else "",
    )


def _tabs(listed: TenantList, counts: Mapping[MatchState, int]) -> list[Tab]:
    return [
        Tab(
            label, counts[state], listed.address(**{SHOW: state.value, SEARCH: ""}), is_current=state == listed.show
        )
        for state, label in _LABELS.items()
    ]  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """An organization that a search found, with the names of the tenants it has already."""

    organization: Organization
    tenants: Sequence[str]


@dataclass(frozen=True)
class OrganizationChoice:
    """Everything for choosing the organization of one tenant. What a choice would do is said first whenever there is
    something to say."""

    match: TenantMatch
    standing: Standing
    suggested: Sequence[Suggested]
    candidates: Sequence[Candidate]
    has_more: bool
    search: str

    @property
    def is_matched(self) -> bool:
        return self.match.state == MatchState.MATCHED

    @property
    def asks_first(self) -> bool:
        return self.is_matched or not self.standing.is_empty


def organization_choice(
    match: TenantMatch, organizations: OrganizationQuerySet, *, search: str
) -> OrganizationChoice:
    found = list(organizations.matching(search).order_by("sort_key", "id")[: ORGANIZATIONS_SHOWN + 1])
    tenants = _tenants_of(match, found)
    return OrganizationChoice(
        match=match,
        standing=standing_of(match),
        suggested=[each for each in suggested_for(match) if each.organization.pk != match.organization_id],
        candidates=[
            Candidate(each, tenants.get(each.pk, ()))
            for each in found[:ORGANIZATIONS_SHOWN]
            if each.pk != match.organization_id
        ],
        has_more=len(found) > ORGANIZATIONS_SHOWN,
        search=search,
    )


def _tenants_of(match: TenantMatch, organizations: Sequence[Organization]) -> Mapping[int, list[str]]:
    matched = (
        TenantMatch.objects.of_account(match.account_id).matched().filter(organization__in=organizations)
    )
    names: dict[int, list[str]] = {each.pk: [] for each in organizations}
    for organization_id, name in matched.order_by("tenant_name").values_list(
        "organization_id", "tenant_name"
    ):
        names[organization_id].append(name)
    return names
