"""What can be done with several organizations or contacts of a list at once."""

from collections.abc import Callable, Sequence
from functools import partial

from django import forms
from django.utils import timezone

from organizations.actions import (
    archive_contacts,
    archive_organizations,
    restore_contacts,
    restore_organizations,
)
from organizations.lists import BulkAction, Outcome
from organizations.models import User
from organizations.roles import Right


def organization_deeds(user: User) -> list[BulkAction]:
    """Archiving takes so much along that it says so first, as it does on the page of one."""
    return [
        BulkAction(
            "archive",
            "Archive",
            "archive",
            "archived",
            Right.DELETE,
            partial(_carry_out, archive_organizations, user),
            form=forms.Form,
            template="organizations/partials/bulk_archive.html",
        ),
        _restore(partial(_carry_out, restore_organizations, user)),
    ]


def contact_deeds(user: User) -> list[BulkAction]:
    archive = partial(_carry_out, archive_contacts, user)
    return [
        BulkAction("archive", "Archive", "archive", "archived", Right.DELETE, archive),
        _restore(partial(_carry_out, restore_contacts, user)),
    ]


def _restore(act: Callable[[Sequence[int], object], Outcome]) -> BulkAction:
    return BulkAction("restore", "Restore", "archive-restore", "restored", Right.DELETE, act)


def _carry_out(deed: Callable[..., Outcome], user: User, ids: Sequence[int], _form: object) -> Outcome:
    return deed(ids, now=timezone.now(), actor=user)
