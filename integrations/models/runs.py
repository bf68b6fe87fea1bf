"""Runs: one sync or preview of all matched tenants, and each tenant's part in it."""

from datetime import UTC, datetime

from django.db import models

from integrations.models.integrations import Integration
from integrations.models.matches import TenantMatch
from integrations.problems import Problem
from integrations.querysets import RunQuerySet, TenantSyncQuerySet
from integrations.states import (
    LIVE_RUNS,
    OPEN_SYNCS,
    Resolution,
    RunKind,
    RunState,
    SyncState,
    Trigger,
    choices,
)
from organizations.models import AccountOwned, User

#: A lease that never was. Not NULL, so that no comparison with the clock can come out as unknown.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class SyncRun(AccountOwned):
    """One sync of all matched tenants. Totals are sums over its tenant syncs, never counters that could drift."""

    integration = models.ForeignKey(
        Integration, on_delete=models.CASCADE, related_name="runs", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=20, choices=choices(RunKind), default=RunKind.SYNC)
    epoch = models.PositiveIntegerField()
    trigger = models.CharField(max_length=20, choices=choices(Trigger))
    requested_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    steps = models.JSONField(default=list)
    state = models.CharField(max_length=20, choices=choices(RunState), default=RunState.QUEUED)
    created_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=30, blank=True, choices=choices(Problem))
    detail = models.CharField(max_length=500, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "integration"],
                condition=models.Q(state__in=LIVE_RUNS),
                name="integrations_run_one_live",
            ),
        ]
        indexes = [models.Index(fields=["account", "integration", "-id"], name="runs_newest_first")]

    def __str__(self) -> str:
        return f"Run {self.pk} ({self.state})"


class TenantSync(AccountOwned):
    """One tenant in one run: who works on it until when, how often it was tried, and how it ended."""

    run = models.ForeignKey(
        SyncRun, on_delete=models.CASCADE, related_name="tenant_syncs", db_constraint=False, db_index=False
    )
    match = models.ForeignKey(
        TenantMatch, on_delete=models.CASCADE, related_name="syncs", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=20, choices=choices(SyncState), default=SyncState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    throttles = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(default=NEVER)
    next_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=30, blank=True, choices=choices(Problem))
    detail = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=60, blank=True)
    calls = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    orphaned = models.PositiveIntegerField(default=0)
    contacts = models.PositiveIntegerField(default=0, help_text="Contacts created, changed or marked.")
    changes = models.JSONField(
        default=list, help_text="What a preview would change, or what a held sync would have taken away."
    )
    approved = models.JSONField(
        default=list, help_text="Keys of what may vanish in this run, since a person accepted it."
    )
    resolution = models.CharField(max_length=20, blank=True, choices=choices(Resolution))
    resolved_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    resolved_at = models.DateTimeField(null=True)

    objects = TenantSyncQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "run", "match"], name="integrations_sync_once_a_run"),
        ]
        indexes = [
            models.Index(
                fields=["account", "run", "next_at"],
                condition=models.Q(state__in=OPEN_SYNCS),
                name="syncs_open",
            ),
            models.Index(fields=["account", "match"], name="syncs_of_match"),
        ]

    def __str__(self) -> str:
        return f"{self.match_id} in run {self.run_id} ({self.state})"
