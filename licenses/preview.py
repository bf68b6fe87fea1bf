"""What a license sync would change, in words for a preview."""

from collections.abc import Sequence
from typing import Any

from integrations.steps import Change, TenantContext


def planned_changes(context: TenantContext, reading: Any) -> Sequence[Change]:
    raise NotImplementedError
