"""Registry of what higher apps know about a contact, such as the assets that name it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from organizations.access import AccountRequest
from organizations.models import Contact


@dataclass(frozen=True)
class Mention:
    type_name: str
    name: str
    url: str
    status: str = ""
    tone: str = ""


_providers: list[Callable[[AccountRequest, Contact], Sequence[Mention]]] = []


def register_mentions(provide: Callable[[AccountRequest, Contact], Sequence[Mention]]) -> None:
    _providers.append(provide)


def mentions_of(request: AccountRequest, contact: Contact) -> list[Mention]:
    return [mention for provide in _providers for mention in provide(request, contact)]
