"""What readers have arranged for themselves and each other: read with the list it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs

from django.db.models import Value

from organizations.lists.columns import Arrangement
from organizations.lists.query import VIEW, address
from organizations.lists.spec import ListSpec
from organizations.models import ListPreference, SavedView, User
from organizations.roles import Right


@dataclass(frozen=True)
class StoredView:
    id: int
    name: str
    query: str
    columns: Sequence[Any]
    is_shared: bool
    owner_id: int
    owner_name: str


@dataclass(frozen=True)
class ViewLink:
    """A saved view as the menu offers it."""

    id: int
    name: str
    url: str
    is_current: bool
    is_shared: bool
    may_change: bool
    #: Whose it is, where it is not the reader's own.
    owner: str = ""


@dataclass(frozen=True)
class Saved:
    """How the list stands for this reader: the view that is open, if one is, and the columns."""

    views: Sequence[StoredView] = ()
    current: StoredView | None = None
    arrangement: Arrangement = field(default_factory=Arrangement)
    has_own_columns: bool = False


def saved_of(spec: ListSpec[Any]) -> Saved:
    """Columns of the open view, else the reader's own, else the list's."""
    if not spec.key or spec.user is None:
        return Saved()
    views, own = _stored(spec.key, spec.user)
    asked = spec.query.parameters.get(VIEW, "")
    current = next((view for view in views if str(view.id) == asked), None)
    columns = current.columns if current is not None and current.columns else own
    return Saved(views, current, Arrangement.of(columns), has_own_columns=bool(own))


def _stored(key: str, user: User) -> tuple[list[StoredView], Sequence[Any]]:
    """The views and the reader's own columns, in one query since every list asks."""
    views = SavedView.objects.of_list(key, user=user).order_by()
    own = ListPreference.objects.filter(account_id=user.account_id, user=user, list_key=key)
    rows = views.values_list("pk", "name", "query", "columns", "is_shared", "owner_id", "owner__name").union(
        own.values_list(Value(0), Value(""), Value(""), "columns", Value(value=False), "user_id", Value("")),
        all=True,
    )
    stored = [StoredView(*row) for row in rows]
    named = sorted((view for view in stored if view.id), key=lambda view: (view.name.casefold(), view.id))
    return named, next((view.columns for view in stored if not view.id), [])


def view_links(spec: ListSpec[Any], saved: Saved) -> list[ViewLink]:
    return [_link(spec, view, user=spec.user, saved=saved) for view in saved.views if spec.user is not None]


def _link(spec: ListSpec[Any], view: StoredView, *, user: User, saved: Saved) -> ViewLink:
    return ViewLink(
        id=view.id,
        name=view.name,
        url=address(spec.url, {**parse_qs(view.query), VIEW: [str(view.id)]}),
        is_current=view == saved.current,
        is_shared=view.is_shared,
        may_change=may_change(view, user),
        owner="" if view.owner_id == user.pk else view.owner_name,
    )


class Owned(Protocol):
    @property
    def owner_id(self) -> int: ...

    @property
    def is_shared(self) -> bool: ...


def may_change(view: Owned, user: User) -> bool:
    """Their own; and of shared ones those of people who left them behind, for Administrators."""
    return view.owner_id == user.pk or (view.is_shared and user.has(Right.MANAGE_ACCOUNT))
