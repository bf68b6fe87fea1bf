"""Reads of license records."""

from typing import TYPE_CHECKING, Self

from organizations.querysets import AccountQuerySet

if TYPE_CHECKING:
    from licenses.models import LicenseRecord


class LicenseQuerySet(AccountQuerySet["LicenseRecord"]):
    def of_tenant(self, match_id: int) -> Self:
        return self.filter(match_id=match_id)
