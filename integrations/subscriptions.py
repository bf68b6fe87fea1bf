"""Subscriptions that the last syncs found, of all tenants together, as Sync Settings offer them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from integrations.microsoft.sku_names import is_recommended, sku_name


@dataclass(frozen=True)
class FoundSku:
    """`tenants` is 0 of one that is chosen, but that no tenant has any more."""

    sku_id: UUID
    part_number: str
    tenants: int = 0
    consumed: int = 0

    @property
    def name(self) -> str:
        return sku_name(self.sku_id, part_number=self.part_number)

    @property
    def is_recommended(self) -> bool:
        return is_recommended(self.sku_id, self.part_number)


def found_skus(
    tenants: Iterable[Iterable[Mapping[str, Any]]], *, chosen: Iterable[UUID] = ()
) -> list[FoundSku]:
    """Those that are recommended first, then by name; what is chosen stays on offer whatever is found."""
    found = {sku_id: FoundSku(sku_id, "") for sku_id in chosen}
    for subscription in (each for tenant in tenants for each in tenant):
        sku_id = UUID(subscription["sku_id"])
        known = found.get(sku_id, FoundSku(sku_id, ""))
        found[sku_id] = FoundSku(
            sku_id,
            known.part_number or subscription["part_number"],
            known.tenants + 1,
            known.consumed + subscription["consumed"],
        )
    return sorted(found.values(), key=lambda sku: (not sku.is_recommended, sku.name.casefold(), sku.sku_id))
