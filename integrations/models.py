"""Integrations (connections to Microsoft), the tenants they reach, what to sync, and the runs that do it."""

from datetime import UTC, datetime

from django.db import models
from django.utils import timezone

from integrations.problems import Problem
from integrations.querysets import (
    ContactLinkQuerySet,
    CredentialQuerySet,
    IntegrationQuerySet,
    MatchQuerySet,
    RunQuerySet,
    TenantSyncQuerySet,
)
from integrations.states import LIVE_RUNS, IntegrationStatus, MatchState, RunState, SyncState, Trigger
from organizations.models import AccountOwned, Contact, Organization, User

#: A lease that never was. Not NULL, so that no comparison with the clock can come out as unknown.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _choices(
    states: type[RunState | SyncState | IntegrationStatus | Trigger | MatchState | Problem],
) -> list[tuple[str, str]]:
    return [(state.value, state.value) for state in states]


class Integration(AccountOwned):
    name = models.CharField(max_length=100)
    cloud = models.CharField(max_length=20, default="global")
    application_id = models.CharField(max_length=64)
    status = models.CharField(
        max_length=20,
        choices=_choices(IntegrationStatus),
        default=IntegrationStatus.CONNECTED,
        editable=False,
    )
    epoch = models.PositiveIntegerField(
        default=1, editable=False, help_text="Raised by whatever must stop running work from writing."
    )
    next_due_at = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = IntegrationQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "name"],
                name="integrations_integration_name",
                violation_error_message="An integration of this name exists already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CredentialKind(models.TextChoices):
    SECRET = "secret", "Client secret"
    CERTIFICATE = "certificate", "Certificate"


class IntegrationCredential(AccountOwned):
    """What proves the application's identity, sealed; deleting the row destroys its data key with it."""

    integration = models.OneToOneField(
        Integration, on_delete=models.CASCADE, related_name="credential", db_constraint=False
    )
    kind = models.CharField(max_length=20, choices=CredentialKind.choices)
    sealed = models.BinaryField()
    hint = models.CharField(
        max_length=60, help_text="Last characters of a secret, or a certificate's fingerprint."
    )
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CredentialQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.hint}"


class TenantMatch(AccountOwned):
    """A Microsoft tenant that an integration reaches, and the organization it stands for."""

    integration = models.ForeignKey(
        Integration, on_delete=models.CASCADE, related_name="matches", db_constraint=False, db_index=False
    )
    tenant_id = models.UUIDField()
    tenant_name = models.CharField(max_length=255)
    default_domain = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=20, choices=_choices(MatchState), default=MatchState.UNMATCHED)
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="tenant_matches", db_constraint=False
    )
    last_synced_at = models.DateTimeField(null=True, editable=False)

    objects = MatchQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "integration", "tenant_id"], name="integrations_match_tenant"
            ),
            models.UniqueConstraint(
                fields=["account", "tenant_id"],
                condition=models.Q(state=MatchState.MATCHED),
                name="integrations_match_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state=MatchState.MATCHED, organization__isnull=False)
                | (~models.Q(state=MatchState.MATCHED) & models.Q(organization__isnull=True)),
                name="integrations_match_organization",
            ),
        ]
        verbose_name_plural = "tenant matches"

    def __str__(self) -> str:
        return self.tenant_name


class SyncSettings(AccountOwned):
    """Which steps a sync of this integration takes, by the keys of the registered steps."""

    integration = models.OneToOneField(
        Integration, on_delete=models.CASCADE, related_name="settings", db_constraint=False
    )
    steps = models.JSONField(default=list)

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        verbose_name_plural = "sync settings"

    def __str__(self) -> str:
        return ", ".join(self.steps)


class SyncRun(AccountOwned):
    """One sync of all matched tenants. Totals are sums over its tenant syncs, never counters that could drift."""

    integration = models.ForeignKey(
        Integration, on_delete=models.CASCADE, related_name="runs", db_constraint=False, db_index=False
    )
    epoch = models.PositiveIntegerField()
    trigger = models.CharField(max_length=20, choices=_choices(Trigger))
    requested_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    steps = models.JSONField(default=list)
    state = models.CharField(max_length=20, choices=_choices(RunState), default=RunState.QUEUED)
    created_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=30, blank=True, choices=_choices(Problem))
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
    state = models.CharField(max_length=20, choices=_choices(SyncState), default=SyncState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    throttles = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(default=NEVER)
    next_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=30, blank=True, choices=_choices(Problem))
    detail = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=60, blank=True)
    calls = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    orphaned = models.PositiveIntegerField(default=0)

    objects = TenantSyncQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "run", "match"], name="integrations_sync_once_a_run"),
        ]
        indexes = [
            models.Index(
                fields=["account", "run", "next_at"],
                condition=models.Q(state__in=(SyncState.PENDING, SyncState.LEASED)),
                name="syncs_open",
            ),
            models.Index(fields=["account", "match"], name="syncs_of_match"),
        ]

    def __str__(self) -> str:
        return f"{self.match_id} in run {self.run_id} ({self.state})"


class ContactLink(AccountOwned):
    """Which contact a directory user of a tenant is."""

    match = models.ForeignKey(
        TenantMatch,
        on_delete=models.CASCADE,
        related_name="contact_links",
        db_constraint=False,
        db_index=False,
    )
    user_id = models.UUIDField()
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="links", db_constraint=False)
    is_own = models.BooleanField(help_text="The sync made this contact, so it also keeps its name in step.")
    digest = models.CharField(max_length=32)

    objects = ContactLinkQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "match", "user_id"], name="integrations_link_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} -> {self.contact_id}"
