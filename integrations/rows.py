"""An integration as the table of Active Integrations shows it."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from integrations.models import Integration
from integrations.problems import Problem
from integrations.progress import Progress
from integrations.remedies import Link, remedy_links
from integrations.states import IntegrationStatus, RunState, Schedule
from organizations.models import Account


@dataclass(frozen=True)
class Action:
    label: str
    url: str
    method: str
    icon: str
    disabled: bool = False
    hint: str = ""


@dataclass(frozen=True)
class TenantCounts:
    """Of one integration; those that fail are its latest run's."""

    matched: int = 0
    unmatched: int = 0


@dataclass(frozen=True)
class IntegrationRow:
    """One row of Active Integrations."""

    account: Account
    integration: Integration
    progress: Progress | None
    last_end: datetime | None = None
    tenants: TenantCounts = TenantCounts()

    type_label = "Microsoft"

    @property
    def id(self) -> int:
        return self.integration.pk

    @property
    def name(self) -> str:
        return self.integration.name

    @property
    def is_leaving(self) -> bool:
        return self.integration.status == IntegrationStatus.DISCONNECTING

    @property
    def is_paused(self) -> bool:
        return self.integration.status == IntegrationStatus.PAUSED

    @property
    def status(self) -> str:
        if self.is_leaving:
            return "Disconnecting..."
        if self.is_paused:
            return "Paused"
        return self.progress.status if self.progress else "Never synced"

    @property
    def tone(self) -> str:
        if self.is_leaving:
            return "busy"
        return self.progress.tone if self.progress and not self.is_paused else "neutral"

    @property
    def _shown(self) -> Progress | None:
        """The latest run, as long as it says how things stand."""
        return self.progress if self.integration.status == IntegrationStatus.CONNECTED else None

    @property
    def status_hint(self) -> str:
        return self._shown.hint if self._shown else ""

    @property
    def is_live(self) -> bool:
        return self._shown is not None and self._shown.is_live

    @property
    def done(self) -> int:
        return self.progress.done if self.progress else 0

    @property
    def total(self) -> int:
        return self.progress.total if self.progress else 0

    @property
    def written_text(self) -> str:
        return self.progress.written_text if self.progress else ""

    @property
    def rate_text(self) -> str:
        return self.progress.rate_text if self.progress else ""

    @property
    def elapsed_text(self) -> str:
        return self.progress.elapsed_text if self.progress else ""

    @property
    def estimate_text(self) -> str:
        return self.progress.estimate_text if self.progress else ""

    @property
    def last_sync_at(self) -> datetime | None:
        return self.last_end

    @property
    def next_sync_at(self) -> datetime | None:
        return self.integration.next_due_at if self._is_connected else None

    @property
    def next_sync_text(self) -> str:
        """Where there is no time for it."""
        if self.is_paused:
            return "When resumed"
        return "By hand" if self._is_connected and self._is_manual else "None"

    @property
    def duration_text(self) -> str:
        return self.progress.duration_text if self.progress and not self.is_live else ""

    @property
    def failing(self) -> int:
        return self.progress.failed + self.progress.held if self.progress else 0

    @property
    def problem(self) -> Problem | None:
        """Only when it is the whole run's; in a partial one each tenant has its own, on the run's page."""
        whole = self._shown is not None and self._shown.run.state in (RunState.ERROR, RunState.HELD)
        return self._shown.problem if self._shown and whole else None

    @property
    def run_url(self) -> str:
        return self._url("run-detail", self.progress.run.pk) if self.progress else ""

    @property
    def problem_links(self) -> list[Link]:
        if self.problem is None:
            return []
        if self.problem == Problem.SUSPICIOUS:
            return [Link("Accept or discard", self.run_url, "scale")]
        return remedy_links(self.problem, account=self.account, integration=self.integration)

    @property
    def row_url(self) -> str:
        return self._url("integration-status", self.id)

    @property
    def matching_url(self) -> str:
        return self._url("matching", self.id)

    @property
    def actions(self) -> list[Action]:
        """Always as many, so that a row that is brought up to date finds each of them in its place."""
        return [
            self._page("Sync Settings", "sync-settings", "sliders-horizontal"),
            self._page("Matching", "matching", "link-2"),
            self._start("Start Manual Sync", "start-sync", "refresh-cw"),
            self._start("Preview", "start-preview", "eye"),
            self._control("Cancel", "cancel-sync", "circle-stop", obstacle=self._nothing_to_cancel),
            self._control("Resume Sync", "resume-sync", "play")
            if self.is_paused
            else self._control("Pause Sync", "pause-sync", "pause"),
            self._page("Tenants", "tenants", "building-2"),
            self._page("Logs", "run-list", "scroll-text"),
            self._page("Edit Credentials", "credentials", "key-round"),
            self._page("Disconnect", "disconnect", "unplug"),
        ]

    @property
    def _is_connected(self) -> bool:
        return self.integration.status == IntegrationStatus.CONNECTED

    @property
    def _is_manual(self) -> bool:
        return self.integration.settings.schedule == Schedule.MANUAL

    @property
    def _nothing_to_cancel(self) -> str:
        return "" if self.is_live else "No sync is running"

    def _page(self, label: str, route: str, icon: str) -> Action:
        return Action(label, self._url(route, self.id), "get", icon)

    def _start(self, label: str, route: str, icon: str) -> Action:
        busy = "A sync is running" if self.is_live else ""
        return self._control(label, route, icon, obstacle="Syncing is paused" if self.is_paused else busy)

    def _control(self, label: str, route: str, icon: str, *, obstacle: str = "") -> Action:
        hint = "It is being disconnected" if self.is_leaving else obstacle
        return Action(label, self._url(route, self.id), "post", icon, disabled=bool(hint), hint=hint)

    def _url(self, name: str, pk: int) -> str:
        return reverse(f"integrations:{name}", args=[self.account.slug, pk])
