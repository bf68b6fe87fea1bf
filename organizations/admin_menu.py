"""This app's lines of the Admin menu."""

from django.urls import reverse

from organizations.models import Account, User
from organizations.navigation import MenuEntry
from organizations.roles import Right


def people_entries(account: Account, user: User) -> list[MenuEntry]:
    entries = []
    if user.has(Right.MANAGE_USERS):
        entries += [
            MenuEntry("Users", "users", reverse("organizations:user-list", args=[account.slug]), "u"),
            MenuEntry("Groups", "users-round", reverse("organizations:group-list", args=[account.slug])),
        ]
    if user.has(Right.MANAGE_TYPES):
        url = reverse("organizations:label-list", args=[account.slug])
        entries.append(MenuEntry("Organization types", "tags", url))
        url = reverse("organizations:sidebar-settings", args=[account.slug])
        entries.append(MenuEntry("Sidebar", "panel-left", url))
    if user.has(Right.IMPORT):
        url = reverse("organizations:import-new", args=[account.slug])
        entries.append(MenuEntry("Import", "file-input", url))
    if user.has(Right.VIEW_ACTIVITY):
        url = reverse("organizations:account-activity", args=[account.slug])
        entries.append(MenuEntry("Activity log", "history", url, "a", is_record=True))
    if user.has(Right.MANAGE_ACCOUNT):
        url = reverse("organizations:account-settings", args=[account.slug])
        entries.append(MenuEntry("Account", "building", url))
    return entries
