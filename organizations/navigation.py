"""The sidebar of an organization's pages; higher apps register what they add to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from organizations.access import AccountRequest
from organizations.lists import ExtraColumn
from organizations.models import Account, Organization, SidebarLayout, User
from organizations.roles import Right
from organizations.sidebar import CORE_ASSETS, Arrangement, Entry, Section, arrange


@dataclass(frozen=True)
class MenuEntry:
    """A line of a menu; `jump` is the key after `g` that leads there. What only tells of the past stands last."""

    name: str
    icon: str
    url: str
    jump: str = ""
    is_record: bool = False


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
_arrangeable: list[Callable[[User], Sequence[Section]]] = []
_global_entries: list[Callable[[Account, User], Sequence[MenuEntry]]] = []
_admin_entries: list[Callable[[Account, User], Sequence[MenuEntry]]] = []


def register_navigation(
    sections: Callable[[Place], Sequence[Section]],
    global_entries: Callable[[Account, User], Sequence[MenuEntry]],
) -> None:
    _sections.append(sections)
    _global_entries.append(global_entries)


def register_arrangeable(sections: Callable[[User], Sequence[Section]]) -> None:
    """What the sidebar of any organization may hold, without addresses, for those who arrange it."""
    _arrangeable.append(sections)


def arrangeable(user: User) -> list[Section]:
    contacts = Section(CORE_ASSETS, [Entry("Contacts", "users", "", key="contacts")])
    return [contacts, *(section for provide in _arrangeable for section in provide(user))]


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


def default_sidebar(place: Place) -> list[Section]:
    """Everything that may stand in it, before anyone arranges it."""
    return [*_built_in(place), *(section for provide in _sections for section in provide(place))]


def arrangement_for(user: User) -> Arrangement:
    layout = SidebarLayout.objects.fitting(user).first()
    return Arrangement.of(sections=layout.sections, hidden=layout.hidden) if layout else Arrangement()


def _built_in(place: Place) -> tuple[Section, Section]:
    home, activity, contacts = (
        reverse(f"organizations:{page}", args=[place.account.slug, place.organization.pk])
        for page in ("organization-detail", "organization-activity", "contact-list")
    )
    top = [Entry("Overview", "layout-dashboard", home, active=place.path == home)]
    if place.user.has(Right.VIEW_HISTORY):
        top.append(Entry("Activity", "history", activity, active=place.path == activity))
    entry = Entry("Contacts", "users", contacts, active=place.path == contacts, key="contacts")
    return Section("", top), Section(CORE_ASSETS, [entry])


def register_admin_entries(entries: Callable[[Account, User], Sequence[MenuEntry]]) -> None:
    """What the user may administer; those without a right are given none."""
    _admin_entries.append(entries)


def admin_entries(account: Account, user: User) -> list[MenuEntry]:
    """What higher apps add comes first: it is opened every day."""
    entries = [entry for provide in reversed(_admin_entries) for entry in provide(account, user)]
    return sorted(entries, key=lambda entry: entry.is_record)


def global_entries(account: Account, user: User) -> list[MenuEntry]:
    """Types first, people after them, as in no type's way."""
    entries = [entry for provide in _global_entries for entry in provide(account, user)]
    if user.has(Right.VIEW_GLOBAL):
        contacts = reverse("organizations:global-contact-list", args=[account.slug])
        entries.append(MenuEntry("Contacts", "users", contacts))
    return sorted(entries, key=lambda entry: entry.is_record)


def organization_frame(
    request: AccountRequest, organization: Organization, *, inside: str = ""
) -> dict[str, object]:
    """What every page of an organization shows around its content; `inside` is the sidebar entry it belongs under."""
    place = Place(request.account, request.user, organization, inside or request.path)
    sections = default_sidebar(place)
    # What is hidden from the sidebar is still where the page belongs.
    here = next((entry for section in sections for entry in section.entries if entry.active), None)
    return {
        "organization": organization,
        "sidebar": arrange(sections, arrangement_for(place.user)),
        "sidebar_entry": here,
        "navigation": "organizations",
    }
