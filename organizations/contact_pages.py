"""Registry of what higher apps add to contacts' pages: mentions, panels, and columns of lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from organizations.access import AccountRequest
from organizations.lists import ExtraColumn
from organizations.models import Contact, User


@dataclass(frozen=True)
class Mention:
    type_name: str
    name: str
    url: str
    status: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Mentions:
    """The first of them, and the page of all where there are more."""

    items: Sequence[Mention] = ()
    all_url: str = ""

    @property
    def count_text(self) -> str:
        return f"{len(self.items):,}{'+' if self.all_url else ''}"


Panel = Callable[[AccountRequest, Contact], SafeString | None]
Columns = Callable[[User, Sequence[Contact]], Sequence[ExtraColumn]]

_mentions: list[Callable[[AccountRequest, Contact], Mentions]] = []
_panels: list[Panel] = []
_columns: list[Columns] = []


def register_mentions(provide: Callable[[AccountRequest, Contact], Mentions]) -> None:
    _mentions.append(provide)


def register_contact_panel(panel: Panel) -> None:
    _panels.append(panel)


def register_contact_columns(columns: Columns) -> None:
    _columns.append(columns)


def mentions_of(request: AccountRequest, contact: Contact) -> Mentions:
    found = [provide(request, contact) for provide in _mentions]
    all_urls = [each.all_url for each in found if each.all_url]
    return Mentions([mention for each in found for mention in each.items], *all_urls[:1])


def panels_of(request: AccountRequest, contact: Contact) -> list[SafeString]:
    return [fragment for panel in _panels if (fragment := panel(request, contact)) is not None]


def extra_contact_columns(user: User, contacts: Sequence[Contact]) -> list[ExtraColumn]:
    return [column for provide in _columns for column in provide(user, contacts)]
