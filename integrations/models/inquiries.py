"""Questions to Microsoft that a page asks and a worker answers, since no page calls Microsoft itself."""

from django.db import models

from integrations.models.integrations import Integration
from integrations.models.runs import NEVER
from integrations.problems import Problem
from integrations.querysets import InquiryQuerySet
from integrations.states import CredentialRole, InquiryKind, choices
from organizations.models import AccountOwned, User


class Inquiry(AccountOwned):
    """One question; `result` holds the answer as JSON, in the shape its kind defines."""

    integration = models.ForeignKey(
        Integration, on_delete=models.CASCADE, related_name="inquiries", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=20, choices=choices(InquiryKind))
    tenant_id = models.UUIDField(null=True)
    credential_role = models.CharField(
        max_length=20, choices=choices(CredentialRole), default=CredentialRole.CURRENT
    )
    epoch = models.PositiveIntegerField()
    requested_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=NEVER)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    problem = models.CharField(max_length=30, blank=True, choices=choices(Problem))
    detail = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=60, blank=True)

    objects = InquiryQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [models.Index(fields=["account", "integration", "-id"], name="inquiries_newest_first")]
        verbose_name_plural = "inquiries"

    def __str__(self) -> str:
        return f"{self.kind} of {self.tenant_id}"
