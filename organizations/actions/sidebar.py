"""How the sidebar is arranged: for a group, or for everyone else."""

from datetime import datetime

from django.db import transaction

from organizations.actions.activity import record_activity
from organizations.models import Account, Group, SidebarLayout, User
from organizations.sidebar import Arrangement


@transaction.atomic
def arrange_sidebar(
    account: Account, arrangement: Arrangement, *, now: datetime, actor: User, group: Group | None = None
) -> bool:
    """Whether it changed anything."""
    values = {
        "sections": [{"title": title, "entries": list(keys)} for title, keys in arrangement.sections],
        "hidden": sorted(arrangement.hidden),
    }
    layout = SidebarLayout.objects.of_account(account.pk).filter(group=group).first()
    if layout is not None and {name: getattr(layout, name) for name in values} == values:
        return False
    SidebarLayout.objects.update_or_create(account_id=account.pk, group=group, defaults=values)
    _record(account, "sidebar.arranged", group=group, now=now, actor=actor)
    return True


@transaction.atomic
def reset_sidebar(account: Account, *, now: datetime, actor: User, group: Group | None = None) -> bool:
    """As it is without a layout: a group has everyone's, everyone the one of the types."""
    deleted, _ = SidebarLayout.objects.of_account(account.pk).filter(group=group).delete()
    if deleted:
        _record(account, "sidebar.reset", group=group, now=now, actor=actor)
    return bool(deleted)


def _record(account: Account, action: str, *, group: Group | None, now: datetime, actor: User) -> None:
    record_activity(
        account.pk,
        at=now,
        action=action,
        subject=group.name if group is not None else "Everyone",
        user=actor,
        about=group,
    )
