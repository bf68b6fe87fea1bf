"""Who sees an asset: everyone with access to its organization, or Administrators and the users named."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from flexible_assets.actions.totals import hold, recount
from flexible_assets.models import AssetGrant, FlexibleAsset
from organizations.actions import record_activity
from organizations.models import User
from organizations.roles import Right


class SelfExclusionError(ValueError):
    """Whoever restricts an asset would lose sight of it, and with that the way back."""

    def __init__(self) -> None:
        super().__init__("Choose yourself as well: you would no longer see this, nor be able to undo it.")


@transaction.atomic
def restrict_asset(
    asset: FlexibleAsset, *, users: Collection[User], now: datetime, actor: User | None = None
) -> FlexibleAsset:
    """Nobody but Administrators and these users sees it from now on."""
    if actor is not None and actor not in users and not actor.has(Right.VIEW_RESTRICTED):
        raise SelfExclusionError
    return _secure(asset, users={user.pk: user for user in users}, now=now, actor=actor)


@transaction.atomic
def open_asset(asset: FlexibleAsset, *, now: datetime, actor: User | None = None) -> FlexibleAsset:
    """Everyone with access to the organization sees it again."""
    return _secure(asset, users=None, now=now, actor=actor)


def _secure(
    asset: FlexibleAsset, *, users: dict[int, User] | None, now: datetime, actor: User | None
) -> FlexibleAsset:
    [asset], totals = hold([asset.pk])
    before = _audience(asset)
    _grant(asset, users or {})
    asset.is_restricted = users is not None
    asset.save(update_fields=["is_restricted"])
    recount(totals)
    after = _audience(asset)
    if before != after:
        record_activity(
            asset.account_id,
            at=now,
            action="flexible-asset.secured",
            subject=asset.name,
            user=actor,
            organization=asset.organization,
            details={"asset_id": asset.pk, "before": before, "after": after},
        )
    return asset


def _grant(asset: FlexibleAsset, users: dict[int, User]) -> None:
    grants = AssetGrant.objects.of_account(asset.account_id).filter(asset=asset)
    grants.exclude(user__in=users).delete()
    missing = users.keys() - set(grants.values_list("user_id", flat=True))
    AssetGrant.objects.bulk_create(
        AssetGrant(account_id=asset.account_id, asset=asset, user_id=user_id) for user_id in sorted(missing)
    )


def _audience(asset: FlexibleAsset) -> list[str] | None:
    """E-mail addresses of those who see it beside Administrators; None stands for everyone."""
    if not asset.is_restricted:
        return None
    grants = AssetGrant.objects.of_account(asset.account_id).filter(asset=asset)
    return sorted(grants.values_list("user__email", flat=True))
