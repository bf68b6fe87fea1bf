"""What one simulated tenant holds: its people, its subscriptions and who uses which SKU."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from integrations.microsoft.simulator.catalog import Sku


class Status(StrEnum):
    ENABLED = "Enabled"
    WARNING = "Warning"
    SUSPENDED = "Suspended"
    LOCKED_OUT = "LockedOut"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class Assignment:
    sku_id: str
    group_id: str | None = None
    error: str = "None"
    disabled_plans: tuple[str, ...] = ()

    @property
    def is_effective(self) -> bool:
        return self.error == "None"


@dataclass(frozen=True, slots=True)
class SimulatedUser:
    id: str
    serial: int
    user_principal_name: str
    display_name: str | None
    given_name: str | None
    surname: str | None
    mail: str | None
    job_title: str | None
    department: str | None
    usage_location: str
    created_at: datetime
    account_enabled: bool = True
    user_type: str = "Member"
    last_sign_in_at: datetime | None = None
    aliases: tuple[str, ...] = ()
    business_phones: tuple[str, ...] = ()
    mobile_phone: str | None = None
    assignments: tuple[Assignment, ...] = ()

    @property
    def sku_ids(self) -> tuple[str, ...]:
        """Each SKU once, even when it is assigned both directly and by a group."""
        return tuple(dict.fromkeys(each.sku_id for each in self.assignments if each.is_effective))


@dataclass(frozen=True, slots=True)
class SimulatedSubscription:
    id: str
    sku: Sku
    status: Status
    total: int
    created_at: datetime
    next_lifecycle_at: datetime | None
    owner_tenant_id: str | None
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class SkuPool:
    """All subscriptions of one SKU; Microsoft reports them as one."""

    sku: Sku
    subscriptions: tuple[SimulatedSubscription, ...]
    discrepancy: int = 0
    claimed_status: str | None = None

    def units(self, status: Status) -> int:
        return sum(each.total for each in self.subscriptions if each.status == status)

    @property
    def capability_status(self) -> str:
        held = (status for status in Status if self.units(status))
        return self.claimed_status or next(held, Status.DELETED)


@dataclass(frozen=True, slots=True)
class License:
    """The truth about one SKU of one tenant, for tests to compare with."""

    sku_id: str
    part_number: str
    enabled: int
    warning: int
    suspended: int
    locked_out: int
    consumed: int
    applies_to: str
    holders: tuple[str, ...]


@dataclass(slots=True)
class Census:
    users: dict[str, SimulatedUser] = field(default_factory=dict)
    pools: dict[str, SkuPool] = field(default_factory=dict)
    next_serial: int = 1

    def enroll(self, user: SimulatedUser) -> None:
        self.users[user.id] = user
        self.next_serial = max(self.next_serial, user.serial + 1)

    def holders(self) -> dict[str, list[str]]:
        holders: dict[str, list[str]] = defaultdict(list)
        for user in self.users.values():
            for sku_id in user.sku_ids:
                holders[sku_id].append(user.user_principal_name)
        return holders

    def licenses(self) -> tuple[License, ...]:
        holders = self.holders()
        return tuple(_license(pool, tuple(holders.get(pool.sku.id, ()))) for pool in self.pools.values())


def _license(pool: SkuPool, holders: tuple[str, ...]) -> License:
    return License(
        sku_id=pool.sku.id,
        part_number=pool.sku.part_number,
        enabled=pool.units(Status.ENABLED),
        warning=pool.units(Status.WARNING),
        suspended=pool.units(Status.SUSPENDED),
        locked_out=pool.units(Status.LOCKED_OUT),
        consumed=len(holders) + pool.discrepancy,
        applies_to=pool.sku.applies_to,
        holders=holders,
    )
