"""Registry of what keeps a contact in step with its source, and so may not be written by people."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from organizations.models import Contact


@dataclass(frozen=True)
class Lock:
    """`fields` are named as the contact's attributes; `keeper` is who writes them, `reason` why in a sentence."""

    fields: Collection[str]
    keeper: str
    reason: str


_providers: list[Callable[[Contact], Lock | None]] = []


def register_lock(provide: Callable[[Contact], Lock | None]) -> None:
    _providers.append(provide)


def lock_of(contact: Contact) -> Lock | None:
    return next((lock for provide in _providers if (lock := provide(contact)) is not None), None)
