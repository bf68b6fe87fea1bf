"""Who sees an asset: everyone with access to its organization, or Administrators and the users and groups named."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from flexible_assets.actions.totals import hold, recount
from flexible_assets.models import AssetGrant, FlexibleAsset
from organizations.actions import activity_line, record_activities
from organizations.actions.outcomes import Outcome, sort_out
from organizations.models import Group, User
from organizations.roles import Right

#: A user's id or a group's, the other being None: whom one grant is to.
_Grantee = tuple[int | None, int | None]


class SelfExclusionError(ValueError):
    """Whoever restricts an asset would lose sight of it, and with that the way back."""

    def __init__(self) -> None:
        super().__init__(
            "Choose yourself or a group of yours as well: you would no longer see this, nor be able to undo it."
        )


@dataclass(frozen=True)
class Audience:
    """Those who see restricted assets beside Administrators."""

    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()

    def has(self, user: User) -> bool:
        if user.has(Right.VIEW_RESTRICTED) or user in self.users:
            return True
        return not {group.pk for group in self.groups}.isdisjoint(user.group_ids)

    @property
    def grantees(self) -> set[_Grantee]:
        return {(user.pk, None) for user in self.users} | {(None, group.pk) for group in self.groups}


@transaction.atomic
def restrict_asset(
    asset: FlexibleAsset,
    *,
    users: Collection[User],
    groups: Collection[Group] = (),
    now: datetime,
    actor: User | None = None,
) -> FlexibleAsset:
    """Nobody but Administrators, these users and the members of these groups sees it from now on."""
    secure_assets([asset.pk], users=users, groups=groups, now=now, actor=actor)
    return _fresh(asset)


@transaction.atomic
def open_asset(asset: FlexibleAsset, *, now: datetime, actor: User | None = None) -> FlexibleAsset:
    """Everyone with access to the organization sees it again."""
    open_assets([asset.pk], now=now, actor=actor)
    return _fresh(asset)


@transaction.atomic
def secure_assets(
    asset_ids: Collection[int],
    *,
    users: Collection[User],
    groups: Collection[Group],
    now: datetime,
    actor: User | None = None,
) -> Outcome:
    """Restricts many to the same people; those that are so already count as done."""
    audience = Audience(tuple(users), tuple(groups))
    if actor is not None and not audience.has(actor):
        raise SelfExclusionError
    return _secure(asset_ids, audience, now=now, actor=actor)


@transaction.atomic
def open_assets(asset_ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    """Opens many to everyone with access to their organizations."""
    return _secure(asset_ids, None, now=now, actor=actor)


def _fresh(asset: FlexibleAsset) -> FlexibleAsset:
    return FlexibleAsset.objects.select_related("asset_type", "organization").get(pk=asset.pk)


def _secure(
    asset_ids: Collection[int], audience: Audience | None, *, now: datetime, actor: User | None
) -> Outcome:
    held, totals = hold(asset_ids)
    assets, skipped = sort_out(held, lambda asset: "deleted" if asset.deleted_at else "")
    before = _told_by_asset(assets)
    _grant(assets, audience.grantees if audience else set())
    FlexibleAsset.objects.filter(pk__in=[asset.pk for asset in assets]).update(
        is_restricted=audience is not None
    )
    for asset in assets:
        asset.is_restricted = audience is not None
    recount(totals)
    after = _told_by_asset(assets)
    record_activities(
        activity_line(
            asset.account_id,
            at=now,
            action="flexible-asset.secured",
            subject=asset.name,
            user=actor,
            organization=asset.organization,
            about=asset,
            details={"before": before[asset.pk], "after": after[asset.pk]},
        )
        for asset in assets
        if before[asset.pk] != after[asset.pk]
    )
    return Outcome(tuple(asset.pk for asset in assets), skipped)


def _grant(assets: Sequence[FlexibleAsset], wanted: set[_Grantee]) -> None:
    """Touches only what differs."""
    stored: dict[int, dict[_Grantee, int]] = {asset.pk: {} for asset in assets}
    for grant in AssetGrant.objects.filter(asset__in=assets):
        stored[grant.asset_id][grant.user_id, grant.group_id] = grant.pk
    gone = [pk for grants in stored.values() for grantee, pk in grants.items() if grantee not in wanted]
    AssetGrant.objects.filter(pk__in=gone).delete()
    AssetGrant.objects.bulk_create(
        [
            AssetGrant(account_id=asset.account_id, asset=asset, user_id=user_id, group_id=group_id)
            for asset in assets
            for user_id, group_id in sorted(wanted - stored[asset.pk].keys(), key=str)
        ],
        batch_size=500,
    )


def _told_by_asset(assets: Collection[FlexibleAsset]) -> dict[int, list[str] | None]:
    """As the log keeps it: e-mail addresses, then names of groups; None stands for everyone."""
    told: dict[int, list[str] | None] = {asset.pk: [] if asset.is_restricted else None for asset in assets}
    grants = AssetGrant.objects.filter(asset__in=assets, asset__is_restricted=True)
    for grant in grants.with_names().order_by("user__email", "group__sort_key"):
        names = told[grant.asset_id]
        if names is not None:
            names.append(grant.user.email if grant.user else f"group {grant.group}")
    return told
