"""Changes to a running tenant, as an admin or Microsoft would make them: for drills and tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.microsoft.simulator import catalog
from integrations.microsoft.simulator.census import (
    Assignment,
    Census,
    SimulatedSubscription,
    SimulatedUser,
    SkuPool,
    Status,
)
from integrations.microsoft.simulator.identifiers import guid

Editing = Callable[[], AbstractContextManager[Census]]


class Editor:
    """People are named by their user principal name or id, SKUs by their id or part number."""

    def __init__(self, editing: Editing, *, tenant_id: str, epoch: datetime) -> None:
        self._editing = editing
        self._tenant_id = tenant_id
        self._epoch = epoch

    def suspend_sku(self, sku: str) -> None:
        self._move_units(sku, status=Status.SUSPENDED)

    def expire_sku(self, sku: str) -> None:
        self._move_units(sku, status=Status.WARNING)

    def lock_out_sku(self, sku: str) -> None:
        self._move_units(sku, status=Status.LOCKED_OUT)

    def reactivate_sku(self, sku: str) -> None:
        self._move_units(sku, status=Status.ENABLED)

    def remove_sku(self, sku: str) -> None:
        with self._editing() as census:
            pool = census.pools.pop(_pool(census, sku).sku.id)
            for user in list(census.users.values()):
                census.users[user.id] = _without(user, pool.sku.id)

    def strand_sku(self, sku: str) -> None:
        """The SKU is gone from the tenant's list, but its people are still said to hold it."""
        with self._editing() as census:
            del census.pools[_pool(census, sku).sku.id]

    def add_sku(self, part_number: str, *, enabled: int) -> None:
        sku = catalog.BY_PART_NUMBER[part_number]
        with self._editing() as census:
            census.pools[sku.id] = SkuPool(sku, (self._subscription(sku, Status.ENABLED, enabled),))

    def set_units(
        self, sku: str, *, enabled: int = 0, warning: int = 0, suspended: int = 0, locked_out: int = 0
    ) -> None:
        totals = {
            Status.ENABLED: enabled,
            Status.WARNING: warning,
            Status.SUSPENDED: suspended,
            Status.LOCKED_OUT: locked_out,
        }
        with self._editing() as census:
            pool = _pool(census, sku)
            made = tuple(
                self._subscription(pool.sku, status, total) for status, total in totals.items() if total
            )
            census.pools[pool.sku.id] = replace(pool, subscriptions=made)

    def add_user(self, user_principal_name: str, **properties: Any) -> SimulatedUser:
        with self._editing() as census:
            user = replace(self._newcomer(user_principal_name, serial=census.next_serial), **properties)
            census.enroll(user)
        return user

    def change_user(self, user: str, **properties: Any) -> None:
        with self._editing() as census:
            found = _user(census, user)
            census.users[found.id] = replace(found, **properties)

    def remove_user(self, user: str) -> None:
        with self._editing() as census:
            del census.users[_user(census, user).id]

    def assign(self, user: str, sku: str) -> None:
        with self._editing() as census:
            found, sku_id = _user(census, user), _sku_id(sku)
            if sku_id not in found.sku_ids:
                census.users[found.id] = replace(found, assignments=(*found.assignments, Assignment(sku_id)))

    def unassign(self, user: str, sku: str) -> None:
        with self._editing() as census:
            found = _user(census, user)
            census.users[found.id] = _without(found, _sku_id(sku))

    def _move_units(self, sku: str, *, status: Status) -> None:
        with self._editing() as census:
            pool = _pool(census, sku)
            moved = tuple(replace(each, status=status) for each in pool.subscriptions)
            census.pools[pool.sku.id] = replace(pool, subscriptions=moved, claimed_status=None)

    def _newcomer(self, user_principal_name: str, *, serial: int) -> SimulatedUser:
        return SimulatedUser(
            id=guid(self._tenant_id, "user", serial),
            serial=serial,
            user_principal_name=user_principal_name,
            display_name=user_principal_name.partition("@")[0],
            given_name=None,
            surname=None,
            mail=user_principal_name,
            job_title=None,
            department=None,
            usage_location="US",
            created_at=self._epoch,
        )

    def _subscription(self, sku: catalog.Sku, status: Status, total: int) -> SimulatedSubscription:
        return SimulatedSubscription(
            id=guid(self._tenant_id, "subscription", sku.id, status),
            sku=sku,
            status=status,
            total=total,
            created_at=self._epoch,
            next_lifecycle_at=self._epoch + timedelta(days=30),
            owner_tenant_id=None,
        )


def edits() -> Iterator[str]:
    """The names of all changes, for a remote control to choose from."""
    return (name for name in vars(Editor) if not name.startswith("_"))


def _user(census: Census, user: str) -> SimulatedUser:
    for each in census.users.values():
        if user in {each.id, each.user_principal_name}:
            return each
    raise KeyError(user)


def _pool(census: Census, sku: str) -> SkuPool:
    return census.pools[_sku_id(sku)]


def _sku_id(sku: str) -> str:
    return catalog.BY_PART_NUMBER[sku].id if sku in catalog.BY_PART_NUMBER else sku


def _without(user: SimulatedUser, sku_id: str) -> SimulatedUser:
    return replace(user, assignments=tuple(each for each in user.assignments if each.sku_id != sku_id))
