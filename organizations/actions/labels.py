"""Types and statuses of organizations."""

from datetime import datetime
from typing import Any

from django.db import transaction

from organizations.actions.activity import record_activity
from organizations.labels import Label, LabelKind, kind_of
from organizations.models import Account, Organization, OrganizationStatus, OrganizationType, User
from organizations.names import sort_key
from organizations.organization_details import STARTING_STATUSES, STARTING_TYPES


class LabelNameError(ValueError):
    """An account has no two types, and no two statuses, of the same name."""

    def __init__(self, name: str, kind: LabelKind) -> None:
        super().__init__(f"There is a {kind.noun} called {name} already.")


@transaction.atomic
def create_label(
    kind: LabelKind, *, account_id: int, name: str, now: datetime, actor: User | None = None
) -> Label:
    _require_unused(kind, account_id=account_id, name=name)
    label: Label = kind.model.objects.create(
        account_id=account_id, name=name[:100], sort_key=sort_key(name), created_at=now
    )
    _record("created", label, now=now, actor=actor)
    return label


@transaction.atomic
def rename_label(label: Label, *, name: str, now: datetime, actor: User | None = None) -> None:
    before, name = label.name, name[:100]
    if before == name:
        return
    if sort_key(name) != label.sort_key:
        _require_unused(kind_of(label), account_id=label.account_id, name=name)
    label.name, label.sort_key = name, sort_key(name)
    label.save(update_fields=["name", "sort_key"])
    fields = {"name": {"before": before, "after": name}}
    _record("renamed", label, now=now, actor=actor, details={"fields": fields})


@transaction.atomic
def delete_label(
    label: Label, *, now: datetime, replacement: Label | None = None, actor: User | None = None
) -> None:
    """The organizations that bear it bear the other one from then on, or none."""
    _hold(label.account_id)
    field = kind_of(label).field
    bearers = Organization.objects.of_account(label.account_id).filter(**{field: label})
    changed = bearers.update(**{field: replacement}, updated_at=now)
    details = {"organizations": changed, "replacement": replacement.name if replacement else ""}
    _record("deleted", label, now=now, actor=actor, details=details)
    label.delete()


def organizations_with(label: Label) -> int:
    """How many bear it, whoever may see them."""
    return Organization.objects.of_account(label.account_id).filter(**{kind_of(label).field: label}).count()


def create_starting_labels(account_id: int, *, now: datetime) -> None:
    """What a new account begins with, for people to change as they like."""

    def values(name: str) -> dict[str, Any]:
        return {"account_id": account_id, "name": name, "sort_key": sort_key(name), "created_at": now}

    OrganizationType.objects.bulk_create(OrganizationType(**values(name)) for name in STARTING_TYPES)
    OrganizationStatus.objects.bulk_create(OrganizationStatus(**values(name)) for name in STARTING_STATUSES)


def _require_unused(kind: LabelKind, *, account_id: int, name: str) -> None:
    _hold(account_id)
    known = kind.model.objects.of_account(account_id).called(name).first()
    if known is not None:
        raise LabelNameError(known.name, kind)


def _hold(account_id: int) -> None:
    """One change of labels at a time, so that what is checked still holds when it is written."""
    Account.objects.select_for_update(no_key=True).get(pk=account_id)


def _record(
    verb: str,
    label: Label,
    *,
    now: datetime,
    actor: User | None,
    details: dict[str, object] | None = None,
) -> None:
    record_activity(
        label.account_id,
        at=now,
        action=f"{kind_of(label).field}.{verb}",
        subject=label.name,
        user=actor,
        details=details,
    )
