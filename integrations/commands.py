"""What the palette offers of integrations."""

from collections.abc import Sequence

from django.urls import reverse

from integrations.models import Integration
from organizations.commands import Command, CommandPlace
from organizations.roles import Right

#: Beyond so many the list of integrations is the quicker way.
_NAMED = 5


def integration_commands(place: CommandPlace) -> Sequence[Command]:
    if not place.user.has(Right.MANAGE_INTEGRATIONS):
        return []
    slug = place.account.slug
    url = reverse("integrations:integration-new", args=[slug])
    commands = [Command("New integration", "plus", url, "connect microsoft add")]
    for integration in Integration.objects.visible_to(place.user).order_by("name")[:_NAMED]:
        at = [slug, integration.pk]
        commands += [
            Command(
                f"Sync settings of {integration.name}",
                "sliders-horizontal",
                reverse("integrations:sync-settings", args=at),
                "licenses contacts schedule",
            ),
            Command(
                f"Match tenants of {integration.name}", "link", reverse("integrations:matching", args=at)
            ),
        ]
    return commands
