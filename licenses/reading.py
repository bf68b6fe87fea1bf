"""What a sync reads of a tenant's licenses, and what that says of each SKU."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from integrations.contacts.holders import Holder
from integrations.microsoft.records import CompanySubscription, DirectoryUser, SubscribedSku
from integrations.microsoft.sku_names import sku_name
from licenses.actions import SkuFacts
from licenses.reconcile import License, Units


@dataclass(frozen=True)
class Holders:
    """The users who hold at least one license, gone through as often as need be. A large directory stays on disk."""

    users: Iterable[DirectoryUser]

    def __iter__(self) -> Iterator[DirectoryUser]:
        return (user for user in self.users if user.sku_ids)


@dataclass(frozen=True)
class LicenseReading:
    """Everything Microsoft says of a tenant's licenses; `holders` can be gone through more than once."""

    skus: tuple[SubscribedSku, ...]
    subscriptions: tuple[CompanySubscription, ...]
    holders: Iterable[DirectoryUser]


@dataclass
class Holding:
    """Who has one of the licenses: contacts, by id, and how many users that are, contacts or not."""

    contacts: set[int] = field(default_factory=set)
    users: int = 0


class Holdings(dict[UUID, Holding]):
    """By SKU."""

    def add(self, holders: Iterable[Holder]) -> None:
        for user, contact_id in holders:
            for sku_id in user.sku_ids:
                holding = self.setdefault(sku_id, Holding())
                holding.users += 1
                if contact_id is not None:
                    holding.contacts.add(contact_id)


def holdings_of(holders: Iterable[Holder]) -> Holdings:
    holdings = Holdings()
    holdings.add(holders)
    return holdings


def facts_of(reading: LicenseReading, holdings: Mapping[UUID, Holding]) -> dict[UUID, SkuFacts]:
    subscriptions: dict[UUID, list[CompanySubscription]] = {}
    for subscription in reading.subscriptions:
        subscriptions.setdefault(subscription.sku_id, []).append(subscription)
    return {
        sku.sku_id: _facts(sku, subscriptions.get(sku.sku_id, []), holdings.get(sku.sku_id, Holding()))
        for sku in reading.skus
    }


def _facts(sku: SubscribedSku, subscriptions: list[CompanySubscription], holding: Holding) -> SkuFacts:
    is_trial = bool(subscriptions) and all(subscription.is_trial for subscription in subscriptions)
    next_lifecycle_at = _earliest(subscription.next_lifecycle_at for subscription in subscriptions)
    return SkuFacts(
        license=License(
            sku_id=sku.sku_id,
            name=sku_name(sku.sku_id, part_number=sku.part_number),
            part_number=sku.part_number,
            units=Units(sku.enabled, sku.warning, sku.suspended, sku.locked_out, sku.consumed),
            holders=frozenset(holding.contacts),
            users=holding.users,
            details=(
                ("applies-to", sku.applies_to),
                ("capability-status", sku.capability_status),
                ("trial", str(is_trial)),
                ("next-lifecycle", next_lifecycle_at.isoformat() if next_lifecycle_at else ""),
            ),
        ),
        applies_to=sku.applies_to,
        capability_status=sku.capability_status,
        is_trial=is_trial,
        next_lifecycle_at=next_lifecycle_at,
    )


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
