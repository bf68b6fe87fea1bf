"""Groups: people who share access."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from organizations.actions.activity import record_activity
from organizations.actions.holding import hold_users
from organizations.actions.reach import NOTHING, Reach, describe_reach, give_reach, require_lite_limit
from organizations.delegation import grantable_roles, may_change_group
from organizations.models import Account, Group, GroupMember, User
from organizations.names import sort_key
from organizations.versions import OutdatedFormError, version_of


class GroupNameTakenError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is a group “{name}” already.")


class NotOwnGroupError(ValueError):
    def __init__(self) -> None:
        super().__init__(
            "Managers change the groups they are in, unless these deny asset types. Ask an Administrator."
        )


class GroupGoneError(ValueError):
    def __init__(self, group: Group) -> None:
        super().__init__(f"The group {group.name} was deleted meanwhile.")


@dataclass(frozen=True)
class GroupProfile:
    """What is decided about a group. `members` are ids of users."""

    name: str
    description: str = ""
    members: frozenset[int] = frozenset()
    reach: Reach = NOTHING


@transaction.atomic
def create_group(account: Account, *, profile: GroupProfile, now: datetime, actor: User) -> Group:
    """Managers stand in what they make: otherwise they could not change it again."""
    group = Group(account=account, created_at=now)
    _name(group, profile)
    own = frozenset() if may_change_group(actor, group) else frozenset({actor.pk})
    _fill(group, profile, members=(profile.members & _changeable_users(actor)) | own)
    _record(group, "group.created", now=now, actor=actor, details=_state(group))
    return group


@transaction.atomic
def edit_group(
    group: Group, *, profile: GroupProfile, now: datetime, actor: User, version: str | None = None
) -> Group:
    """Members whom the actor may not change stay as they are. `version` is that of the group that the actor saw."""
    group = _hold(group)
    _require_change(actor, group)
    before = _state(group)
    if version not in (None, version_of(before)):
        raise OutdatedFormError(group.name)
    _name(group, profile)
    changeable = _changeable_users(actor)
    kept = _members_of(group) - changeable
    _fill(group, profile, members=(profile.members & changeable) | kept)
    after = _state(group)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        details = {
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }
        _record(group, "group.changed", now=now, actor=actor, details=details)
    return group


@transaction.atomic
def delete_group(group: Group, *, now: datetime, actor: User) -> None:
    """With the access it gave, what it was granted, and what it denied."""
    group = _hold(group)
    _require_change(actor, group)
    _record(group, "group.deleted", now=now, actor=actor, details=_state(group))
    group.delete()


def group_version(group: Group) -> str:
    return version_of(_state(group))


def _hold(group: Group) -> Group:
    """Read anew: saving one that is gone would bring it back."""
    held = Group.objects.of_account(group.account_id).select_for_update(no_key=True).filter(pk=group.pk)
    found = held.first()
    if found is None:
        raise GroupGoneError(group)
    return found


def _require_change(actor: User, group: Group) -> None:
    if not may_change_group(actor, group):
        raise NotOwnGroupError


def _name(group: Group, profile: GroupProfile) -> None:
    group.name, group.sort_key = profile.name, sort_key(profile.name)
    group.description = profile.description
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as taken:
        raise GroupNameTakenError(profile.name) from taken


def _fill(group: Group, profile: GroupProfile, *, members: Collection[int]) -> None:
    hold_users(group.account_id, _members_of(group) | frozenset(members))
    give_reach(group, profile.reach)
    memberships = GroupMember.objects.filter(account_id=group.account_id, group=group)
    memberships.exclude(user__in=members).delete()
    GroupMember.objects.bulk_create(
        GroupMember(account_id=group.account_id, group=group, user_id=user_id)
        for user_id in sorted(set(members) - _members_of(group))
    )
    require_lite_limit(User.objects.of_account(group.account_id).filter(pk__in=members))


def _members_of(group: Group) -> frozenset[int]:
    memberships = GroupMember.objects.filter(account_id=group.account_id, group=group)
    return frozenset(memberships.values_list("user_id", flat=True))


def _changeable_users(actor: User) -> frozenset[int]:
    roles = [role.value for role in grantable_roles(actor)]
    users = User.objects.of_account(actor.account_id).filter(role__in=roles)
    return frozenset(users.values_list("pk", flat=True))


def _state(group: Group) -> dict[str, Any]:
    users = User.objects.of_account(group.account_id).filter(pk__in=_members_of(group))
    return {
        "name": group.name,
        "description": group.description,
        "members": list(users.order_by("email").values_list("email", flat=True)),
        "organizations": describe_reach(group),
    }


def _record(group: Group, action: str, *, now: datetime, actor: User, details: dict[str, Any]) -> None:
    record_activity(
        group.account_id, at=now, action=action, subject=group.name, user=actor, about=group, details=details
    )
