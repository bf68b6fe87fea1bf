"""Consent links: who asked a client's administrator to let the application in, and what came back."""

from django.db import models

from integrations.models.inquiries import Inquiry
from integrations.models.integrations import Integration
from integrations.querysets import ConsentQuerySet
from integrations.states import ConsentState, choices
from organizations.models import AccountOwned, Organization, User


class ConsentRequest(AccountOwned):
    """A single-use link. The token itself is in the link alone; here stands its digest.

    What the callback says about the tenant is a claim: `inquiry` verifies it with Microsoft, and a person confirms it
    before anything is linked.
    """

    integration = models.ForeignKey(
        Integration, on_delete=models.CASCADE, related_name="consents", db_constraint=False, db_index=False
    )
    token_digest = models.CharField(max_length=64)
    expected_tenant_id = models.UUIDField(null=True)
    organization = models.ForeignKey(
        Organization,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    requested_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=20, choices=choices(ConsentState), default=ConsentState.OPEN)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    tenant_id = models.UUIDField(null=True)
    inquiry = models.ForeignKey(
        Inquiry, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    closed_at = models.DateTimeField(null=True)
    detail = models.CharField(max_length=500, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "token_digest"], name="integrations_consent_token"),
        ]
        indexes = [models.Index(fields=["account", "integration", "-id"], name="consents_newest_first")]

    def __str__(self) -> str:
        return f"Consent {self.pk} ({self.state})"
