"""Measures things side by side: all of them once, then all of them again, so that a busy machine slows down each alike."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db import connection


@dataclass
class Watched:
    """One thing's seconds, each time, and what it asked the database."""

    seconds: list[float] = field(default_factory=list)
    sql_seconds: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def typical(self) -> float:
        return median(self.seconds)

    @property
    def typical_sql(self) -> float:
        return median(self.sql_seconds)


def watch(things: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, Watched]:
    """The first round, in which caches are cold, does not count."""
    watched = {name: Watched() for name in things}
    for counts in [False, *[True] * rounds]:
        for name, do in things.items():
            result = watched[name] if counts else Watched()
            with _sql_of(result):
                started = time.perf_counter()
                do()
                result.seconds.append(time.perf_counter() - started)
    return watched


@contextmanager
def _sql_of(watched: Watched) -> Iterator[None]:
    spent = 0.0
    asked = 0

    def note(execute: Callable[..., Any], *call: Any) -> Any:
        nonlocal spent, asked
        started = time.perf_counter()
        try:
            return execute(*call)
        finally:
            spent += time.perf_counter() - started
            asked += "SAVEPOINT" not in call[0]

    with connection.execute_wrapper(note):
        yield
    watched.sql_seconds.append(spent)
    watched.queries = asked
