"""Which types and assets a user may see: asked by pages, counts, sidebars and search alike."""

from django.db.models import Q, QuerySet

from flexible_assets.models import FlexibleAsset, FlexibleAssetType, OrganizationTotals
from flexible_assets.querysets import AssetQuerySet, TotalsQuerySet, TypeQuerySet
from organizations.models import User
from organizations.roles import Right, Role, has_right


def visible_types(user: User) -> TypeQuerySet:
    return FlexibleAssetType.objects.visible_to(user)


def visible_assets(user: User) -> AssetQuerySet:
    return FlexibleAsset.objects.visible_to(user)


def visible_totals(user: User) -> TotalsQuerySet:
    """Of what everybody sees: `flexible_assets.totals` adds what this user sees of restricted assets."""
    return OrganizationTotals.objects.of_account(user.account_id)


def grantable_users(asset: FlexibleAsset) -> QuerySet[User]:
    """Whom naming makes a difference for, and who was named before."""
    sees_all = [role.value for role in Role if has_right(role, Right.VIEW_RESTRICTED)]
    users = User.objects.filter(account_id=asset.account_id)
    useful = Q(is_active=True) & ~Q(role__in=sees_all)
    return users.filter(useful | Q(pk__in=asset.grants.values("user"))).order_by("name", "id")
