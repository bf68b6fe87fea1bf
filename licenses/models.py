"""Where a license asset comes from: the SKU and tenant behind it, and Microsoft's own numbers."""

from django.db import models
from django.utils import timezone

from flexible_assets.models import FlexibleAsset
from integrations.models import TenantMatch
from licenses.querysets import LicenseQuerySet
from licenses.reconcile import Stored, Units
from organizations.models import AccountOwned


class LicenseRecord(AccountOwned):
    match = models.ForeignKey(
        TenantMatch, on_delete=models.CASCADE, related_name="licenses", db_constraint=False, db_index=False
    )
    sku_id = models.UUIDField()
    asset = models.OneToOneField(
        FlexibleAsset, on_delete=models.CASCADE, related_name="license_record", db_constraint=False
    )
    part_number = models.CharField(max_length=120)
    applies_to = models.CharField(max_length=30, blank=True)
    capability_status = models.CharField(max_length=30, blank=True)
    enabled = models.IntegerField()
    warning = models.IntegerField()
    suspended = models.IntegerField()
    locked_out = models.IntegerField()
    consumed = models.IntegerField()
    is_trial = models.BooleanField(default=False)
    next_lifecycle_at = models.DateTimeField(null=True)
    holder_count = models.IntegerField(default=0)
    digest = models.CharField(max_length=32)
    holders_digest = models.CharField(max_length=32)
    first_seen_at = models.DateTimeField(default=timezone.now)
    orphaned_at = models.DateTimeField(null=True)

    objects = LicenseQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "match", "sku_id"], name="licenses_record_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.part_number} ({self.sku_id})"

    @property
    def units(self) -> Units:
        return Units(self.enabled, self.warning, self.suspended, self.locked_out, self.consumed)

    @property
    def stored(self) -> Stored:
        return Stored(
            sku_id=self.sku_id,
            digest=self.digest,
            holders_digest=self.holders_digest,
            holder_count=self.holder_count,
            consumed=self.consumed,
            is_orphaned=self.orphaned_at is not None,
        )
