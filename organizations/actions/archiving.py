"""Organizations and contacts out of the lists and back. Many at once; whoever changes one gives its id alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from organizations.actions.activity import activity_line, record_activities
from organizations.actions.outcomes import Outcome, sort_out
from organizations.models import Activity, Contact, Organization, User


@transaction.atomic
def archive_organizations(ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    """Out of lists and search; everything in them stays, and stays in step."""
    move = _Move("organization", to_archive=True, now=now, actor=actor)
    return move.carry_out(Organization.objects.filter(pk__in=ids))


@transaction.atomic
def restore_organizations(ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    move = _Move("organization", to_archive=False, now=now, actor=actor)
    return move.carry_out(Organization.objects.filter(pk__in=ids))


@transaction.atomic
def archive_contacts(ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    """Out of lists and search. A sync goes on keeping them in step."""
    move = _Move("contact", to_archive=True, now=now, actor=actor)
    return move.carry_out(Contact.objects.filter(pk__in=ids).select_related("organization"))


@transaction.atomic
def restore_contacts(ids: Collection[int], *, now: datetime, actor: User | None = None) -> Outcome:
    move = _Move("contact", to_archive=False, now=now, actor=actor)
    return move.carry_out(Contact.objects.filter(pk__in=ids).select_related("organization"))


@dataclass(frozen=True)
class _Move:
    """`kind` is what the log calls the rows."""

    kind: str
    to_archive: bool
    now: datetime
    actor: User | None

    def carry_out(self, rows: QuerySet[Any]) -> Outcome:
        fit, skipped = sort_out(rows.order_by("pk").select_for_update(of=("self",)), self._why_not)
        done = tuple(row.pk for row in fit)
        rows.model.objects.filter(pk__in=done).update(archived=self.to_archive, updated_at=self.now)
        record_activities(self._line(row) for row in fit)
        return Outcome(done, skipped)

    def _why_not(self, row: Organization | Contact) -> str:
        if row.archived != self.to_archive:
            return ""
        return "already archived" if self.to_archive else "not archived"

    def _line(self, row: Organization | Contact) -> Activity:
        return activity_line(
            row.account_id,
            at=self.now,
            action=f"{self.kind}.archived" if self.to_archive else f"{self.kind}.restored",
            subject=row.name,
            user=self.actor,
            organization=row if isinstance(row, Organization) else row.organization,
            about=row,
        )
