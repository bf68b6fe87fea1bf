"""Importing a file: kept as a draft while it is looked at, then written in one transaction or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from organizations.actions.activity import record_activity
from organizations.imports.sheets import Sheet, read_sheet
from organizations.imports.targets import Effect, ImportLine, ImportPlan, ImportTarget, LineRefusedError
from organizations.models import ImportDraft, User
from organizations.names import search_key

#: How long a file that was sent waits to be imported.
KEPT = timedelta(days=1)


class ImportRefusedError(ValueError):
    """Something in the file can't be imported, so nothing was; the plan tells what."""

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__("Nothing was imported: correct the lines below in the file first.")
        self.plan = plan


@dataclass(frozen=True)
class NewDraft:
    file_name: str
    content: str


@transaction.atomic
def begin_import(target: ImportTarget, new: NewDraft, *, now: datetime, actor: User) -> ImportDraft:
    """Keeps the file, with its columns put to fields of the same names."""
    sheet = read_sheet(new.content)
    ImportDraft.objects.filter(account_id=actor.account_id, created_at__lt=now - KEPT).delete()
    return ImportDraft.objects.create(
        account_id=actor.account_id,
        user=actor,
        target=target.key,
        file_name=new.file_name[:255],
        content=new.content,
        mapping=_guessed(target, sheet),
        created_at=now,
    )


@transaction.atomic
def map_columns(draft: ImportDraft, *, mapping: Mapping[str, str]) -> ImportDraft:
    """Keys of fields by header; headers left out are not imported."""
    draft.mapping = dict(mapping)
    draft.save(update_fields=["mapping"])
    return draft


def plan_import(target: ImportTarget, draft: ImportDraft) -> ImportPlan:
    return target.plan(_lines(draft))


@transaction.atomic
def run_import(target: ImportTarget, draft: ImportDraft, *, now: datetime, actor: User) -> ImportPlan:
    """Checks every line again and writes them all, or raises ImportRefusedError."""
    plan = plan_import(target, draft)
    if plan.errors:
        raise ImportRefusedError(plan)
    try:
        target.write([row for row in plan.rows if row.effect != Effect.UNCHANGED], now=now, actor=actor)
    except LineRefusedError as refused:
        plan.errors.append(refused.error)
        raise ImportRefusedError(plan) from refused
    record_activity(
        actor.account_id,
        at=now,
        action="import.finished",
        subject=draft.file_name,
        user=actor,
        details={
            "target": target.noun[1],
            "created": plan.count(Effect.NEW),
            "changed": plan.count(Effect.CHANGED),
        },
    )
    draft.delete()
    return plan


def discard_import(draft: ImportDraft) -> None:
    draft.delete()


def _guessed(target: ImportTarget, sheet: Sheet) -> dict[str, str]:
    keys = {_folded(column.label): column.key for column in target.columns}
    return {header: keys[_folded(header)] for header in sheet.headers if _folded(header) in keys}


def _folded(label: str) -> str:
    """“E-Mail”, “email” and “E mail” are the same header."""
    return "".join(character for character in search_key(label) if character.isalnum())


def _lines(draft: ImportDraft) -> list[ImportLine]:
    sheet = read_sheet(draft.content)
    keys = [draft.mapping.get(header) for header in sheet.headers]
    return [
        ImportLine(line.number, {key: cell for key, cell in zip(keys, line.cells, strict=True) if key})
        for line in sheet.lines
    ]
