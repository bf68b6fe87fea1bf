"""How syncing stands, on the account's home, for those who may manage integrations."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from integrations.models import Integration
from integrations.progress import latest_runs, progress_of
from integrations.rows import IntegrationRow
from organizations.access import AccountRequest
from organizations.dashboard import DashboardCard, DashboardRow
from organizations.roles import Right
from organizations.subjects import SubjectLink

NOTHING = "Nothing is connected yet. Connect Microsoft once, and the licenses of every matched client stay up to date."


def sync_health(request: AccountRequest) -> Sequence[DashboardCard]:
    if not request.user.has(Right.MANAGE_INTEGRATIONS):
        return []
    slug = request.account.slug
    return [
        DashboardCard(
            "sync-health",
            "Sync health",
            "refresh-cw",
            more_url=reverse("integrations:integration-list", args=[slug]),
            more_label="Active Integrations",
            live_url=reverse("integrations:sync-health", args=[slug]),
            order=40,
        )
    ]


def health_rows(request: AccountRequest) -> list[DashboardRow]:
    url = reverse("integrations:integration-list", args=[request.account.slug])
    return [_row(row, url) for row in _rows(request)]


def _rows(request: AccountRequest) -> list[IntegrationRow]:
    integrations = list(Integration.objects.visible_to(request.user).order_by("name"))
    runs = latest_runs(integrations)
    progress = progress_of((run for run, _ in runs.values()), now=timezone.now())
    rows = []
    for integration in integrations:
        run, last_end = runs.get(integration.pk, (None, None))
        rows.append(IntegrationRow(request.account, integration, progress[run.pk] if run else None, last_end))
    return rows


def _row(row: IntegrationRow, url: str) -> DashboardRow:
    link = SubjectLink(row.name, url, icon="plug")
    return DashboardRow(link, row.last_sync_at, state=row.status, tone=row.tone, note=row.status_hint)
