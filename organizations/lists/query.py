"""What the address of a list asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict

SEARCH, SORT, CURSOR, ARCHIVED, VIEW, EXPORT = "q", "sort", "from", "archived", "view", "export"
#: What a list's own parameters are called; a filter of such a name stands behind a prefix.
RESERVED = frozenset({SEARCH, SORT, CURSOR, ARCHIVED, VIEW, EXPORT})
INCLUDED, ONLY = "included", "only"
WITH_ARCHIVED = ((INCLUDED, "included"), (ONLY, "only"))
LONGEST_VALUE = 200
#: Values of one parameter that count, such as organizations ticked.
MOST_VALUES = 300

Kept = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ListQuery:
    """What the URL asks for. Unknown values count as absent, so an old bookmark still opens; so does NUL, which no
    text in PostgreSQL holds."""

    parameters: Mapping[str, str]
    #: All values of each, where `parameters` has the last.
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, query: QueryDict) -> "ListQuery":
        lists = {
            name: [str(value) for value in values if "\0" not in value][-MOST_VALUES:]
            for name, values in query.lists()
        }
        return cls({name: values[-1] for name, values in lists.items() if values}, lists)

    @property
    def search(self) -> str:
        return self.text(SEARCH)

    @property
    def archived(self) -> str:
        """What becomes of archived rows; nothing where they are left out."""
        return self.chosen(ARCHIVED, among=WITH_ARCHIVED)

    def text(self, name: str) -> str:
        return self.parameters.get(name, "").strip()[:LONGEST_VALUE]

    def chosen(self, name: str, *, among: Sequence[tuple[str, str]]) -> str:
        value = self.parameters.get(name, "")
        return value if any(value == known for known, _ in among) else ""

    def all_chosen(self, name: str, *, among: Sequence[tuple[str, str]]) -> list[str]:
        """In the order in which they are offered."""
        asked = set(self.lists.get(name, ()))
        return [value for value, _ in among if value and value in asked]

    def kept(self, names: Sequence[str]) -> dict[str, list[str]]:
        """What of these parameters says something."""
        kept = {name: [value for value in self.lists.get(name, ()) if value] for name in names}
        return {name: values for name, values in kept.items() if values}


def address(url: str, parameters: Kept) -> str:
    return f"{url}?{urlencode(parameters, doseq=True)}" if parameters else url
