"""Importing a file: kept as a draft while it is looked at, then written in one transaction or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from organizations.actions.activity import record_activity
from organizations.imports.drafts import lines_of, sealed_content, sheet_of
from organizations.imports.sheets import Sheet, read_sheet
from organizations.imports.targets import Effect, ImportPlan, ImportTarget, LineRefusedError
from organizations.models import ImportDraft, User
from organizations.names import search_key


class ImportRefusedError(ValueError):
    """Something in the file can't be imported, so nothing was; the plan tells what."""

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__("Nothing was imported: correct the lines below in the file first.")
        self.plan = plan


class DraftGoneError(ValueError):
    """Somebody else was faster."""

    def __init__(self, draft: ImportDraft) -> None:
        super().__init__(f"{draft.file_name} was imported or discarded meanwhile.")


@dataclass(frozen=True)
class NewDraft:
    file_name: str
    content: str


@transaction.atomic
def begin_import(target: ImportTarget, new: NewDraft, *, now: datetime, actor: User) -> ImportDraft:
    """Keeps the file, with its columns put to fields of the same names."""
    draft = ImportDraft.objects.create(
        account_id=actor.account_id,
        user=actor,
        target=target.key,
        file_name=new.file_name[:255],
        mapping=_guessed(target, read_sheet(new.content)),
        created_at=now,
    )
    # The seal names the row.
    draft.content = sealed_content(draft, new.content)
    draft.save(update_fields=["content"])
    return draft


@transaction.atomic
def map_columns(draft: ImportDraft, *, mapping: Mapping[str, str]) -> ImportDraft:
    """Keys of fields by header; headers left out are not imported."""
    draft.mapping = dict(mapping)
    draft.save(update_fields=["mapping"])
    return draft


def plan_import(target: ImportTarget, draft: ImportDraft) -> ImportPlan:
    return target.plan(lines_of(draft, target, sheet_of(draft)))


@transaction.atomic
def run_import(target: ImportTarget, draft: ImportDraft, *, now: datetime, actor: User) -> ImportPlan:
    """Checks every line again and writes them all, or raises ImportRefusedError. Of two who press the button at once, the
    second waits, and finds no file."""
    held = ImportDraft.objects.select_for_update().filter(account_id=actor.account_id, pk=draft.pk).first()
    if held is None:
        raise DraftGoneError(draft)
    plan = plan_import(target, held)
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
        about=target.about,
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


def discard_old_imports(account_id: int, *, now: datetime) -> None:
    """Files whose day is over."""
    ImportDraft.objects.of_account(account_id).overdue(now=now).delete()


def _guessed(target: ImportTarget, sheet: Sheet) -> dict[str, str]:
    """By the column's own name first; none is taken twice."""
    keys = {_folded(name): column.key for column in target.columns for name in column.also_called}
    keys |= {_folded(column.label): column.key for column in target.columns}
    found: dict[str, str] = {}
    for header in sheet.headers:
        key = keys.get(_folded(header))
        if key is not None and key not in found.values():
            found[header] = key
    return found


def _folded(label: str) -> str:
    """“E-Mail”, “email” and “E mail” are the same header."""
    return "".join(character for character in search_key(label) if character.isalnum())
