"""This app's lines of the Admin menu."""

from django.urls import reverse

from organizations.models import Account, User
from organizations.navigation import AdminEntry
from organizations.roles import Right


def type_entries(account: Account, user: User) -> list[AdminEntry]:
    if not user.has(Right.MANAGE_TYPES):
        return []
    url = reverse("flexible_assets:type-list", args=[account.slug])
    return [AdminEntry("Flexible Asset Types", "boxes", url, "t")]


def deleted_entries(account: Account, user: User) -> list[AdminEntry]:
    if not user.has(Right.DELETE):
        return []
    url = reverse("flexible_assets:deleted-list", args=[account.slug])
    return [AdminEntry("Deleted assets", "trash-2", url, is_record=True)]
