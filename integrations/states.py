"""The states of integrations, runs and tenant syncs. Pure: shared by models, rules and pages."""

from enum import StrEnum


class IntegrationStatus(StrEnum):
    CONNECTED = "connected"
    PAUSED = "paused"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    OK = "ok"
    PARTIAL = "partial"
    HELD = "held"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def is_live(self) -> bool:
        return self in LIVE_RUNS


class SyncState(StrEnum):
    """Of one tenant in one run."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    MANUAL = "manual"
    SCHEDULE = "schedule"


class MatchState(StrEnum):
    UNMATCHED = "unmatched"
    MATCHED = "matched"
    IGNORED = "ignored"


LIVE_RUNS = (RunState.QUEUED, RunState.RUNNING)
OPEN_SYNCS = (SyncState.PENDING, SyncState.LEASED)


def final_run_state(counts: dict[SyncState, int]) -> RunState:
    """What a run without open tenants ended as: held beats partial, since a person has to look."""
    done, held = counts.get(SyncState.DONE, 0), counts.get(SyncState.HELD, 0)
    failed, cancelled = counts.get(SyncState.FAILED, 0), counts.get(SyncState.CANCELLED, 0)
    if held:
        return RunState.HELD
    if failed:
        return RunState.PARTIAL if done else RunState.ERROR
    return RunState.CANCELLED if cancelled else RunState.OK
