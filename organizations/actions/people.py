"""Users: made, changed, deactivated. What nobody may do, whoever asks, is refused here."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from organizations.actions.activity import record_activity
from organizations.actions.holding import hold_user_and_administrators
from organizations.actions.links import withdraw_links_beyond, withdraw_links_with
from organizations.actions.reach import (
    EVERYTHING,
    LiteReachError,
    Reach,
    describe_reach,
    give_reach,
    reach_of,
    require_lite_limit,
)
from organizations.delegation import changeable_groups, grantable_roles, handed_on_groups, may_change_user
from organizations.models import Account, Group, GroupMember, User
from organizations.names import sort_key
from organizations.roles import Role
from organizations.sign_in.sessions import end_sessions
from organizations.versions import OutdatedFormError, version_of


class EmailTakenError(ValueError):
    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is a user of this account already.")


class LastAdministratorError(ValueError):
    def __init__(self) -> None:
        super().__init__(
            "Nobody else can sign in as Administrator. Make somebody else one first, and let them sign in once."
        )


class OwnAccessError(ValueError):
    def __init__(self) -> None:
        super().__init__("Your own role and access are for another Administrator or Manager to change.")


class NotGrantableError(ValueError):
    def __init__(self) -> None:
        super().__init__(
            "You can't give more than you have: only Administrators make or change Administrators."
        )


@dataclass(frozen=True)
class NewUser:
    email: str
    name: str
    role: Role
    password: str = field(repr=False)


@dataclass(frozen=True)
class Profile:
    """What is decided about a user. `groups` are ids."""

    name: str
    role: Role
    groups: frozenset[int] = frozenset()
    reach: Reach = EVERYTHING


@transaction.atomic
def create_user(account: Account, new: NewUser, *, now: datetime, actor: User | None = None) -> User:
    user = _new_user(account, new.email, Profile(new.name, new.role), now=now)
    user.set_password(new.password)
    user.save()
    record_activity(
        account.pk,
        at=now,
        action="user.created",
        subject=user.email,
        user=actor,
        about=user,
        details={"role": new.role.value},
    )
    return user


@transaction.atomic
def add_user(account: Account, email: str, *, profile: Profile, now: datetime, actor: User) -> User:
    """Somebody who can't sign in yet: `invitations.invite` lets them choose a password."""
    _require_grantable(actor, profile)
    user = _new_user(account, email, profile, now=now)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as taken:
        raise EmailTakenError(user.email) from taken
    give_reach(user, profile.reach)
    _join(user, (profile.groups & _own_to_change(actor)) | handed_on_groups(actor))
    require_lite_limit([user])
    record_activity(
        account.pk,
        at=now,
        action="user.invited",
        subject=user.email,
        user=actor,
        about=user,
        details=_state(user),
    )
    return user


@transaction.atomic
def edit_user(
    user: User, *, profile: Profile, now: datetime, actor: User, version: str | None = None
) -> User:
    """Groups that the actor may not change stay as they are. `version` is that of the user whom the actor saw."""
    user = hold_user_and_administrators(user)
    _require_change(actor, user)
    _require_grantable(actor, profile)
    before = _state(user)
    if version not in (None, version_of(before)):
        raise OutdatedFormError(user.name)
    if user.pk == actor.pk:
        _require_unchanged(user, profile)
    if profile.role is not Role.ADMINISTRATOR:
        _require_another_administrator(user)
    user.name, user.sort_key, user.role = profile.name, sort_key(profile.name), profile.role
    user.save(update_fields=["name", "sort_key", "role"])
    give_reach(user, profile.reach)
    changeable = _own_to_change(actor)
    _join(user, (profile.groups & changeable) | (_groups_of(user) - changeable))
    require_lite_limit([user])
    withdraw_links_beyond(user, now=now, actor=actor)
    _record_change(user, before, now=now, actor=actor)
    return user


def user_version(user: User) -> str:
    return version_of(_state(user))


@transaction.atomic
def deactivate_user(user: User, *, now: datetime, actor: User) -> User:
    """They can't sign in any more, and whoever is signed in as them is out with the next request."""
    user = hold_user_and_administrators(user)
    _require_change(actor, user)
    if user.pk == actor.pk:
        raise OwnAccessError
    _require_another_administrator(user)
    withdraw_links_with(user, now=now, actor=actor)
    return _set_active(user, now=now, actor=actor, is_active=False)


@transaction.atomic
def reactivate_user(user: User, *, now: datetime, actor: User) -> User:
    user = hold_user_and_administrators(user)
    _require_change(actor, user)
    return _set_active(user, now=now, actor=actor, is_active=True)


def _set_active(user: User, *, now: datetime, actor: User, is_active: bool) -> User:
    if user.is_active == is_active:
        return user
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    # Else those that lie idle meanwhile would be good again with the reactivation.
    end_sessions(user)
    action = "user.reactivated" if is_active else "user.deactivated"
    record_activity(user.account_id, at=now, action=action, subject=user.email, user=actor, about=user)
    return user


def _new_user(account: Account, email: str, profile: Profile, *, now: datetime) -> User:
    return User(
        account=account,
        email=email.strip().lower(),
        name=profile.name,
        sort_key=sort_key(profile.name),
        role=profile.role,
        all_organizations=profile.role is not Role.LITE,
        created_at=now,
    )


def _require_change(actor: User, user: User) -> None:
    if not may_change_user(actor, user):
        raise NotGrantableError


def _require_grantable(actor: User, profile: Profile) -> None:
    if profile.role not in grantable_roles(actor):
        raise NotGrantableError
    if profile.role is Role.LITE and profile.reach.everything:
        raise LiteReachError("Lite users never reach all organizations. Choose those that are theirs.")


def _require_unchanged(user: User, profile: Profile) -> None:
    if profile.role != user.role or profile.reach != reach_of(user):
        raise OwnAccessError


def _require_another_administrator(user: User) -> None:
    if Role(user.role) is not Role.ADMINISTRATOR or not user.is_active:
        return
    administrators = User.objects.of_account(user.account_id).with_role(Role.ADMINISTRATOR).able_to_sign_in()
    if not administrators.exclude(pk=user.pk).exists():
        raise LastAdministratorError


def _own_to_change(actor: User) -> frozenset[int]:
    return frozenset(changeable_groups(actor).values_list("pk", flat=True))


def _groups_of(user: User) -> frozenset[int]:
    memberships = GroupMember.objects.filter(account_id=user.account_id, user=user)
    return frozenset(memberships.values_list("group_id", flat=True))


def _join(user: User, groups: Collection[int]) -> None:
    memberships = GroupMember.objects.filter(account_id=user.account_id, user=user)
    memberships.exclude(group__in=groups).delete()
    missing = set(groups) - _groups_of(user)
    GroupMember.objects.bulk_create(
        GroupMember(account_id=user.account_id, user=user, group_id=group_id) for group_id in sorted(missing)
    )


def _state(user: User) -> dict[str, Any]:
    groups = Group.objects.of_account(user.account_id).filter(pk__in=_groups_of(user))
    return {
        "name": user.name,
        "role": str(user.role),
        "groups": list(groups.by_name().values_list("name", flat=True)),
        "organizations": describe_reach(user),
    }


def _record_change(user: User, before: dict[str, Any], *, now: datetime, actor: User) -> None:
    after = _state(user)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        record_activity(
            user.account_id,
            at=now,
            action="user.changed",
            subject=user.email,
            user=actor,
            about=user,
            details={
                "before": {name: before[name] for name in changed},
                "after": {name: after[name] for name in changed},
            },
        )
