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


Panel = Callable[[AccountRequest, Contact], SafeString | None]
Columns = Callable[[User, Sequence[Contact]], Sequence[ExtraColumn]]

_mentions: list[Callable[[AccountRequest, Contact], Sequence[Mention]]] = []
_panels: list[Panel] = []
_columns: list[Columns] = []


def register_mentions(provide: Callable[[AccountRequest, Contact], Sequence[Mention]]) -> None:
    _mentions.append(provide)


def register_contact_panel(panel: Panel) -> None:
    _panels.append(panel)


def register_contact_columns(columns: Columns) -> None:
    _columns.append(columns)


def mentions_of(request: AccountRequest, contact: Contact) -> list[Mention]:
    return [mention for provide in _mentions for mention in provide(request, contact)]


def panels_of(request: AccountRequest, contact: Contact) -> list[SafeString]:
    return [fragment for panel in _panels if (fragment := panel(request, contact)) is not None]


def extra_contact_columns(user: User, contacts: Sequence[Contact]) -> list[ExtraColumn]:
    return [column for provide in _columns for column in provide(user, contacts)]
