"""The sidebar of an organization's pages; higher apps register what they add to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from organizations.access import AccountRequest
from organizations.lists import ExtraColumn
from organizations.models import Account, Organization, User


@dataclass(frozen=True)
class Entry:
    label: str
    icon: str
    url: str
    count: str | None = None
    active: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class GlobalEntry:
    name: str
    icon: str
    url: str


@dataclass(frozen=True)
class Place:
    """The organization page being shown; `path` marks the entry it belongs to."""

    account: Account
    user: User
    organization: Organization
    path: str


@dataclass(frozen=True)
class Card:
    """One figure on an organization's overview."""

    label: str
    value: str
    url: str = ""
    hint: str = ""


_columns: list[Callable[[User, Sequence[Organization]], Sequence[ExtraColumn]]] = []
_cards: list[Callable[[Place], Sequence[Card]]] = []
_sections: list[Callable[[Place], Sequence[Section]]] = []
_global_entries: list[Callable[[Account, User], Sequence[GlobalEntry]]] = []


def register_navigation(
    sections: Callable[[Place], Sequence[Section]],
    global_entries: Callable[[Account, User], Sequence[GlobalEntry]],
) -> None:
    _sections.append(sections)
    _global_entries.append(global_entries)


def register_cards(cards: Callable[[Place], Sequence[Card]]) -> None:
    _cards.append(cards)


def register_organization_columns(
    columns: Callable[[User, Sequence[Organization]], Sequence[ExtraColumn]],
) -> None:
    _columns.append(columns)


def organization_columns(user: User, organizations: Sequence[Organization]) -> list[ExtraColumn]:
    return [column for provide in _columns for column in provide(user, organizations)]


def cards(place: Place) -> list[Card]:
    return [card for provide in _cards for card in provide(place)]


def sidebar(place: Place) -> list[Section]:
    home = reverse("organizations:organization-detail", args=[place.account.slug, place.organization.pk])
    contacts = reverse("organizations:contact-list", args=[place.account.slug, place.organization.pk])
    built_in = Section(
        "",
        (
            Entry("Overview", "layout-dashboard", home, active=place.path == home),
            Entry("Contacts", "users", contacts, active=place.path == contacts),
        ),
    )
    return [built_in, *(section for provide in _sections for section in provide(place))]


def global_entries(account: Account, user: User) -> list[GlobalEntry]:
    return [entry for provide in _global_entries for entry in provide(account, user)]


def organization_frame(
    request: AccountRequest, organization: Organization, *, inside: str = ""
) -> dict[str, object]:
    """What every page of an organization shows around its content; `inside` is the sidebar entry it belongs under."""
    place = Place(request.account, request.user, organization, inside or request.path)
    return {"organization": organization, "sidebar": sidebar(place), "navigation": "organizations"}
