"""A connection to Microsoft: what it is called, what proves it, and what it syncs when."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from integrations.querysets import CredentialQuerySet, IntegrationQuerySet
from integrations.states import CredentialRole, IntegrationKind, IntegrationStatus, Notify, Schedule, choices
from organizations.models import AccountOwned


class Integration(AccountOwned):
    name = models.CharField(max_length=100)
    kind = models.CharField(
        max_length=20, choices=choices(IntegrationKind), default=IntegrationKind.MULTI_TENANT
    )
    cloud = models.CharField(max_length=20, default="global")
    application_id = models.CharField(max_length=64)
    home_tenant_id = models.UUIDField(
        null=True,
        help_text="Of a single-tenant integration the tenant it reads; of a multitenant one the MSP's own.",
    )
    status = models.CharField(
        max_length=20,
        choices=choices(IntegrationStatus),
        default=IntegrationStatus.CONNECTED,
        editable=False,
    )
    epoch = models.PositiveIntegerField(
        default=1, editable=False, help_text="Raised by whatever must stop running work from writing."
    )
    next_due_at = models.DateTimeField(
        null=True, editable=False, help_text="Empty when only people start syncs."
    )
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
    """What proves the application's identity, sealed; deleting the row destroys its data key with it.

    The next one stands beside the current one while it is being made known to Microsoft.
    """

    integration = models.ForeignKey(
        Integration,
        on_delete=models.CASCADE,
        related_name="credentials",
        db_constraint=False,
        db_index=False,
    )
    role = models.CharField(max_length=20, choices=choices(CredentialRole), default=CredentialRole.CURRENT)
    kind = models.CharField(max_length=20, choices=CredentialKind.choices)
    sealed = models.BinaryField()
    certificate = models.TextField(
        blank=True, help_text="The public part, as PEM, to be uploaded to the app registration."
    )
    hint = models.CharField(
        max_length=60, help_text="Last characters of a secret, or a certificate's fingerprint."
    )
    expires_at = models.DateTimeField(null=True)
    warned_days = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text="The last warning of its end was for this many days before."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CredentialQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "integration", "role"], name="integrations_credential_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.hint}"


class SyncSettings(AccountOwned):
    """Which steps a sync of this integration takes, by the keys of the registered steps, of whom, and when."""

    integration = models.OneToOneField(
        Integration, on_delete=models.CASCADE, related_name="settings", db_constraint=False
    )
    steps = models.JSONField(default=list)
    contact_skus = models.JSONField(
        null=True,
        default=None,
        help_text="SKU ids whose holders become contacts; empty for all, also those found later.",
    )
    include_disabled = models.BooleanField(default=True)
    include_guests = models.BooleanField(default=True)
    contact_type = models.CharField(max_length=60, blank=True)
    sign_in_activity = models.BooleanField(default=False)
    schedule = models.CharField(max_length=20, choices=choices(Schedule), default=Schedule.HOURLY)
    daily_at = models.PositiveSmallIntegerField(
        default=2, validators=[MaxValueValidator(23)], help_text="Hour of a daily sync, in UTC."
    )
    notify = models.CharField(max_length=20, choices=choices(Notify), default=Notify.NEVER)
    notify_emails = models.JSONField(default=list)

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        verbose_name_plural = "sync settings"

    def __str__(self) -> str:
        return ", ".join(self.steps)
