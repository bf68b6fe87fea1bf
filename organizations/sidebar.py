"""How the sidebar of organizations is arranged: sections of entries, moved and hidden as a layout says. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

CORE_ASSETS = "Core Assets"
APPS_AND_SERVICES = "Apps & Services"
ADMINISTRATION = "Administration"
#: In this order; entries can be moved among them.
SECTIONS = (CORE_ASSETS, APPS_AND_SERVICES, ADMINISTRATION)


@dataclass(frozen=True)
class Entry:
    label: str
    icon: str
    url: str
    count: str | None = None
    active: bool = False
    #: Names the entry in layouts; one without stays where it is.
    key: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Arrangement:
    """Keys of entries by section, in order; what it does not name stands where its type says."""

    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    hidden: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *, sections: Iterable[Mapping[str, Any]], hidden: Iterable[str]) -> "Arrangement":
        named = tuple((str(each["title"]), tuple(each["entries"])) for each in sections)
        return cls(named, frozenset(hidden))

    @property
    def keys(self) -> set[str]:
        return {key for _, keys in self.sections for key in keys}

    def keeping(self, before: "Arrangement", *, seen: Collection[str]) -> "Arrangement":
        """With what `before` says of entries that whoever arranges them does not see: others do."""
        unseen = {title: [key for key in keys if key not in seen] for title, keys in before.sections}
        titles = dict.fromkeys([*(title for title, _ in self.sections), *unseen])
        own = dict(self.sections)
        sections = tuple((title, (*own.get(title, ()), *unseen.get(title, ()))) for title in titles)
        return replace(self, sections=sections, hidden=self.hidden | (before.hidden - set(seen)))


def arrange(sections: Iterable[Section], arrangement: Arrangement) -> list[Section]:
    """Sections that are left without entries are left out."""
    shown = with_hidden(sections, arrangement)
    visible = [
        Section(each.title, [entry for entry in each.entries if entry.key not in arrangement.hidden])
        for each in shown
    ]
    return [section for section in visible if section.entries]


def with_hidden(sections: Iterable[Section], arrangement: Arrangement) -> list[Section]:
    """In order, hidden entries among them: first those that the arrangement names, then those it doesn't know."""
    known: dict[str, list[Entry]] = {}
    for section in sections:
        known.setdefault(section.title, []).extend(section.entries)
    by_key = {entry.key: entry for entries in known.values() for entry in entries if entry.key}
    placed = {title: [by_key[key] for key in keys if key in by_key] for title, keys in arrangement.sections}
    titles = sorted(dict.fromkeys([*known, *placed]), key=_rank)
    return [
        Section(title, [*placed.get(title, ()), *_new(known.get(title, ()), arrangement)]) for title in titles
    ]


def _new(entries: Iterable[Entry], arrangement: Arrangement) -> list[Entry]:
    named = arrangement.keys
    return [entry for entry in entries if entry.key not in named]


def _rank(title: str) -> int:
    """What has no title stands above, what is unknown below."""
    if not title:
        return -1
    return SECTIONS.index(title) if title in SECTIONS else len(SECTIONS)
