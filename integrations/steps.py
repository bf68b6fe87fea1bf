"""What a sync does with each tenant. Apps register their steps at start-up; the engine runs those that settings tick."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from integrations.contact_rules import ContactRules
from integrations.microsoft.tenant import TenantReader


@dataclass(frozen=True)
class TenantContext:
    """Where a step writes: ids of this account's rows, the time of writing, and what people decided beforehand."""

    account_id: int
    match_id: int
    organization_id: int
    now: datetime
    rules: ContactRules = field(default_factory=ContactRules)
    #: Keys of changes that a person accepted although much vanishes with them.
    approved: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """One line of a preview, or of what a held sync would take away. `key` names it among its tenant's changes; `kind`
    is what the lines are counted by, in words, and `count` how many things a line stands for, such as "and 240 more"."""

    key: str
    kind: str
    subject: str
    detail: str = ""
    count: int = 1

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)


@dataclass(frozen=True)
class StepOutcome:
    """Counts of assets, and of contacts written. `held` says, in words, why nothing was taken away although much had
    vanished, and `withheld` what that is. `remark` is worth telling although all went well."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    orphaned: int = 0
    contacts: int = 0
    held: str = ""
    withheld: tuple[Change, ...] = ()
    remark: str = ""

    def __add__(self, other: "StepOutcome") -> "StepOutcome":
        return StepOutcome(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.orphaned + other.orphaned,
            self.contacts + other.contacts,
            " ".join(filter(None, (self.held, other.held))),
            (*self.withheld, *other.withheld),
            " ".join(filter(None, (self.remark, other.remark))),
        )


class SyncStep(Protocol):
    """One thing that a sync keeps in step.

    `read` talks to Microsoft with no transaction open and returns everything that the rules ask for, or raises. The
    engine writes each of its `portions`, of which there is at least one, by `apply` in a transaction of its own, which
    must be short and idempotent; it has each in hand before the one ahead of it is written. `plan` tells what all of
    them would do and writes nothing.

    The others answer for what the step has written so far, in the caller's transaction. `move` takes it along when the
    tenant's organization changes; `orphan` marks it when nobody updates it any more. After a disconnect, `release` makes
    ordinary records of at most `limit` of it and `purge` deletes them, each telling how many rows by kind and nothing
    when there are none left; then `forget_type` does the same to what held them.
    """

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def description(self) -> str: ...

    def read(self, tenant: TenantReader, rules: ContactRules) -> Any: ...
    def portions(self, reading: Any) -> Iterable[Any]: ...
    def plan(self, context: TenantContext, reading: Any) -> Sequence[Change]: ...
    def apply(self, context: TenantContext, portion: Any) -> StepOutcome: ...
    def count(self, account_id: int, match_ids: Collection[int]) -> Counter[str]: ...
    def move(self, context: TenantContext) -> int: ...
    def orphan(self, context: TenantContext) -> int: ...
    def release(
        self, account_id: int, match_ids: Collection[int], *, limit: int, now: datetime
    ) -> Counter[str]: ...
    def purge(self, account_id: int, match_ids: Collection[int], *, limit: int) -> Counter[str]: ...
    def forget_type(self, account_id: int, *, now: datetime) -> Counter[str]: ...


_steps: dict[str, SyncStep] = {}


def register_step(step: SyncStep) -> None:
    _steps[step.key] = step


def registered_steps() -> Sequence[SyncStep]:
    return tuple(_steps.values())


def steps_named(keys: Iterable[str]) -> Sequence[SyncStep]:
    """In order of registration, which is the order in which they build on each other."""
    wanted = set(keys)
    return tuple(step for step in _steps.values() if step.key in wanted)
