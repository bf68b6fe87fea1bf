"""Organizations: the clients of an account."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.text import get_text_list

from organizations.actions.activity import record_activity
from organizations.holdings import holdings_of
from organizations.models import Account, Contact, Organization, User
from organizations.names import search_key, sort_key
from organizations.organization_details import ORGANIZATION_FIELDS
from organizations.stale_forms import Marks, own_changes

#: Told in lines of their own, which not everyone may read who may read that the organization was edited.
_TOLD_APART = frozenset({"parent", "quick_notes"})


class ParentCycleError(ValueError):
    """An organization can't stand below itself."""

    def __init__(self, organization: Organization, parent: Organization) -> None:
        super().__init__(
            f"{parent.name} stands below {organization.name} already, so it can't be its parent. Choose another one."
            if parent != organization
            else f"{organization.name} can't be its own parent. Choose another one."
        )


class OrganizationInUseError(ValueError):
    """What an organization still holds keeps it from being deleted."""

    def __init__(self, organization: Organization, holdings: Collection[str]) -> None:
        super().__init__(
            f"{organization.name} can't be deleted: {get_text_list(list(holdings), 'and')}. Archived, it is out of "
            "everybody's way and nothing is lost."
        )
        self.holdings = tuple(holdings)


@transaction.atomic
def create_organization(
    account_id: int,
    *,
    name: str,
    now: datetime,
    actor: User | None = None,
    values: Mapping[str, Any] | None = None,
) -> Organization:
    """`values` are further ones by field name, in the shape of `organization_values`."""
    organization = Organization(account_id=account_id, created_at=now)
    blank = organization_values(organization)
    _fill(organization, {"name": name, **(values or {})}, now=now)
    organization.save()
    told = _Told(organization, now, actor)
    told.tell("organization.created", details=told.changes_since({**blank, "name": organization.name}))
    told.tell_apart(blank)
    return organization


@transaction.atomic
def edit_organization(
    organization: Organization,
    *,
    changes: Mapping[str, Any],
    now: datetime,
    actor: User | None = None,
    seen: Marks | None = None,
) -> Organization:
    """Writes values by field name, in the shape of `organization_values`; `seen` marks those that were there when whoever
    writes them began."""
    if changes.get("parent") is not None:
        _hold_family(organization.account_id)
    organization = _hold(organization)
    stored = organization_values(organization)
    own = own_changes(changes, stored=stored, seen=seen or {})
    changed = {field: value for field, value in own.items() if value != stored[field]}
    if not changed:
        return organization
    _require_no_cycle(organization, changed.get("parent"))
    _fill(organization, changed, now=now)
    organization.save()
    told = _Told(organization, now, actor)
    if details := told.changes_since(stored):
        told.tell("organization.edited", details=details)
    told.tell_apart(stored)
    return organization


@transaction.atomic
def delete_organization(organization: Organization, *, now: datetime, actor: User | None = None) -> None:
    """For good; only one that is archived and empty, so that nothing goes with it."""
    organization = _hold(organization)
    reasons = reasons_to_keep(organization)
    if reasons:
        raise OrganizationInUseError(organization, reasons)
    # Before it is gone, for the line is about it; PostgreSQL then empties the reference.
    _Told(organization, now, actor).tell("organization.deleted")
    organization.delete()


def reasons_to_keep(organization: Organization) -> list[str]:
    """Why it can't be deleted, each as a clause."""
    contacts = Contact.objects.in_organization(organization).count()
    held = [f"{contacts:,} contact{'s' if contacts != 1 else ''}"] if contacts else []
    held += holdings_of(organization)
    reasons = [] if organization.archived else ["it is not archived"]
    return [*reasons, f"it holds {get_text_list(held, 'and')}"] if held else reasons


def organization_values(organization: Organization) -> dict[str, Any]:
    """Everything of an organization that a person may write, by field name."""
    return {field: getattr(organization, field) for field in ORGANIZATION_FIELDS}


def _hold(organization: Organization) -> Organization:
    rows = Organization.objects.of_account(organization.account_id)
    rows = rows.select_related("organization_type", "organization_status", "parent")
    return rows.select_for_update(of=("self",)).get(pk=organization.pk)


def _hold_family(account_id: int) -> None:
    """One change of parents at a time: two at once could close a circle that neither sees."""
    Account.objects.select_for_update(no_key=True).get(pk=account_id)


def _require_no_cycle(organization: Organization, parent: Organization | None) -> None:
    """Step by step up, which few take: an account may have thousands of organizations."""
    parents = Organization.objects.of_account(organization.account_id).values_list("parent_id", flat=True)
    above = parent.pk if parent is not None else None
    while parent is not None and above is not None:
        if above == organization.pk:
            raise ParentCycleError(organization, parent)
        above = parents.filter(pk=above).first()


def _fill(organization: Organization, values: Mapping[str, Any], *, now: datetime) -> None:
    for field, value in values.items():
        longest = getattr(Organization._meta.get_field(field), "max_length", None)
        setattr(organization, field, value[:longest] if longest else value)
    organization.sort_key = sort_key(organization.name)
    organization.search_key = search_key(organization.name)[:512]
    organization.updated_at = now


@dataclass(frozen=True)
class _Told:
    """Lines of the log about one decision."""

    organization: Organization
    now: datetime
    actor: User | None

    def tell(
        self, action: str, *, about: Organization | None = None, details: Mapping[str, Any] | None = None
    ) -> None:
        record_activity(
            self.organization.account_id,
            at=self.now,
            action=action,
            subject=self.organization.name,
            user=self.actor,
            organization=self.organization,
            about=about or self.organization,
            details=dict(details or {}),
        )

    def changes_since(self, before: Mapping[str, Any]) -> dict[str, Any]:
        fields = {
            field: {"before": _plain(before[field]), "after": _plain(value)}
            for field, value in organization_values(self.organization).items()
            if value != before[field] and field not in _TOLD_APART
        }
        return {"fields": fields} if fields else {}

    def tell_apart(self, before: Mapping[str, Any]) -> None:
        """Quick notes, which Lite users don't see; and parents, each in a line about it, for those who may see it."""
        notes = self.organization.quick_notes
        if notes != before["quick_notes"]:
            fields = {"quick_notes": {"before": before["quick_notes"], "after": notes}}
            self.tell("organization.quick_notes_edited", details={"fields": fields})
        parents = (("removed", before["parent"]), ("set", self.organization.parent))
        if parents[0][1] == parents[1][1]:
            return
        for verb, parent in parents:
            if parent is not None:
                self.tell(f"organization.parent_{verb}", about=parent, details={"parent": parent.name})


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, models.Model) else value or ""
