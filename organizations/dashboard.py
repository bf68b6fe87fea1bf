"""The account's home in parts: what this app shows of it, and what higher apps register."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from organizations.access import AccountRequest
from organizations.log_rules import visible_activity
from organizations.log_words import words_of
from organizations.models import Activity, Organization
from organizations.navigation import Card
from organizations.paging import capped_count
from organizations.policies import visible_organizations
from organizations.recent import recent_places
from organizations.roles import Right
from organizations.subjects import Place, SubjectLink, links_of, subjects

SHOWN = 9
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


Cards = Callable[[AccountRequest], Sequence[DashboardCard]]
Figures = Callable[[AccountRequest], Sequence[Card]]
_cards: list[Cards] = []
_figures: list[Figures] = []


def register_dashboard_cards(provide: Cards) -> None:
    _cards.append(provide)


def register_dashboard_figures(provide: Figures) -> None:
    _figures.append(provide)


def dashboard_cards(request: AccountRequest) -> list[DashboardCard]:
    cards = [*_own_cards(request), *(card for provide in _cards for card in provide(request))]
    return sorted(cards, key=lambda card: card.order)


def dashboard_figures(request: AccountRequest) -> list[Card]:
    count, is_capped = capped_count(visible_organizations(request.user).active())
    url = reverse("organizations:organization-list", args=[request.account.slug])
    organizations = Card("Organizations", f"{count:,}{'+' if is_capped else ''}", url=url)
    return [organizations, *(figure for provide in _figures for figure in provide(request))]


def alerts(request: AccountRequest) -> list[Organization]:
    rows = visible_organizations(request.user).active().exclude(alert="")
    return list(rows.order_by("sort_key", "id")[:SHOWN])


def _own_cards(request: AccountRequest) -> list[DashboardCard]:
    viewed, changed = recent_places(request.user), _changed(request)
    links = links_of(request.user, request.account.slug, [*viewed, *changed])
    recent = [DashboardRow(links[place]) for place in viewed if place in links and links[place].url]
    updated = [
        DashboardRow(links[place], line.at, note=_told(line))
        for place, line in changed.items()
        if place in links and links[place].url
    ]
    return [
        DashboardCard(
            "recently-viewed",
            "Recently viewed",
            "clock",
            recent,
            "What you open is listed here, so that you find it again.",
            order=10,
        ),
        DashboardCard(
            "recently-updated",
            "Recently updated",
            "history",
            updated[:SHOWN],
            "What people change is listed here.",
            more_url=_log_url(request),
            more_label="Activity log",
            order=20,
        ),
    ]


def _changed(request: AccountRequest) -> dict[Place, Activity]:
    """Records by the latest line of a person. What a sync did is no news: it would fill the list every hour."""
    records = [each.kind for each in subjects().values() if each.is_record]
    lines = visible_activity(request.user).filter(subject_kind__in=records, user__isnull=False)
    latest: dict[Place, Activity] = {}
    for line in lines.select_related("user").newest_first()[:_LINES]:
        latest.setdefault((line.subject_kind, line.subject_id or 0), line)
    return latest


def _told(line: Activity) -> str:
    return f"{words_of(line.action)} by {line.user.name}" if line.user else words_of(line.action)


def _log_url(request: AccountRequest) -> str:
    if not request.user.has(Right.VIEW_ACTIVITY):
        return ""
    return reverse("organizations:account-activity", args=[request.account.slug])
