"""What an asset was: a copy of what people may write, after each of their changes."""

from django.db import models

from flexible_assets.models.assets import FlexibleAsset
from organizations.models import AccountOwned, User


class AssetRevision(AccountOwned):
    asset = models.ForeignKey(
        FlexibleAsset, on_delete=models.CASCADE, related_name="revisions", db_constraint=False, db_index=False
    )
    number = models.PositiveIntegerField(help_text="Counts the asset's revisions from 1.")
    at = models.DateTimeField(editable=False)
    user = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    reason = models.CharField(
        max_length=60, help_text="As in the activity log: created, edited, restored, imported."
    )
    name = models.CharField(max_length=255)
    traits = models.JSONField(default=dict, help_text="By field key; never what a Password field holds.")
    tags = models.JSONField(
        default=dict, help_text="Of Tag fields: by field key, of each its kind, id and then name."
    )
    notes = models.TextField(blank=True)

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "asset", "number"], name="flexible_assets_revision"),
        ]
        verbose_name_plural = "revisions"

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.number}"
