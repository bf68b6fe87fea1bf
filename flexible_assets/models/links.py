"""What an asset points at: records named in its Tag fields, related items, and files."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.utils import timezone

from flexible_assets.models.assets import FlexibleAsset
from flexible_assets.models.types import FlexibleAssetField
from flexible_assets.querysets import AttachmentQuerySet, RelationQuerySet, TagQuerySet
from organizations.models import AccountOwned, Contact, Organization, User

#: What an asset may point at, by the column that does.
TARGETS = ("contact", "organization", "target", "user")


def _exactly_one_of(names: Sequence[str]) -> models.Q:
    choices = [models.Q(**{f"{other}__isnull": other != name for other in names}) for name in names]
    return reduce(or_, choices)


def _pointer(to: type[models.Model], related_name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        to,
        null=True,
        on_delete=models.CASCADE,
        related_name=related_name,
        db_constraint=False,
        db_index=False,
    )


class AssetTag(AccountOwned):
    """A record named in a Tag field of an asset; the record's own page shows it from the other side."""

    asset = models.ForeignKey(
        FlexibleAsset, on_delete=models.CASCADE, related_name="tags", db_constraint=False, db_index=False
    )
    field = models.ForeignKey(
        FlexibleAssetField, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    contact = _pointer(Contact, "tags")
    organization = _pointer(Organization, "+")
    target = _pointer(FlexibleAsset, "tagged_by")
    user = _pointer(User, "+")

    objects = TagQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "asset", "field", "contact"], name="flexible_assets_tag"
            ),
            *(
                models.UniqueConstraint(
                    fields=["account", "asset", "field", name],
                    condition=models.Q(**{f"{name}__isnull": False}),
                    name=f"flexible_assets_tag_{name}",
                )
                for name in TARGETS[1:]
            ),
            models.CheckConstraint(condition=_exactly_one_of(TARGETS), name="flexible_assets_tag_one_target"),
        ]
        indexes = [
            models.Index(fields=["account", "contact"], name="tags_of_contact"),
            models.Index(
                fields=["account", "organization"],
                condition=models.Q(organization__isnull=False),
                name="tags_of_organization",
            ),
            models.Index(
                fields=["account", "target"], condition=models.Q(target__isnull=False), name="tags_of_asset"
            ),
        ]
        verbose_name_plural = "tags"

    def __str__(self) -> str:
        return (
            f"{self.asset_id} -> {self.contact_id or self.organization_id or self.target_id or self.user_id}"
        )


class AssetRelation(AccountOwned):
    """A related item: an asset and another record that people put beside each other, seen from both sides."""

    asset = models.ForeignKey(
        FlexibleAsset, on_delete=models.CASCADE, related_name="relations", db_constraint=False, db_index=False
    )
    contact = _pointer(Contact, "relations")
    organization = _pointer(Organization, "+")
    target = _pointer(FlexibleAsset, "related_by")
    notes = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RelationQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            *(
                models.UniqueConstraint(
                    fields=["account", "asset", name],
                    condition=models.Q(**{f"{name}__isnull": False}),
                    name=f"flexible_assets_relation_{name}",
                )
                for name in TARGETS[:3]
            ),
            models.CheckConstraint(
                condition=_exactly_one_of(TARGETS[:3]), name="flexible_assets_relation_one_target"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", name],
                condition=models.Q(**{f"{name}__isnull": False}),
                name=f"relations_of_{name}",
            )
            for name in TARGETS[:3]
        ]
        verbose_name_plural = "related items"

    def __str__(self) -> str:
        return f"{self.asset_id} -- {self.contact_id or self.organization_id or self.target_id}"

    @property
    def other_end(self) -> Contact | Organization | FlexibleAsset:
        """What stands beside the asset."""
        found: Contact | Organization | FlexibleAsset = self.contact or self.organization or self.target
        return found


class Attachment(AccountOwned):
    """A file of an asset, or in one of its Upload fields; its bytes are in the storage under `key`."""

    asset = models.ForeignKey(
        FlexibleAsset,
        on_delete=models.CASCADE,
        related_name="attachments",
        db_constraint=False,
        db_index=False,
    )
    field = models.ForeignKey(
        FlexibleAssetField,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=255, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    uploaded_at = models.DateTimeField(editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "key"], name="flexible_assets_attachment_key"),
        ]
        indexes = [models.Index(fields=["account", "asset"], name="attachments_of_asset")]
        verbose_name_plural = "attachments"

    def __str__(self) -> str:
        return self.name
