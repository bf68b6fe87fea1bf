"""Reads of types and assets. Lists say `active()` on every query: their indexes are partial, and a query that forgets
the predicate sorts the whole account instead."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from organizations.names import search_key
from organizations.querysets import AccountQuerySet, InOrganizationQuerySet
from organizations.roles import Right

if TYPE_CHECKING:
    from flexible_assets.models import (
        AssetExpiration,
        AssetGrant,
        AssetRelation,
        AssetTag,
        Attachment,
        FlexibleAsset,
        FlexibleAssetType,
        OrganizationTotals,
    )
    from organizations.models import Contact, Organization, User


class TypeQuerySet(AccountQuerySet["FlexibleAssetType"]):
    def active(self) -> Self:
        return self.filter(archived=False)

    def in_menu(self) -> Self:
        return self.filter(show_in_menu=True, archived=False).order_by("sort_key", "id")


class AssetQuerySet(InOrganizationQuerySet["FlexibleAsset"]):
    def open_to(self, user: "User", *, grants: "GrantQuerySet") -> Self:
        """Unrestricted, or granted to them."""
        if user.has(Right.VIEW_RESTRICTED):
            return self
        mine = grants.to_user(user).values("asset")
        return self.filter(models.Q(is_restricted=False) | models.Q(pk__in=mine))

    def present(self) -> Self:
        """Active or archived, not deleted."""
        return self.filter(deleted_at=None)

    def archived(self) -> Self:
        return self.filter(archived=True, deleted_at=None)

    def deleted(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def restricted(self) -> Self:
        return self.filter(is_restricted=True)

    def unrestricted(self) -> Self:
        return self.filter(is_restricted=False)

    def locked(self) -> Self:
        return self.filter(is_locked=True)

    def active(self) -> Self:
        return self.filter(archived=False)

    def reported(self) -> Self:
        """Without orphans: what the source reports no longer is kept, but counts for nothing."""
        return self.filter(orphaned_at=None)

    def of_type(self, asset_type: "FlexibleAssetType") -> Self:
        return self.filter(account_id=asset_type.account_id, asset_type=asset_type)

    def in_organization(self, organization: "Organization") -> Self:
        return self.filter(account_id=organization.account_id, organization=organization)

    def matching(self, term: str, *, organizations: "models.QuerySet[Organization]") -> Self:
        """Assets whose name, or whose organization's name, holds the term."""
        key = search_key(term)
        if not key:
            return self
        by_organization = organizations.filter(search_key__contains=key).values("pk")
        return self.filter(models.Q(search_key__contains=key) | models.Q(organization__in=by_organization))


_AssetManager = models.Manager.from_queryset(AssetQuerySet)


class AssetManager(_AssetManager["FlexibleAsset"]):
    def get_queryset(self) -> AssetQuerySet:
        """Without the text that only search looks through, and only by conditions: it is as long as the asset's values."""
        return AssetQuerySet(self.model, using=self._db).defer("search_text")


class GrantQuerySet(AccountQuerySet["AssetGrant"]):
    def to_user(self, user: "User") -> Self:
        """Granted to them or to a group of theirs."""
        to_them = models.Q(user=user.pk) | models.Q(group__in=user.group_ids)
        return self.of_account(user.account_id).filter(to_them)

    def with_names(self) -> Self:
        return self.select_related("user", "group").order_by("group__sort_key", "user__sort_key", "id")


class ExpirationQuerySet(InOrganizationQuerySet["AssetExpiration"]):
    def in_organization(self, organization: "Organization") -> Self:
        return self.filter(account_id=organization.account_id, organization=organization)

    def with_names(self) -> Self:
        rows = self.select_related("asset__asset_type", "field", "organization")
        return rows.defer("asset__search_text")

    def matching(self, term: str) -> Self:
        """Of assets whose name, or whose organization's name, holds the term."""
        key = search_key(term)
        if not key:
            return self
        return self.filter(
            models.Q(asset__search_key__contains=key) | models.Q(organization__search_key__contains=key)
        )


class RelationQuerySet(AccountQuerySet["AssetRelation"]):
    """Of the account; whoever shows them asks for both ends what the reader may see."""


class AttachmentQuerySet(AccountQuerySet["Attachment"]):
    def of_asset(self, asset: "FlexibleAsset") -> Self:
        """Beside it and in its Upload fields."""
        return self.filter(account_id=asset.account_id, asset=asset)

    def with_names(self) -> Self:
        return self.select_related("uploaded_by", "field")

    def newest_first(self) -> Self:
        return self.with_names().order_by("-uploaded_at", "-id")

    def named_like(self, term: str) -> Self:
        return self.filter(name__icontains=term) if term else self


class TagQuerySet(AccountQuerySet["AssetTag"]):
    def of_contact(self, contact: "Contact") -> Self:
        return self.filter(account_id=contact.account_id, contact=contact)

    def on_active_assets(self) -> Self:
        return self.filter(asset__archived=False)


class TotalsQuerySet(InOrganizationQuerySet["OrganizationTotals"]):
    def in_organization(self, organization: "Organization") -> Self:
        return self.filter(account_id=organization.account_id, organization=organization)

    def of_type(self, asset_type: "FlexibleAssetType") -> Self:
        return self.filter(account_id=asset_type.account_id, asset_type=asset_type)


def sums_of(slots: list[str]) -> dict[str, Any]:
    return {slot: models.Sum(slot) for slot in slots}
