"""What became of a batch that a person asked for: what was done, and what was left alone and why."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Outcome:
    """`done` holds ids; `skipped` counts, by the reason in words, such as "already archived"."""

    done: tuple[int, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)


def sort_out(rows: Iterable[Row], why_not: Callable[[Row], str]) -> tuple[list[Row], Counter[str]]:
    """Those there is nothing against, and how many there is what against."""
    fit, skipped = [], Counter[str]()
    for row in rows:
        reason = why_not(row)
        if reason:
            skipped[reason] += 1
        else:
            fit.append(row)
    return fit, skipped
