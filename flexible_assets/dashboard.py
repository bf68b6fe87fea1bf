"""What assets add to the account's home and to the overview of an organization: what expires soon, and how many there
are."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from flexible_assets.expirations import Upcoming, upcoming
from flexible_assets.policies import visible_types
from flexible_assets.totals import counts_by_type
from organizations.access import AccountRequest
from organizations.dashboard import SHOWN, SHOWN_OF_ORGANIZATION, DashboardCard, DashboardRow
from organizations.models import Organization
from organizations.navigation import Card
from organizations.subjects import SubjectLink


def expiring_soon(request: AccountRequest) -> Sequence[DashboardCard]:
    rows = upcoming(request.user, limit=SHOWN, today=timezone.localdate())
    url = reverse("flexible_assets:expiration-global-list", args=[request.account.slug])
    return [
        _card([_row(each, f"{each.organization_name} · {each.type_name}") for each in rows], more_url=url)
    ]


def expiring_soon_in(request: AccountRequest, organization: Organization) -> Sequence[DashboardCard]:
    today = timezone.localdate()
    rows = upcoming(request.user, limit=SHOWN_OF_ORGANIZATION, today=today, organization=organization)
    url = reverse("flexible_assets:expiration-list", args=[request.account.slug, organization.pk])
    return [_card([_row(each, each.type_name) for each in rows], more_url=url)]


def asset_figures(request: AccountRequest) -> Sequence[Card]:
    """Of types that have any."""
    counts = counts_by_type(request.user)
    return [
        Card(
            asset_type.name,
            f"{counts[asset_type.pk]:,}",
            url=reverse("flexible_assets:global-list", args=[request.account.slug, asset_type.pk]),
        )
        for asset_type in visible_types(request.user).in_menu()
        if counts[asset_type.pk]
    ]


def _card(rows: Sequence[DashboardRow], *, more_url: str) -> DashboardCard:
    return DashboardCard(
        "expiring-soon",
        "Expiring soon",
        "calendar-clock",
        rows,
        "Nothing expires within the next 90 days.",
        more_url=more_url,
        more_label="All expirations",
        order=30,
    )


def _row(expiring: Upcoming, subtitle: str) -> DashboardRow:
    link = SubjectLink(expiring.name, expiring.url, subtitle, expiring.icon)
    return DashboardRow(link, state=expiring.distance, tone=expiring.tone, note=expiring.field_name)
