"""This app's line of the Admin menu."""

from django.urls import reverse

from organizations.models import Account, User
from organizations.navigation import MenuEntry
from organizations.roles import Right


def integration_entries(account: Account, user: User) -> list[MenuEntry]:
    if not user.has(Right.MANAGE_INTEGRATIONS):
        return []
    url = reverse("integrations:integration-list", args=[account.slug])
    return [MenuEntry("Integrations", "plug", url, "i")]
