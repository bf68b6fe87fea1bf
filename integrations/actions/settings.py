"""Saving Sync Settings."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from integrations.access import hold_integration
from integrations.actions.runs import schedule_next
from integrations.models import Integration, SyncSettings
from integrations.states import IntegrationStatus, Notify, Schedule
from integrations.steps import registered_steps
from organizations.actions import record_activity
from organizations.models import User


class UnknownStepError(ValueError):
    """Settings name a step that no app registered."""


@dataclass(frozen=True)
class SyncChoices:
    """Whose users become contacts, when to sync, and whom to tell; `contact_skus` None stands for all, also later ones."""

    contact_skus: frozenset[UUID] | None = None
    include_disabled: bool = True
    include_guests: bool = True
    contact_type: str = ""
    sign_in_activity: bool = False
    schedule: Schedule = Schedule.HOURLY
    daily_at: int = 2
    notify: Notify = Notify.NEVER
    notify_emails: tuple[str, ...] = ()

    def as_columns(self) -> dict[str, Any]:
        skus = self.contact_skus
        return {
            "contact_skus": None if skus is None else sorted(map(str, skus)),
            "include_disabled": self.include_disabled,
            "include_guests": self.include_guests,
            "contact_type": self.contact_type,
            "sign_in_activity": self.sign_in_activity,
            "schedule": self.schedule,
            "daily_at": self.daily_at,
            "notify": self.notify,
            "notify_emails": list(self.notify_emails),
        }


@transaction.atomic
def save_sync_settings(
    integration: Integration,
    *,
    steps: Collection[str],
    choices: SyncChoices | None = None,
    now: datetime,
    actor: User | None = None,
) -> SyncSettings:
    """Takes effect with the next sync; without `choices` only what is ticked changes."""
    known = [step.key for step in registered_steps()]
    unknown = set(steps) - set(known)
    if unknown:
        raise UnknownStepError(f"Unknown sync steps: {', '.join(sorted(unknown))}.")
    locked = hold_integration(integration.pk)
    row = SyncSettings.objects.select_for_update().get(
        account_id=integration.account_id, integration=integration
    )
    wanted = {"steps": [key for key in known if key in steps]}
    changes = _changes(row, wanted | (choices.as_columns() if choices else {}))
    for name, (_, after) in changes.items():
        setattr(row, name, after)
    row.save(update_fields=list(changes))
    if locked.status == IntegrationStatus.CONNECTED:
        schedule_next(locked, now=now)
    record_activity(
        integration.account_id,
        at=now,
        action="sync-settings.saved",
        subject=integration.name,
        user=actor,
        about=integration,
        details={
            "before": {name: before for name, (before, _) in changes.items()},
            "after": {name: after for name, (_, after) in changes.items()},
        },
    )
    return row


def _changes(row: SyncSettings, wanted: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value
    }
