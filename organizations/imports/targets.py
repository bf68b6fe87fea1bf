"""What the rows of a file may become, which higher apps add to, and what a check of them says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from organizations.models import AccountOwned, User


@dataclass(frozen=True)
class ImportColumn:
    key: str
    label: str
    is_required: bool = False
    hint: str = ""
    #: Other headers that it is known by, such as the one in exports.
    also_called: tuple[str, ...] = ()
    #: Sealed on the way in, and shown on no page.
    is_secret: bool = False


@dataclass(frozen=True)
class ImportLine:
    """The cells of one line that go somewhere, by the key of their column."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class LineError:
    """`column` is the label of the column; blank when the error is the whole line's."""

    number: int
    column: str
    message: str


class Effect(StrEnum):
    NEW = "New"
    CHANGED = "Changed"
    UNCHANGED = "Unchanged"


@dataclass(frozen=True)
class PlannedRow:
    """What one line would do; `work` is what its target needs to do it."""

    number: int
    effect: Effect
    name: str
    place: str
    work: Any


@dataclass
class ImportPlan:
    rows: list[PlannedRow] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)

    def count(self, effect: Effect) -> int:
        return sum(row.effect == effect for row in self.rows)

    @property
    def is_possible(self) -> bool:
        return not self.errors and any(row.effect != Effect.UNCHANGED for row in self.rows)


def plan_each(lines: Iterable[ImportLine], plan_line: Callable[[ImportLine, ImportPlan], None]) -> ImportPlan:
    plan = ImportPlan()
    for line in lines:
        plan_line(line, plan)
    return plan


class InvalidCellError(ValueError):
    """A cell does not fit its column; the message is fit for a person."""


class LineRefusedError(ValueError):
    """A line that was fine when it was planned can't be written; `error` says which and why."""

    def __init__(self, number: int, reason: Exception) -> None:
        super().__init__(str(reason))
        self.error = LineError(number, "", str(reason))


class ImportTarget(Protocol):
    """One kind of row. `plan` changes nothing; `write` gets its rows in the same transaction as they were planned in,
    and raises LineRefusedError for the first that can't be."""

    @property
    def key(self) -> str: ...

    @property
    def noun(self) -> tuple[str, str]:
        """What the rows are, as in "1 contact" and "12 contacts"."""

    @property
    def about(self) -> AccountOwned | None:
        """The row that decides who may read of an import, as in `record_activity`."""

    @property
    def columns(self) -> Sequence[ImportColumn]: ...

    @property
    def url(self) -> str:
        """Where the imported rows are seen."""

    def plan(self, lines: Sequence[ImportLine]) -> ImportPlan: ...

    def write(self, rows: Sequence[PlannedRow], *, now: datetime, actor: User) -> None: ...


#: Each gives the targets that a user may import to.
_providers: list[Callable[[User], Iterable[ImportTarget]]] = []


def register_import_targets(provider: Callable[[User], Iterable[ImportTarget]]) -> None:
    _providers.append(provider)


def import_targets(user: User) -> list[ImportTarget]:
    return [target for provide in _providers for target in provide(user)]


def find_target(user: User, key: str) -> ImportTarget | None:
    return next((target for target in import_targets(user) if target.key == key), None)
