"""Who of an organization a row of a file is about: whoever has its e-mail address, else, where the row or the contact has
none, whoever bears the name. Two people of one name with an address each are two people."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from organizations.imports.targets import InvalidCellError
from organizations.models import Contact
from organizations.names import search_key


@dataclass(eq=False)
class Person:
    """A contact, or one to be; `line` is the first that is about them."""

    contact: Contact | None
    has_email: bool
    line: int = 0


@dataclass(frozen=True)
class People:
    """Of one organization; an address in use counts more than another one."""

    by_email: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    by_alias: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, contacts: Iterable[Contact]) -> "People":
        """With their addresses prefetched."""
        people = cls()
        for contact in contacts:
            aliases = [address.email for address in contact.addresses.all()]
            people.add(Person(contact, bool(contact.email)), contact.name, contact.email, aliases)
        return people

    def add(self, person: Person, name: str, email: str, aliases: Collection[str]) -> None:
        self.by_name[search_key(name)].append(person)
        if email:
            self.by_email[search_key(email)].append(person)
        for alias in aliases:
            self.by_alias[search_key(alias)].append(person)

    def person_of(self, values: Mapping[str, Any], *, line: int) -> Person:
        """Known, or new and from now on known."""
        person = self._find(values)
        if person is None:
            name, email = values.get("name", ""), values.get("email", "")
            if not name:
                raise InvalidCellError("Give the contact a name.")
            person = Person(None, bool(email))
            self.add(person, name, email, values.get("aliases", ()))
        if person.line:
            raise InvalidCellError(f"Line {person.line} is about the same contact. Keep one of the two.")
        person.line = line
        return person

    def _find(self, values: Mapping[str, Any]) -> Person | None:
        email, name = values.get("email", ""), values.get("name", "")
        if email:
            key = search_key(email)
            found = _only(self.by_email.get(key, ()), f"have the address “{email}”")
            found = found or _only(self.by_alias.get(key, ()), f"have the address “{email}”")
            if found is not None:
                return found
        namesakes = self.by_name.get(search_key(name), ()) if name else ()
        return _only([each for each in namesakes if not (email and each.has_email)], f"are called “{name}”")


def _only(people: Sequence[Person], alike: str) -> Person | None:
    if len(people) > 1:
        raise InvalidCellError(f"{len(people)} contacts {alike}. Tell them apart in the portal first.")
    return people[0] if people else None
