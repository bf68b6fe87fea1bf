"""What assets add to the account's home: what expires soon, and how many there are."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from flexible_assets.expirations import Upcoming, upcoming
from flexible_assets.policies import visible_types
from flexible_assets.totals import counts_by_type
from organizations.access import AccountRequest
from organizations.dashboard import SHOWN, DashboardCard, DashboardRow
from organizations.navigation import Card
from organizations.subjects import SubjectLink


def expiring_soon(request: AccountRequest) -> Sequence[DashboardCard]:
    rows = upcoming(request.user, limit=SHOWN, today=timezone.now().date())
    return [
        DashboardCard(
            "expiring-soon",
            "Expiring soon",
            "calendar-clock",
            [_row(each) for each in rows],
            "Nothing expires within the next 90 days.",
            more_url=reverse("flexible_assets:expiration-global-list", args=[request.account.slug]),
            more_label="All expirations",
            order=30,
        )
    ]


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


def _row(expiring: Upcoming) -> DashboardRow:
    subtitle = f"{expiring.organization_name} · {expiring.type_name}"
    link = SubjectLink(expiring.name, expiring.url, subtitle, expiring.icon)
    return DashboardRow(link, state=expiring.distance, tone=expiring.tone, note=expiring.field_name)
