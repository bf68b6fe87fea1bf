"""What a sync does with each tenant. Apps register their steps at start-up; the engine runs those that settings tick."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from integrations.microsoft.client import GraphClient


@dataclass(frozen=True)
class TenantContext:
    """Where a step writes: ids of this account's rows, and the time of writing."""

    account_id: int
    match_id: int
    organization_id: int
    now: datetime


@dataclass(frozen=True)
class StepOutcome:
    """Counts of assets. `held` says, in words, why nothing was taken away although much had vanished."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    orphaned: int = 0
    held: str = ""

    def __add__(self, other: "StepOutcome") -> "StepOutcome":
        return StepOutcome(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.orphaned + other.orphaned,
            " ".join(filter(None, (self.held, other.held))),
        )


class SyncStep(Protocol):
    """`read` talks to Microsoft with no transaction open and returns everything or raises; `apply` writes what was
    read in the engine's transaction, and must be idempotent."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def description(self) -> str: ...

    def read(self, client: GraphClient) -> Any: ...
    def apply(self, context: TenantContext, reading: Any) -> StepOutcome: ...


_steps: dict[str, SyncStep] = {}


def register_step(step: SyncStep) -> None:
    _steps[step.key] = step


def registered_steps() -> Sequence[SyncStep]:
    return tuple(_steps.values())


def steps_named(keys: Iterable[str]) -> Sequence[SyncStep]:
    """In order of registration, which is the order in which they build on each other."""
    wanted = set(keys)
    return tuple(step for step in _steps.values() if step.key in wanted)
