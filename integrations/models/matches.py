"""Microsoft tenants and the organizations they stand for."""

from django.db import models

from integrations.models.integrations import Integration
from integrations.querysets import ClaimQuerySet, MatchQuerySet
from integrations.states import MatchSource, MatchState, choices
from organizations.models import AccountOwned, Organization


class TenantMatch(AccountOwned):
    """A Microsoft tenant that an integration reaches, and the organization it stands for."""

    integration = models.ForeignKey(
        Integration, on_delete=models.CASCADE, related_name="matches", db_constraint=False, db_index=False
    )
    tenant_id = models.UUIDField()
    tenant_name = models.CharField(max_length=255)
    default_domain = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=20, choices=choices(MatchSource), default=MatchSource.MANUAL)
    state = models.CharField(max_length=20, choices=choices(MatchState), default=MatchState.UNMATCHED)
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="tenant_matches", db_constraint=False
    )
    verified_at = models.DateTimeField(
        null=True, editable=False, help_text="When the tenant itself last answered as the one it is."
    )
    subscriptions = models.JSONField(
        default=list, editable=False, help_text="SKUs last seen: sku_id, part_number, consumed, enabled."
    )
    last_synced_at = models.DateTimeField(null=True, editable=False)
    reverted_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When a person took its match away, which nothing undoes by itself.",
    )

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


class TenantClaim(AccountOwned):
    """A matched tenant belongs to one account of the server.

    Unique among all accounts on purpose, and so the one table whose conflicts tell of another account: only the
    action that claims meets them, for tenants that have let this account's application in, that Microsoft names as
    its customers, or that the operator of the server adds.
    """

    tenant_id = models.UUIDField(unique=True)
    claimed_at = models.DateTimeField(editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]

    def __str__(self) -> str:
        return str(self.tenant_id)
