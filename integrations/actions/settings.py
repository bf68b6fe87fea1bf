"""Saving Sync Settings."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from integrations.models import Integration, SyncSettings
from integrations.steps import registered_steps
from organizations.actions import record_activity
from organizations.models import User


class UnknownStepError(ValueError):
    """Settings name a step that no app registered."""


@transaction.atomic
def save_sync_settings(
    integration: Integration, *, steps: Collection[str], now: datetime, actor: User | None = None
) -> SyncSettings:
    known = [step.key for step in registered_steps()]
    unknown = set(steps) - set(known)
    if unknown:
        raise UnknownStepError(f"Unknown sync steps: {', '.join(sorted(unknown))}.")
    row = SyncSettings.objects.select_for_update().get(
        account_id=integration.account_id, integration=integration
    )
    before, row.steps = row.steps, [key for key in known if key in steps]
    row.save(update_fields=["steps"])
    record_activity(
        integration.account_id,
        at=now,
        action="sync-settings.saved",
        subject=integration.name,
        user=actor,
        details={"before": before, "after": row.steps},
    )
    return row
