"""What a complete reading of a tenant means for its license assets. Pure: values in, a plan out.

The plan is idempotent (the same reading again changes nothing) and does not depend on the order of anything.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from integrations.guard import is_much


class Status(StrEnum):
    ACTIVE = "Active"
    OVER_ASSIGNED = "Over-assigned"
    WARNING = "Warning"
    SUSPENDED = "Suspended"
    LOCKED_OUT = "Locked out"
    NO_UNITS = "No units"


@dataclass(frozen=True, slots=True)
class Units:
    """Of one SKU in one tenant, as Microsoft counts them; `consumed` may exceed what is there."""

    enabled: int = 0
    warning: int = 0
    suspended: int = 0
    locked_out: int = 0
    consumed: int = 0

    @property
    def active(self) -> int:
        return self.enabled

    @property
    def unused(self) -> int:
        return max(0, self.enabled - self.consumed)

    @property
    def assignable(self) -> int:
        """Expired units in grace still work for their users."""
        return self.enabled + self.warning

    @property
    def over_assigned(self) -> int:
        return max(0, self.consumed - self.assignable) if self.assignable else 0

    @property
    def status(self) -> Status:
        """Judged by the numbers: Microsoft's own status says Enabled of SKUs without a single enabled unit."""
        if self.over_assigned:
            return Status.OVER_ASSIGNED
        if self.enabled:
            return Status.WARNING if self.warning else Status.ACTIVE
        ended = (
            (self.warning, Status.WARNING),
            (self.suspended, Status.SUSPENDED),
            (self.locked_out, Status.LOCKED_OUT),
        )
        return next((status for units, status in ended if units), Status.NO_UNITS)


@dataclass(frozen=True, slots=True)
class License:
    """One SKU of a tenant as it should stand in the portal; holders are contact ids.

    `users` is how many Microsoft lists with it, whether or not each is a contact.
    """

    sku_id: UUID
    name: str
    part_number: str
    units: Units
    holders: frozenset[int] = frozenset()
    details: tuple[tuple[str, str], ...] = ()
    users: int = 0

    @property
    def traits(self) -> dict[str, Any]:
        """By the field keys of the Microsoft Licenses type."""
        return {
            "license-name": self.name,
            "sku": self.part_number,
            "status": self.units.status.value,
            "active": self.units.active,
            "consumed": self.units.consumed,
            "unused": self.units.unused,
            "suspended": self.units.suspended + self.units.locked_out,
            "warning": self.units.warning,
        }

    @property
    def digest(self) -> str:
        return _digest([self.traits, self.units.locked_out, self.details])

    @property
    def holder_count(self) -> int:
        return max(self.users, len(self.holders))

    @property
    def holders_digest(self) -> str:
        """Of the contacts alone when every holder is one, as in nearly all tenants."""
        tagged = sorted(self.holders)
        return _digest(tagged if self.holder_count == len(tagged) else [tagged, self.holder_count])


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Stored:
    """What the portal knows of one SKU of the tenant."""

    sku_id: UUID
    digest: str
    holders_digest: str
    holder_count: int
    consumed: int
    is_orphaned: bool


@dataclass(frozen=True, slots=True)
class Plan:
    create: tuple[License, ...]
    update: tuple[License, ...]
    retag: tuple[License, ...]
    orphan: tuple[UUID, ...]
    unchanged: int
    held: str
    #: What is not taken away because of the doubts: licenses, and how many holders of which license.
    withheld: tuple[UUID, ...] = ()
    withheld_holders: tuple[tuple[UUID, int], ...] = ()

    @property
    def writes_nothing(self) -> bool:
        return not (self.create or self.update or self.retag or self.orphan)


def license_key(sku_id: UUID) -> str:
    """What a person accepts when a license may vanish."""
    return f"{_LICENSE}:{sku_id}"


def holders_key(sku_id: UUID, *, gone: int) -> str:
    """What a person accepts when so many holders of a license may vanish; fewer may then too."""
    return f"{_HOLDERS}:{sku_id}:{gone}"


_LICENSE, _HOLDERS = "license", "holders"


