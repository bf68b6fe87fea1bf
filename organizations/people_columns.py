"""Columns of the list of users: what is looked up for a page of them at once, and how they stand."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from organizations.lists import Cell, ExtraColumn, ListColumn, number_cell
from organizations.models import Group, GroupMember, Invitation, OrganizationAccess, User
from organizations.paging import Order
from organizations.roles import Right, Role, has_right
from organizations.sign_in.factors import users_with_second_factor

#: Groups that a cell names; the rest is a number.
GROUPS_NAMED = 3


def user_columns(slug: str) -> list[ListColumn[User]]:
    def title(user: User) -> Cell:
        url = reverse("organizations:user-detail", args=[slug, user.pk])
        return Cell(user.name, url=url, icon="circle-user-round", is_title=True)

    return [
        ListColumn("name", "Name", title, order=Order("sort_key")),
        ListColumn("email", "E-mail", lambda user: Cell(user.email), order=Order("email")),
        ListColumn("role", "Role", lambda user: Cell(Role(user.role).label)),
    ]


def more_user_columns(users: Sequence[User], *, now: datetime) -> list[ExtraColumn]:
    if not users:
        return []
    groups = _groups_of(users)
    last = {user.pk: Cell("", at=user.last_login) for user in users if user.last_login}
    return [
        ExtraColumn("groups", "Groups", {pk: _group_cell(names) for pk, names in groups.items()}),
        ExtraColumn("access", "Organizations", _access_cells(users)),
        ExtraColumn("second_factor", "Second factor", _second_factors(users)),
        ExtraColumn("last_sign_in", "Last sign-in", last),
        ExtraColumn("state", "State", states_of(users, now=now)),
    ]


def states_of(users: Sequence[User], *, now: datetime) -> dict[int, Cell]:
    account_id = users[0].account_id
    unused = Invitation.objects.of_account(account_id).unused().filter(user__in=users)
    ends = dict(unused.order_by("expires_at").values_list("user_id", "expires_at"))
    return {user.pk: _state(user, ends.get(user.pk), now=now) for user in users}


def _state(user: User, invited_until: datetime | None, *, now: datetime) -> Cell:
    if not user.is_active:
        return Cell("Deactivated", tone="neutral")
    if user.has_come:
        return Cell("Active", tone="ok")
    if invited_until is None:
        return Cell("Not invited", tone="warning")
    return Cell("Invited", tone="info") if invited_until > now else Cell("Invitation expired", tone="warning")


def _second_factors(users: Sequence[User]) -> dict[int, Cell]:
    with_one = users_with_second_factor(users)
    return {user.pk: Cell("Set up", tone="ok") if user.pk in with_one else Cell("None") for user in users}


def _groups_of(users: Sequence[User]) -> dict[int, list[str]]:
    memberships = GroupMember.objects.filter(account_id=users[0].account_id, user__in=users)
    names: dict[int, list[str]] = {}
    for user_id, name in memberships.order_by("group__sort_key").values_list("user_id", "group__name"):
        names.setdefault(user_id, []).append(name)
    return names


def _group_cell(names: Sequence[str]) -> Cell:
    more = len(names) - GROUPS_NAMED
    return Cell(
        ", ".join(names[:GROUPS_NAMED]),
        subtitle=f"and {more:,} more" if more > 0 else "",
        full_text=", ".join(names),
    )


def _access_cells(users: Sequence[User]) -> dict[int, Cell]:
    """What they effectively reach, by themselves or through groups."""
    through_groups = _reaching_all_through_groups(users)
    counts = _chosen_counts(users)
    cells = {}
    for user in users:
        role = Role(user.role)
        by_group = role is not Role.LITE and user.pk in through_groups
        if has_right(role, Right.VIEW_RESTRICTED) or (user.all_organizations and role is not Role.LITE):
            cells[user.pk] = Cell("All")
        elif by_group:
            cells[user.pk] = Cell("All", subtitle="through a group")
        else:
            cells[user.pk] = Cell(f"{counts.get(user.pk, 0):,} chosen")
    return cells


def _reaching_all_through_groups(users: Sequence[User]) -> set[int]:
    groups = Group.objects.of_account(users[0].account_id).filter(all_organizations=True)
    memberships = GroupMember.objects.filter(group__in=groups, user__in=users)
    return set(memberships.values_list("user_id", flat=True))


def _chosen_counts(users: Sequence[User]) -> dict[int, int]:
    """Each organization once, however many ways lead to it."""
    access = OrganizationAccess.objects.filter(account_id=users[0].account_id)
    own = access.filter(user__in=users).order_by().values_list("user_id", "organization_id")
    by_group = (
        access.filter(group__members__user__in=users)
        .order_by()
        .values_list("group__members__user_id", "organization_id")
    )
    reached: dict[int, set[int]] = {}
    for user_id, organization_id in own.union(by_group):
        reached.setdefault(user_id, set()).add(organization_id)
    return {user_id: len(organizations) for user_id, organizations in reached.items()}


def group_columns(slug: str) -> list[ListColumn[Group]]:
    def title(group: Group) -> Cell:
        url = reverse("organizations:group-detail", args=[slug, group.pk])
        return Cell(group.name, url=url, icon="users-round", is_title=True)

    return [
        ListColumn("name", "Name", title, order=Order("sort_key")),
        ListColumn("description", "Description", lambda group: Cell(group.description)),
    ]


def more_group_columns(groups: Sequence[Group]) -> list[ExtraColumn]:
    if not groups:
        return []
    counted = Group.objects.of_account(groups[0].account_id).filter(pk__in=[group.pk for group in groups])
    people = Count("members", filter=Q(members__user__is_active=True), distinct=True)
    rows = counted.order_by().annotate(people=people, reached=Count("organization_access", distinct=True))
    figures = {pk: (people, reached) for pk, people, reached in rows.values_list("pk", "people", "reached")}
    members = {pk: number_cell(people) for pk, (people, _) in figures.items()}
    access = {
        group.pk: Cell("All" if group.all_organizations else f"{figures[group.pk][1]:,} chosen")
        for group in groups
    }
    return [
        ExtraColumn("members", "Members", members, is_number=True, hint="Active users"),
        ExtraColumn("access", "Organizations", access),
    ]
