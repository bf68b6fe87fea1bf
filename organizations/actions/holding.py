"""Rows held until the end of the transaction, and read anew: what was decided before may not be so any more.

Groups come before users, users before invitations and memberships, and several in one order: nobody waits in a circle.
"""

from collections.abc import Collection

from django.db.models import Q

from organizations.models import User
from organizations.roles import Role


def hold_user(user: User) -> User:
    return User.objects.of_account(user.account_id).select_for_update(no_key=True).get(pk=user.pk)


def hold_users(account_id: int, ids: Collection[int]) -> list[User]:
    users = User.objects.of_account(account_id).filter(pk__in=ids)
    return list(users.select_for_update(no_key=True).order_by("pk"))


def hold_user_and_administrators(user: User) -> User:
    """Of two Administrators who demote each other at the same moment the second sees what the first has done."""
    users = User.objects.of_account(user.account_id).filter(Q(pk=user.pk) | Q(role=Role.ADMINISTRATOR.value))
    held = users.select_for_update(no_key=True).order_by("pk")
    return next(each for each in held if each.pk == user.pk)