def plan(
    stored: Iterable[Stored], licenses: Iterable[License], *, approved: Collection[str] = frozenset()
) -> Plan:
    """`approved` are the keys of what may vanish without doubt; whatever is gone beyond that is judged as a whole."""
    known = {row.sku_id: row for row in stored}
    read = {license_.sku_id: license_ for license_ in licenses}
    vanished, lost = tuple(sorted(_vanished(known, read), key=str)), _lost_holders(known, read)
    about_skus = "" if _may_vanish(vanished, approved) else _doubts_about_skus(known, read)
    about_holders = "" if _may_lose(lost, approved) else _doubts_about_holders(known, read)
    present = sorted((sku_id for sku_id in read if sku_id in known), key=str)
    update = tuple(
        read[sku_id]
        for sku_id in present
        if known[sku_id].is_orphaned or known[sku_id].digest != read[sku_id].digest
    )
    differing = (
        read[sku_id] for sku_id in present if known[sku_id].holders_digest != read[sku_id].holders_digest
    )
    retag = () if about_holders else tuple(differing)
    create = tuple(read[sku_id] for sku_id in sorted(read.keys() - known.keys(), key=str))
    touched = {license_.sku_id for license_ in (*update, *retag)}
    return Plan(
        create=create,
        update=update,
        retag=retag,
        orphan=() if about_skus else vanished,
        unchanged=len(present) - len(touched),
        held=" ".join(filter(None, (about_skus, about_holders))),
        withheld=vanished if about_skus else (),
        withheld_holders=lost if about_holders else (),
    )


def _may_vanish(vanished: Iterable[UUID], approved: Collection[str]) -> bool:
    return all(license_key(sku_id) in approved for sku_id in vanished)


def _may_lose(lost: Iterable[tuple[UUID, int]], approved: Collection[str]) -> bool:
    keys = (key.split(":") for key in approved)
    accepted = {UUID(key[1]): int(key[2]) for key in keys if key[0] == _HOLDERS}
    return all(gone <= accepted.get(sku_id, 0) for sku_id, gone in lost)


def _vanished(known: Mapping[UUID, Stored], read: Collection[UUID]) -> list[UUID]:
    return [sku_id for sku_id, row in known.items() if not row.is_orphaned and sku_id not in read]


def _lost_holders(known: Mapping[UUID, Stored], read: Mapping[UUID, License]) -> tuple[tuple[UUID, int], ...]:
    both = sorted(known.keys() & read.keys(), key=str)
    lost = ((sku_id, known[sku_id].holder_count - read[sku_id].holder_count) for sku_id in both)
    return tuple((sku_id, gone) for sku_id, gone in lost if gone > 0)


def _doubts_about_skus(known: Mapping[UUID, Stored], read: Mapping[UUID, License]) -> str:
    """Judged against all that is known or read, so that the same answer is judged the same again after what is new in
    it was created."""
    here = len({sku_id for sku_id, row in known.items() if not row.is_orphaned} | read.keys())
    gone = len(_vanished(known, read))
    if not is_much(gone, of=here):
        return ""
    return f"{gone} of {here} licenses are missing from Microsoft's answer; none was marked as orphaned."


def _doubts_about_holders(known: Mapping[UUID, Stored], read: Mapping[UUID, License]) -> str:
    """Holders gone from the user list whom Microsoft's own count of consumed units still includes.

    The two may lag behind each other: a count that fell in an earlier sync no longer falls, but fits the list now.
    """
    both = known.keys() & read.keys()
    before = sum(known[sku_id].holder_count for sku_id in both)
    gone = before - sum(read[sku_id].holder_count for sku_id in both)
    released = sum(known[sku_id].consumed - read[sku_id].units.consumed for sku_id in both)
    unexplained = sum(max(0, read[sku_id].units.consumed - read[sku_id].holder_count) for sku_id in both)
    new = sum(read[sku_id].holder_count for sku_id in read.keys() - known.keys())
    if not is_much(gone, of=before + new) or 2 * released >= gone or 2 * unexplained < gone:
        return ""
    return (
        f"{gone} of {before} license holders are missing from Microsoft's user list; all of them stay tagged."
    )
