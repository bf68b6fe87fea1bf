"""The account's home and the overview of an organization in parts: what this app shows there, and what higher apps
register."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Window
from django.urls import reverse

from organizations.access import AccountRequest
from organizations.log_rules import visible_activity
from organizations.log_words import words_of
from organizations.models import Activity, Organization
from organizations.navigation import Card
from organizations.paging import capped_count
from organizations.policies import visible_organizations
from organizations.querysets import ActivityQuerySet
from organizations.recent import recent_places
from organizations.roles import Right
from organizations.subjects import Place, SubjectLink, links_of, subjects

SHOWN = 9
#: On an overview, which has more beside it.
SHOWN_OF_ORGANIZATION = 8
#: Lines of the log that are looked through for records: one edited often stands in it often.
_LINES = 60


@dataclass(frozen=True)
class DashboardRow:
    link: SubjectLink
    at: datetime | None = None
    #: As a badge.
    state: str = ""
    tone: str = ""
    note: str = ""


@dataclass(frozen=True)
class DashboardCard:
    """A list of a few rows; `order` says where it stands among the others."""

    key: str
    title: str
    icon: str
    rows: Sequence[DashboardRow] = ()
    empty_text: str = ""
    more_url: str = ""
    more_label: str = ""
    #: Where its rows are fetched from instead, again and again: how a thing stands at this moment.
    live_url: str = ""
    order: int = 50


@dataclass(frozen=True)
class Alerts:
    """The first, and how many there are beside them."""

    organizations: Sequence[Organization]
    further: int
    url: str


Cards = Callable[[AccountRequest], Sequence[DashboardCard]]
CardsOfOrganization = Callable[[AccountRequest, Organization], Sequence[DashboardCard]]
Figures = Callable[[AccountRequest], Sequence[Card]]
_cards: list[Cards] = []
_cards_of_organization: list[CardsOfOrganization] = []
_figures: list[Figures] = []


def register_dashboard_cards(provide: Cards) -> None:
    _cards.append(provide)


def register_overview_cards(provide: CardsOfOrganization) -> None:
    _cards_of_organization.append(provide)


def register_dashboard_figures(provide: Figures) -> None:
    _figures.append(provide)


def dashboard_cards(request: AccountRequest) -> list[DashboardCard]:
    cards = [*_own_cards(request), *(card for provide in _cards for card in provide(request))]
    return sorted(cards, key=lambda card: card.order)


def overview_cards(request: AccountRequest, organization: Organization) -> list[DashboardCard]:
    """Whoever may not read what happened is not told that nothing did."""
    cards = [card for provide in _cards_of_organization for card in provide(request, organization)]
    if request.user.has(Right.VIEW_HISTORY):
        cards.append(_recently_updated_in(request, organization))
    return sorted(cards, key=lambda card: card.order)


def dashboard_figures(request: AccountRequest) -> list[Card]:
    count, is_capped = capped_count(visible_organizations(request.user).active())
    url = reverse("organizations:organization-list", args=[request.account.slug])
    organizations = Card("Organizations", f"{count:,}{'+' if is_capped else ''}", url=url)
    return [organizations, *(figure for provide in _figures for figure in provide(request))]


def alerts(request: AccountRequest) -> Alerts:
    rows = visible_organizations(request.user).active().exclude(alert="")
    counted = rows.annotate(of_all=Window(Count("id"))).order_by("sort_key", "id")
    shown: list[Any] = list(counted[:SHOWN])
    url = reverse("organizations:organization-list", args=[request.account.slug])
    return Alerts(shown, shown[0].of_all - len(shown) if shown else 0, f"{url}?alert=any")


def _own_cards(request: AccountRequest) -> list[DashboardCard]:
    viewed, changed = recent_places(request.user), _changed(visible_activity(request.user))
    links = links_of(request.user, request.account.slug, [*viewed, *changed])
    recent = [DashboardRow(links[place]) for place in viewed if place in links and links[place].url]
    return [
        DashboardCard(
            "recently-viewed",
            "Recently viewed",
            "clock",
            recent,
            "What you open is listed here, so that you find it again.",
            order=10,
        ),
        _recently_updated(
            _rows_of(changed, links)[:SHOWN], more_url=_log_url(request), more_label="Activity log"
        ),
    ]


def _recently_updated_in(request: AccountRequest, organization: Organization) -> DashboardCard:
    """Without the organization itself, which is where the reader is."""
    slug = request.account.slug
    lines = visible_activity(request.user).filter(organization=organization)
    changed = _changed(lines.exclude(subject_kind="organization"))
    links = links_of(request.user, slug, changed)
    rows = _rows_of(changed, {place: _inside(organization, link) for place, link in links.items()})
    url = reverse("organizations:organization-activity", args=[slug, organization.pk])
    return _recently_updated(rows[:SHOWN_OF_ORGANIZATION], more_url=url, more_label="All activity")


def _recently_updated(rows: Sequence[DashboardRow], *, more_url: str, more_label: str) -> DashboardCard:
    return DashboardCard(
        "recently-updated",
        "Recently updated",
        "history",
        rows,
        "What people change is listed here.",
        more_url=more_url,
        more_label=more_label,
        order=20,
    )


def _rows_of(changed: Mapping[Place, Activity], links: Mapping[Place, SubjectLink]) -> list[DashboardRow]:
    return [
        DashboardRow(links[place], line.at, note=_told(line))
        for place, line in changed.items()
        if place in links and links[place].url
    ]


def _inside(organization: Organization, link: SubjectLink) -> SubjectLink:
    """Where every row is of the organization, none says so."""
    return replace(link, subtitle=link.subtitle.removeprefix(organization.name).removeprefix(" · "))


def _changed(lines: ActivityQuerySet) -> dict[Place, Activity]:
    """Records by the latest line of a person. What a sync did is no news: it would fill the list every hour."""
    records = [each.kind for each in subjects().values() if each.is_record]
    written = lines.filter(subject_kind__in=records, user__isnull=False)
    latest: dict[Place, Activity] = {}
    for line in written.select_related("user").newest_first()[:_LINES]:
        latest.setdefault((line.subject_kind, line.subject_id or 0), line)
    return latest


def _told(line: Activity) -> str:
    return f"{words_of(line.action)} by {line.user.name}" if line.user else words_of(line.action)


def _log_url(request: AccountRequest) -> str:
    if not request.user.has(Right.VIEW_ACTIVITY):
        return ""
    return reverse("organizations:account-activity", args=[request.account.slug])
