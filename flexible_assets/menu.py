"""This app's lines of the Admin menu."""

from django.urls import reverse

from organizations.models import Account, User
from organizations.navigation import MenuEntry
from organizations.roles import Right


def type_entries(account: Account, user: User) -> list[MenuEntry]:
    if not user.has(Right.MANAGE_TYPES):
        return []
    url = reverse("flexible_assets:type-list", args=[account.slug])
    return [MenuEntry("Flexible Asset Types", "boxes", url, "t")]
