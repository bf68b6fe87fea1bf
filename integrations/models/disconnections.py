"""Disconnecting an integration: what was chosen, how far it is, and the receipt that outlives the integration."""

from django.db import models

from integrations.models.integrations import Integration
from integrations.querysets import DisconnectionQuerySet
from integrations.states import DisconnectMode, choices
from organizations.models import AccountOwned, User


class Disconnection(AccountOwned):
    """`counts` grows in the transactions that do the work, so that a crash neither loses nor repeats a count."""

    integration = models.ForeignKey(
        Integration,
        null=True,
        on_delete=models.SET_NULL,
        related_name="disconnections",
        db_constraint=False,
        db_index=False,
    )
    integration_name = models.CharField(max_length=100)
    application_id = models.CharField(max_length=64)
    cloud = models.CharField(max_length=20)
    tenants = models.PositiveIntegerField(default=0)
    mode = models.CharField(max_length=20, choices=choices(DisconnectMode))
    requested_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    objects = DisconnectionQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "integration"],
                condition=models.Q(finished_at=None),
                name="integrations_disconnection_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.integration_name} ({self.mode})"
