"""What a user arranges for themselves in lists: columns, and views under a name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from organizations.models import ListPreference, SavedView, User

LONGEST_NAME = 100
#: Views of one list that a user may have: more than a menu shows.
MOST_VIEWS = 100


class ViewRefusedError(ValueError):
    """A view can't be called this; the message says why, fit for a person."""


@transaction.atomic
def arrange_columns(user: User, list_key: str, *, columns: Sequence[Any]) -> None:
    """Pairs of key and width in the order shown."""
    ListPreference.objects.update_or_create(
        account_id=user.account_id, user=user, list_key=list_key, defaults={"columns": list(columns)}
    )


@transaction.atomic
def restore_columns(user: User, list_key: str) -> None:
    ListPreference.objects.filter(account_id=user.account_id, user=user, list_key=list_key).delete()


@transaction.atomic
def save_view(  # noqa: PLR0913 - a view has this many parts
    user: User,
    list_key: str,
    *,
    name: str,
    query: str,
    columns: Sequence[Any],
    is_shared: bool,
    now: datetime,
) -> SavedView:
    """Under the name of one that the user has already it takes its place."""
    name = _usable(name)
    mine = SavedView.objects.of_account(user.account_id).filter(owner=user, list_key=list_key)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_VIEWS:
        raise ViewRefusedError(f"A list keeps {MOST_VIEWS} views of yours. Delete one first.")
    view, _ = SavedView.objects.update_or_create(
        account_id=user.account_id,
        owner=user,
        list_key=list_key,
        name=name,
        defaults={"query": query, "columns": list(columns), "is_shared": is_shared},
        create_defaults={
            "query": query, "columns": list(columns), "is_shared": is_shared, "created_at": now,
        },
    )  # fmt: skip
    return view


@transaction.atomic
def rename_view(view: SavedView, *, name: str) -> SavedView:
    view.name = _usable(name)
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError:
        raise ViewRefusedError(f"There is a view {view.name} already.") from None
    return view


@transaction.atomic
def delete_view(view: SavedView) -> None:
    view.delete()


def _usable(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise ViewRefusedError("Give the view a name.")
    if len(name) > LONGEST_NAME:
        raise ViewRefusedError(f"A name has at most {LONGEST_NAME} letters.")
    return name
