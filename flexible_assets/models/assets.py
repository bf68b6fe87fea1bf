"""The assets: traits as JSONB for display, typed slots for lists; and how many there are."""

from django.db import models
from django.utils import timezone

from flexible_assets.field_kinds import ALL_SLOTS
from flexible_assets.models.types import FlexibleAssetField, FlexibleAssetType
from flexible_assets.querysets import AssetManager, ExpirationQuerySet, TotalsQuerySet
from organizations.models import AccountOwned, Organization, User


class FlexibleAsset(AccountOwned):
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    asset_type = models.ForeignKey(
        FlexibleAssetType, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=255)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    search_key = models.CharField(max_length=512, editable=False, db_collation="C")
    traits = models.JSONField(default=dict)
    notes = models.TextField(blank=True)
    #: All that search finds it by beside its name; see `flexible_assets/searched_text.py`.
    search_text = models.TextField(editable=False, db_collation="C")
    is_locked = models.BooleanField(default=False, editable=False)
    is_restricted = models.BooleanField(
        default=False,
        editable=False,
        help_text="Seen by Administrators and those granted it, and nobody else.",
    )
    archived = models.BooleanField(default=False)
    #: Gone for everybody but those who may restore it; such an asset is archived as well, so no list needs to ask.
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.ForeignKey(
        User,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        editable=False,
    )
    orphaned_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    number_1 = models.BigIntegerField(null=True, editable=False)
    number_2 = models.BigIntegerField(null=True, editable=False)
    number_3 = models.BigIntegerField(null=True, editable=False)
    number_4 = models.BigIntegerField(null=True, editable=False)
    number_5 = models.BigIntegerField(null=True, editable=False)
    number_6 = models.BigIntegerField(null=True, editable=False)
    number_7 = models.BigIntegerField(null=True, editable=False)
    number_8 = models.BigIntegerField(null=True, editable=False)
    text_1 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - NULL keeps it out of the partial index
    text_2 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    text_3 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    text_4 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    text_5 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    text_6 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    text_7 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    text_8 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    date_1 = models.DateField(null=True, editable=False)
    date_2 = models.DateField(null=True, editable=False)
    date_3 = models.DateField(null=True, editable=False)
    date_4 = models.DateField(null=True, editable=False)

    objects = AssetManager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(deleted_at=None) | models.Q(archived=True),
                name="flexible_assets_deleted_is_archived",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "asset_type", "sort_key", "id"],
                condition=models.Q(archived=False),
                name="assets_by_name",
            ),
            models.Index(
                fields=["account", "organization", "asset_type", "sort_key", "id"],
                condition=models.Q(archived=False),
                name="assets_of_organization",
            ),
            # What the totals leave out, and what each user may see of it is counted when they look.
            models.Index(
                fields=["account", "organization", "asset_type", "id"],
                condition=models.Q(archived=False, is_restricted=True),
                name="assets_restricted",
            ),
            models.Index(
                fields=["account", "deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="assets_deleted",
            ),
            models.Index(
                fields=["account", "asset_type", "sort_key", "id"],
                condition=models.Q(archived=True, deleted_at=None),
                name="assets_archived",
            ),
            *(
                models.Index(
                    fields=["account", "asset_type", slot, "id"],
                    condition=models.Q(archived=False, **{f"{slot}__isnull": False}),
                    name=f"assets_by_{slot}",
                )
                for slot in ALL_SLOTS
            ),
        ]
        verbose_name_plural = "assets"

    def __str__(self) -> str:
        return self.name


class OrganizationTotals(AccountOwned):
    """Count of one type's active assets in one organization, and sums over those that are no orphans, written in the
    transaction that changes them. Restricted assets are left out: everybody reads these rows.

    One writer per organization, so nobody waits; the account's totals are the sum of these rows.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    asset_type = models.ForeignKey(
        FlexibleAssetType, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    assets = models.IntegerField(default=0)
    number_1 = models.BigIntegerField(default=0)
    number_2 = models.BigIntegerField(default=0)
    number_3 = models.BigIntegerField(default=0)
    number_4 = models.BigIntegerField(default=0)
    number_5 = models.BigIntegerField(default=0)
    number_6 = models.BigIntegerField(default=0)
    number_7 = models.BigIntegerField(default=0)
    number_8 = models.BigIntegerField(default=0)

    objects = TotalsQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "organization", "asset_type"], name="flexible_assets_totals"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}/{self.asset_type_id}: {self.assets}"


class AssetExpiration(AccountOwned):
    """The date in an expiration field of an asset, beside its organization so that the list of them takes one index."""

    asset = models.ForeignKey(
        FlexibleAsset,
        on_delete=models.CASCADE,
        related_name="expirations",
        db_constraint=False,
        db_index=False,
    )
    field = models.ForeignKey(
        FlexibleAssetField, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    expires_on = models.DateField()

    objects = ExpirationQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "asset", "field"], name="flexible_assets_expiration"),
        ]
        indexes = [
            models.Index(fields=["account", "expires_on", "id"], name="expirations_by_date"),
            models.Index(
                fields=["account", "organization", "expires_on", "id"], name="expirations_of_organization"
            ),
        ]
        verbose_name_plural = "expirations"

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.expires_on}"
