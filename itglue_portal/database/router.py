"""Only the owner role changes the schema; the roles that serve can't, so nobody tries to with them."""

from typing import Any


class OwnerMigrates:
    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
