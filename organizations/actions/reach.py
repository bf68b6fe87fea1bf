"""Which organizations a user or a group reaches: all of the account, or those chosen."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from organizations.actions.holding import hold_users
from organizations.models import Group, OrganizationAccess, User
from organizations.roles import Role

#: Users with the role Lite are clients: they look at their own few organizations.
LITE_LIMIT = 5


class LiteReachError(ValueError):
    """Somebody with the role Lite would reach more than that role may; the message says who."""


@dataclass(frozen=True)
class Reach:
    everything: bool = False
    organizations: frozenset[int] = frozenset()


EVERYTHING, NOTHING = Reach(everything=True), Reach()


def reach_of(owner: User | Group) -> Reach:
    return Reach(owner.all_organizations, frozenset(_chosen(owner).values_list("organization_id", flat=True)))


def give_reach(owner: User | Group, reach: Reach) -> None:
    wanted = frozenset() if reach.everything else reach.organizations
    chosen = _chosen(owner)
    chosen.exclude(organization__in=wanted).delete()
    missing = wanted - set(chosen.values_list("organization_id", flat=True))
    user, group = (owner, None) if isinstance(owner, User) else (None, owner)
    OrganizationAccess.objects.bulk_create(
        OrganizationAccess(account_id=owner.account_id, user=user, group=group, organization_id=pk)
        for pk in sorted(missing)
    )
    owner.all_organizations = reach.everything
    owner.save(update_fields=["all_organizations"])


def require_lite_limit(users: Collection[User]) -> None:
    """Asked after every change, of those whose reach it may have changed: by their role, their own choice or a group.

    They are held, so that two changes at once, each within the limit, don't go beyond it together.
    """
    lite = [user for user in users if Role(user.role) is Role.LITE]
    for user in hold_users(lite[0].account_id, [each.pk for each in lite]) if lite else []:
        if user.all_organizations:
            raise LiteReachError(f"Lite users never reach all organizations. Choose up to {LITE_LIMIT}.")
        reached = user.reach().distinct().count()
        if reached > LITE_LIMIT:
            raise LiteReachError(
                f"{user.name} has the role Lite and would reach {reached} organizations, counting those of groups. "
                f"Lite users reach at most {LITE_LIMIT}."
            )


def describe_reach(owner: User | Group) -> str | list[str]:
    """For the activity log."""
    if owner.all_organizations:
        return "all"
    return sorted(_chosen(owner).values_list("organization__name", flat=True))


def _chosen(owner: User | Group) -> QuerySet[OrganizationAccess]:
    access = OrganizationAccess.objects.filter(account_id=owner.account_id)
    return access.filter(user=owner) if isinstance(owner, User) else access.filter(group=owner)
