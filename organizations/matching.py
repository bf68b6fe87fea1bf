"""Finding rows by name behind row-level security, where a pattern is no condition of an index.

An index is still smaller than its table: the few names that match are first picked out of it, as ids, and of those
the visible rows are read. Where many match, the rows themselves are read in order, and the first page is soon full.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from organizations.names import base_letters, sort_key
from organizations.paging import as_one

Row = TypeVar("Row", bound=Model)

#: Matches that are picked out of an index; more are common enough to be met at once.
CANDIDATES = 1000
_PIECES = re.compile(r"\d+|\D+")
#: Behind every key that begins with what stands before it.
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Pattern:
    """Words that must all stand in a name, compared by sort key: without case and accents, numbers by their value."""

    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, term: str) -> "Pattern":
        return cls(" ".join(term.split()), tuple(base_letters(term).split()))

    def names(self, column: str = "sort_key") -> Q:
        found = Q()
        for word in self.words:
            found &= word_in(word, column=column)
        return found

    def begins(self, column: str = "sort_key") -> Q:
        """As a range, which an index does answer."""
        key = sort_key(self.text)
        return Q(**{f"{column}__gte": key, f"{column}__lt": key + _LAST})

    def is_beginning_of(self, name: str) -> bool:
        return base_letters(name).startswith(base_letters(self.text))


def word_in(word: str, *, column: str = "sort_key") -> Q:
    """Sort keys fill numbers up with zeros, so `e5` is looked for as `e0*5`; its letters are looked for before, since an
    expression takes several times as long as plain text. A number in front is plain text without its zeros."""
    first, *others = (_unpadded(piece) for piece in _PIECES.findall(word))
    if not any(piece.isdecimal() for piece in others):
        return Q(**{f"{column}__contains": first + "".join(others)})
    found = Q(**{f"{column}__contains": first})
    for piece in others:
        found &= Q() if piece.isdecimal() else Q(**{f"{column}__contains": piece})
    rest = (f"0*{piece}" if piece.isdecimal() else re.escape(piece) for piece in others)
    return found & Q(**{f"{column}__regex": re.escape(first) + "".join(rest)})


def _unpadded(piece: str) -> str:
    return (piece.lstrip("0") or "0") if piece.isdecimal() else piece


def common(rows: QuerySet[Row], pattern: Pattern, *, limit: int, order: tuple[str, ...]) -> list[Row]:
    first = list(rows.filter(pattern.begins()).order_by(*order)[:limit])
    if len(first) == limit:
        return first
    rest = rows.filter(pattern.names()).exclude(pk__in=[row.pk for row in first]).order_by(*order)
    return [*first, *rest[: limit - len(first)]]


def ids_named(pattern: Pattern, *among: QuerySet[Any]) -> list[int] | None:
    """Of rows named like the pattern, or None where they are many. What it is looked for among may ask for nothing that
    its index lacks, so nobody has looked yet at who may see them."""
    return few(*(rows.filter(pattern.names()).values_list("pk", flat=True) for rows in among))


def few(*values: QuerySet[Any, Any]) -> list[Any] | None:
    """All of them, or None where they are many."""
    found = list(as_one([each.order_by()[: CANDIDATES + 1] for each in values]))
    return found if len(found) <= CANDIDATES else None


def best_first(pattern: Pattern) -> Callable[[Any], tuple[bool, str, int]]:
    return lambda row: (not pattern.is_beginning_of(row.name), row.sort_key, row.pk)
