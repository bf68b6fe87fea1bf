"""Whom and what a user may manage: nobody gives more than they have, nor takes from those who have more."""

from organizations.group_panels import guarded_groups
from organizations.models import Group, User
from organizations.policies import visible_groups
from organizations.querysets import GroupQuerySet
from organizations.roles import RIGHTS, Right, Role


def grantable_roles(actor: User) -> list[Role]:
    return [role for role in Role if RIGHTS[role] <= RIGHTS[Role(actor.role)]]


def may_change_user(actor: User, user: User) -> bool:
    return actor.has(Right.MANAGE_USERS) and Role(user.role) in grantable_roles(actor)


def changeable_groups(actor: User) -> GroupQuerySet:
    """Who does not see everything anyway has their own groups alone, since any other may open what is restricted."""
    groups = visible_groups(actor)
    if not actor.has(Right.MANAGE_USERS):
        return groups.none()
    if actor.has(Right.VIEW_RESTRICTED):
        return groups
    return groups.filter(pk__in=actor.group_ids).exclude(pk__in=guarded_groups(actor.account_id))


def may_change_group(actor: User, group: Group) -> bool:
    return changeable_groups(actor).filter(pk=group.pk).exists()


def handed_on_groups(actor: User) -> frozenset[int]:
    """Groups that whoever they invite joins as well: what is denied them they can't see by another's eyes."""
    if actor.has(Right.VIEW_RESTRICTED) or not actor.group_ids:
        return frozenset()
    return guarded_groups(actor.account_id) & frozenset(actor.group_ids)
