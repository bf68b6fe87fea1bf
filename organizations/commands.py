"""What the palette leads to without searching: pages and things to do. Higher apps register theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from organizations.models import Account, Organization, User
from organizations.names import base_letters
from organizations.navigation import admin_entries, global_entries
from organizations.roles import Right


@dataclass(frozen=True)
class Command:
    label: str
    icon: str
    url: str
    #: Other words it is found by.
    words: str = ""


@dataclass(frozen=True)
class CommandPlace:
    """Whose palette it is, and of which organization the page behind it."""

    account: Account
    user: User
    organization: Organization | None = None


Commands = Callable[[CommandPlace], Sequence[Command]]
_commands: list[Commands] = []


def register_commands(provide: Commands) -> None:
    _commands.append(provide)


def commands_at(place: CommandPlace) -> list[Command]:
    """Things to do."""
    return [command for provide in _commands for command in provide(place)]


def pages_at(place: CommandPlace) -> list[Command]:
    """Where one can go."""
    slug = place.account.slug
    pages = [
        Command("Dashboard", "house", reverse("organizations:account-home", args=[slug]), "home start"),
        Command("Organizations", "building-2", reverse("organizations:organization-list", args=[slug])),
    ]
    everywhere = global_entries(place.account, place.user)
    pages += [Command(each.name, each.icon, each.url, "global all organizations") for each in everywhere]
    admin = admin_entries(place.account, place.user)
    return pages + [Command(each.name, each.icon, each.url, "admin settings") for each in admin]


def matching(commands: Sequence[Command], term: str) -> list[Command]:
    words = base_letters(term).split()
    return [
        each for each in commands if all(word in base_letters(f"{each.label} {each.words}") for word in words)
    ]


def own_commands(place: CommandPlace) -> Sequence[Command]:
    slug, organization, commands = place.account.slug, place.organization, []
    if place.user.has(Right.CREATE_ORGANIZATIONS):
        url = reverse("organizations:organization-new", args=[slug])
        commands.append(Command("New organization", "plus", url, "add create client"))
    if organization is not None and place.user.has(Right.CREATE):
        url = reverse("organizations:contact-new", args=[slug, organization.pk])
        commands.append(Command(f"New contact in {organization.name}", "plus", url, "add create person"))
    return commands
