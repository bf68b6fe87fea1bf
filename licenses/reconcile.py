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
    """One SKU of a tenant as it should stand in the portal; holders are contact ids."""

    sku_id: UUID
    name: str
    part_number: str
    units: Units
    holders: frozenset[int] = frozenset()
    details: tuple[tuple[str, str], ...] = ()

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
    def holders_digest(self) -> str:
        return _digest(sorted(self.holders))


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

    @property
    def writes_nothing(self) -> bool:
        return not (self.create or self.update or self.retag or self.orphan)


def plan(stored: Iterable[Stored], licenses: Iterable[License]) -> Plan:
    known = {row.sku_id: row for row in stored}
    read = {license_.sku_id: license_ for license_ in licenses}
    doubts = _doubts_about_skus(known, read), _doubts_about_holders(known, read)
    present = sorted((sku_id for sku_id in read if sku_id in known), key=str)
    update = tuple(
        read[sku_id]
        for sku_id in present
        if known[sku_id].is_orphaned or known[sku_id].digest != read[sku_id].digest
    )
    differing = (
        read[sku_id] for sku_id in present if known[sku_id].holders_digest != read[sku_id].holders_digest
    )
    retag = () if doubts[1] else tuple(differing)
    create = tuple(read[sku_id] for sku_id in sorted(read.keys() - known.keys(), key=str))
    touched = {license_.sku_id for license_ in (*update, *retag)}
    vanished = sorted(_vanished(known, read), key=str)
    return Plan(
        create=create,
        update=update,
        retag=retag,
        orphan=() if doubts[0] else tuple(vanished),
        unchanged=len(present) - len(touched),
        held=" ".join(filter(None, doubts)),
    )


# The deletion guard. What is gone from a complete answer is usually gone; when much is gone at once, it is more often
# the answer that is wrong, and a person decides.

_FEW = 3
_SHARE = 0.2


def _is_much(gone: int, *, of: int) -> bool:
    return gone > 0 and (gone >= of or gone > max(_FEW, _SHARE * of))


def _vanished(known: Mapping[UUID, Stored], read: Collection[UUID]) -> list[UUID]:
    return [sku_id for sku_id, row in known.items() if not row.is_orphaned and sku_id not in read]


def _doubts_about_skus(known: Mapping[UUID, Stored], read: Mapping[UUID, License]) -> str:
    """Judged against all that is known or read, so that the same answer is judged the same again after what is new in
    it was created."""
    here = len({sku_id for sku_id, row in known.items() if not row.is_orphaned} | read.keys())
    gone = len(_vanished(known, read))
    if not _is_much(gone, of=here):
        return ""
    return f"{gone} of {here} licenses are missing from Microsoft's answer; none was marked as orphaned."


def _doubts_about_holders(known: Mapping[UUID, Stored], read: Mapping[UUID, License]) -> str:
    """Holders gone from the user list whom Microsoft's own count of consumed units still includes.

    The two may lag behind each other: a count that fell in an earlier sync no longer falls, but fits the list now.
    """
    both = known.keys() & read.keys()
    before = sum(known[sku_id].holder_count for sku_id in both)
    gone = before - sum(len(read[sku_id].holders) for sku_id in both)
    released = sum(known[sku_id].consumed - read[sku_id].units.consumed for sku_id in both)
    unexplained = sum(max(0, read[sku_id].units.consumed - len(read[sku_id].holders)) for sku_id in both)
    new = sum(len(read[sku_id].holders) for sku_id in read.keys() - known.keys())
    if not _is_much(gone, of=before + new) or 2 * released >= gone or 2 * unexplained < gone:
        return ""
    return (
        f"{gone} of {before} license holders are missing from Microsoft's user list; all of them stay tagged."
    )
