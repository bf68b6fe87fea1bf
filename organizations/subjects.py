"""What the log, recently viewed pages and search are about, one entry per kind of row: who sees it and where it leads.

Higher apps register their kinds; one answer here keeps all three from telling what a reader may not know.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from organizations.models import User
from organizations.roles import Right

#: Which kind of row, and its id.
Place = tuple[str, int]


@dataclass(frozen=True)
class SubjectLink:
    """A row as other pages name it; without a URL where it has no page, or none any more."""

    name: str
    url: str = ""
    subtitle: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Subject:
    """One kind of row, named like its model. Everyone who sees a record may read what happened to it; what happened to
    anything else is told in the account's log alone.

    Where a right decides and not the row, `needs` names it: lines about rows that are gone then stay readable.
    """

    kind: str
    label: str
    seen_by: Callable[[User], QuerySet[Any]]
    link: Callable[[str, Any], SubjectLink]
    is_record: bool = False
    needs: Right | None = None


_subjects: dict[str, Subject] = {}


def register_subject(subject: Subject) -> None:
    _subjects[subject.kind] = subject


def subjects() -> Mapping[str, Subject]:
    return _subjects


def links_of(user: User, slug: str, places: Iterable[Place]) -> dict[Place, SubjectLink]:
    """Of those rows that the user may see, with one query for each kind."""
    wanted: dict[str, set[int]] = {}
    for kind, row_id in places:
        wanted.setdefault(kind, set()).add(row_id)
    return {
        (kind, row.pk): _subjects[kind].link(slug, row)
        for kind, ids in wanted.items()
        if kind in _subjects
        for row in _subjects[kind].seen_by(user).filter(pk__in=ids)
    }
