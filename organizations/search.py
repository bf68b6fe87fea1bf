"""Search over everything a user may see: each kind of record has its source, and names that begin with the term come first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from organizations.matching import Pattern
from organizations.models import Organization, User

#: As many as IT Glue shows; whoever needs more narrows the term.
LIMIT = 50
SHORTEST, LONGEST = 2, 100


@dataclass(frozen=True)
class Search:
    """What one user looks for, everywhere or in one organization."""

    user: User
    slug: str
    term: str
    organization: Organization | None = None
    with_archived: bool = False
    limit: int = LIMIT
    #: What several sources ask for is read once.
    shared: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def pattern(self) -> Pattern:
        return Pattern.of(self.term)

    @property
    def is_possible(self) -> bool:
        return len(self.term) >= SHORTEST and bool(self.pattern.words)


@dataclass(frozen=True)
class Hit:
    name: str
    url: str
    subtitle: str = ""
    icon: str = ""
    is_archived: bool = False
    #: Where the words stand, if not in the name.
    note: str = ""


@dataclass(frozen=True)
class HitGroup:
    title: str
    hits: Sequence[Hit]


_sources: list[tuple[str, Callable[[Search], Sequence[Hit]]]] = []


def register_search(title: str, find: Callable[[Search], Sequence[Hit]]) -> None:
    """`find` answers with at most `limit` hits, the best first."""
    _sources.append((title, find))


def find_everything(search: Search) -> list[HitGroup]:
    if not search.is_possible:
        return []
    groups = [HitGroup(title, find(search)) for title, find in _sources]
    return share([group for group in groups if group.hits], limit=search.limit)


def share(groups: Sequence[HitGroup], *, limit: int) -> list[HitGroup]:
    """So many of each that all together keep to the limit: what one group does not use, the others have."""
    shares = [0] * len(groups)
    left = limit
    while left > 0:
        open_groups = [n for n, group in enumerate(groups) if shares[n] < len(group.hits)]
        if not open_groups:
            break
        for number in open_groups[:left]:
            shares[number] += 1
        left -= min(left, len(open_groups))
    return [HitGroup(each.title, each.hits[:part]) for each, part in zip(groups, shares, strict=True) if part]
