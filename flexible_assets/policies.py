"""Which types and assets a user may see: asked by pages, counts, sidebars and search alike."""

from django.db.models import Q, QuerySet

from flexible_assets.models import (
    AssetGrant,
    FlexibleAsset,
    FlexibleAssetType,
    OrganizationTotals,
    TypeDenial,
)
from flexible_assets.querysets import AssetQuerySet, TotalsQuerySet, TypeQuerySet
from organizations.models import User
from organizations.roles import Right, Role, has_right


def visible_types(user: User) -> TypeQuerySet:
    """Denial to any group of theirs wins over everything but being an Administrator."""
    types = FlexibleAssetType.objects.of_account(user.account_id)
    return types.exclude(pk__in=_denied(user)) if _may_be_denied(user) else types


def visible_assets(user: User) -> AssetQuerySet:
    """Active or archived: what role AND organization AND type AND asset let them see."""
    return _shown_to(user).present()


def deleted_assets(user: User) -> AssetQuerySet:
    """What was deleted and can still be restored."""
    return _shown_to(user).deleted()


def _shown_to(user: User) -> AssetQuerySet:
    assets = FlexibleAsset.objects.in_reach_of(user).open_to(user, grants=AssetGrant.objects.all())
    return assets.exclude(asset_type__in=_denied(user)) if _may_be_denied(user) else assets


def visible_totals(user: User) -> TotalsQuerySet:
    """Of what everybody sees: `flexible_assets.totals` adds what this user sees of restricted assets."""
    totals = OrganizationTotals.objects.in_reach_of(user)
    return totals.exclude(asset_type__in=_denied(user)) if _may_be_denied(user) else totals


def _may_be_denied(user: User) -> bool:
    return not user.has(Right.VIEW_RESTRICTED) and bool(user.group_ids)


def _denied(user: User) -> "QuerySet[TypeDenial, int]":
    denials = TypeDenial.objects.filter(account_id=user.account_id, group__in=user.group_ids)
    return denials.values_list("asset_type_id", flat=True)


def grantable_users(asset: FlexibleAsset) -> QuerySet[User]:
    """Whom naming makes a difference for, and who was named before."""
    sees_all = [role.value for role in Role if has_right(role, Right.VIEW_RESTRICTED)]
    users = User.objects.filter(account_id=asset.account_id)
    useful = Q(is_active=True) & ~Q(role__in=sees_all)
    return users.filter(useful | Q(pk__in=asset.grants.values("user"))).order_by("name", "id")
