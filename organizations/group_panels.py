"""Registry of what higher apps add to groups: a part of a group's page, and what a group means to them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from organizations.models import Group, User


class GroupPart(Protocol):
    """A fieldset inside the form of a group, read and saved together with it."""

    def is_valid(self) -> bool: ...

    def save(self, group: Group, *, now: datetime, actor: User) -> None: ...

    def fragment(self, request: HttpRequest) -> SafeString: ...


class GroupPanel(Protocol):
    def part(self, data: QueryDict | None, *, group: Group | None, actor: User) -> GroupPart: ...

    def guarded(self, account_id: int) -> Collection[int]:
        """Groups that take something away from their members, whom therefore only Administrators let go."""

    def losses(self, group: Group) -> Sequence[str]:
        """What goes when the group is deleted, a sentence each."""


_panels: list[GroupPanel] = []


def register_group_panel(panel: GroupPanel) -> None:
    _panels.append(panel)


def group_parts(data: QueryDict | None, *, group: Group | None, actor: User) -> list[GroupPart]:
    return [panel.part(data, group=group, actor=actor) for panel in _panels]


def guarded_groups(account_id: int) -> frozenset[int]:
    return frozenset(group_id for panel in _panels for group_id in panel.guarded(account_id))


def losses_with(group: Group) -> list[str]:
    return [loss for panel in _panels for loss in panel.losses(group)]
