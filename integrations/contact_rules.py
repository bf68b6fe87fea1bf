"""Which users of a directory become contacts, and what is read of them, as Sync Settings say. Pure."""

from dataclasses import dataclass
from uuid import UUID

from integrations.microsoft.records import DirectoryUser

GUEST = "Guest"


@dataclass(frozen=True)
class ContactRules:
    """`sku_ids` are the ticked subscriptions; None stands for all, also those found later."""

    sku_ids: frozenset[UUID] | None = None
    include_disabled: bool = True
    include_guests: bool = True
    contact_type: str = ""
    sign_in_activity: bool = False

    def cover(self, user: DirectoryUser) -> bool:
        if not self.include_disabled and not user.account_enabled:
            return False
        if not self.include_guests and user.user_type == GUEST:
            return False
        return bool(user.sku_ids if self.sku_ids is None else user.sku_ids & self.sku_ids)
