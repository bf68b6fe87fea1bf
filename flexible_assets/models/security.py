"""Who sees an asset, or a whole type, beyond what their access to organizations says."""

from django.db import models

from flexible_assets.models.assets import FlexibleAsset
from flexible_assets.models.types import FlexibleAssetField, FlexibleAssetType
from flexible_assets.querysets import GrantQuerySet
from organizations.models import AccountOwned, Group, User


class AssetGrant(AccountOwned):
    """A user or a group who sees a restricted asset; without one only Administrators do."""

    asset = models.ForeignKey(
        FlexibleAsset, on_delete=models.CASCADE, related_name="grants", db_constraint=False, db_index=False
    )
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        related_name="asset_grants",
        db_constraint=False,
        db_index=False,
    )
    group = models.ForeignKey(
        Group,
        null=True,
        on_delete=models.CASCADE,
        related_name="asset_grants",
        db_constraint=False,
        db_index=False,
    )

    objects = GrantQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "asset", "user"], name="flexible_assets_grant"),
            models.UniqueConstraint(
                fields=["account", "asset", "group"], name="flexible_assets_grant_of_group"
            ),
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(group=None), name="flexible_assets_grant_to_one"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "user", "asset"], name="grants_of_user"),
            models.Index(fields=["account", "group", "asset"], name="grants_of_group"),
        ]
        verbose_name_plural = "grants"

    def __str__(self) -> str:
        return f"{self.asset_id} -> {self.user_id or self.group_id}"


class TypeDenial(AccountOwned):
    """A type that the members of a group neither see nor find nor write, whatever else would let them."""

    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, related_name="denials", db_constraint=False, db_index=False
    )
    asset_type = models.ForeignKey(
        FlexibleAssetType,
        on_delete=models.CASCADE,
        related_name="denials",
        db_constraint=False,
        db_index=False,
    )

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "group", "asset_type"], name="flexible_assets_denial"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} -/-> {self.asset_type_id}"


class AssetSecret(AccountOwned):
    """What a Password field of an asset holds, sealed; traits only say that there is one."""

    asset = models.ForeignKey(
        FlexibleAsset, on_delete=models.CASCADE, related_name="secrets", db_constraint=False, db_index=False
    )
    field = models.ForeignKey(
        FlexibleAssetField, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    sealed = models.BinaryField(editable=False)
    changed_at = models.DateTimeField(editable=False)

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "asset", "field"], name="flexible_assets_secret"),
        ]
        verbose_name_plural = "passwords"

    def __str__(self) -> str:
        return f"{self.asset_id}/{self.field_id}"
