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
from organizations.models import Group, GroupMember, OrganizationAccess, User
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


def known_assets(user: User) -> AssetQuerySet:
    """Of all that there is, deleted assets too: whose history they may read."""
    return _shown_to(user)


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
    """Whom naming makes a difference for, since they reach the organization, and who was named before."""
    named = AssetGrant.objects.filter(account_id=asset.account_id, asset=asset.pk, user__isnull=False)
    users = User.objects.of_account(asset.account_id)
    return users.filter(Q(pk__in=_reaching(asset)) | Q(pk__in=named.values("user"))).by_name()


def grantable_groups(asset: FlexibleAsset) -> QuerySet[Group]:
    """Those of which somebody reaches the organization, and those named before."""
    named = AssetGrant.objects.filter(account_id=asset.account_id, asset=asset.pk, group__isnull=False)
    members = GroupMember.objects.filter(account_id=asset.account_id, user__in=_reaching(asset))
    groups = Group.objects.of_account(asset.account_id)
    return groups.filter(Q(pk__in=members.values("group")) | Q(pk__in=named.values("group"))).by_name()


def _reaching(asset: FlexibleAsset) -> "QuerySet[User, int]":
    """Ids of the active users who reach the asset's organization, but not everything anyway."""
    sees_all = [role.value for role in Role if has_right(role, Right.VIEW_RESTRICTED)]
    users = User.objects.filter(account_id=asset.account_id, is_active=True).exclude(role__in=sees_all)
    members = GroupMember.objects.filter(account_id=asset.account_id)
    access = OrganizationAccess.objects.filter(
        account_id=asset.account_id, organization=asset.organization_id
    )
    chosen = Q(pk__in=access.filter(user__isnull=False).values("user")) | Q(
        pk__in=members.filter(group__in=access.filter(group__isnull=False).values("group")).values("user")
    )
    all_of_them = Q(all_organizations=True) | Q(
        pk__in=members.filter(group__all_organizations=True).values("user")
    )
    return users.filter(chosen | (all_of_them & ~Q(role=Role.LITE.value))).values_list("pk", flat=True)
