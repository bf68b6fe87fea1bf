"""The states of integrations, runs and tenant syncs. Pure: shared by models, rules and pages."""

from enum import StrEnum


def choices(states: type[StrEnum]) -> list[tuple[str, str]]:
    """As model fields take them."""
    return [(state.value, state.value) for state in states]


class IntegrationKind(StrEnum):
    """One app registration that many client tenants let in, or one made inside the single tenant it reads."""

    MULTI_TENANT = "multi-tenant"
    SINGLE_TENANT = "single-tenant"


class IntegrationStatus(StrEnum):
    CONNECTED = "connected"
    PAUSED = "paused"
    DISCONNECTING = "disconnecting"


class CredentialRole(StrEnum):
    CURRENT = "current"
    NEXT = "next"


class Schedule(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"
    MANUAL = "manual"


class Notify(StrEnum):
    """When a sync's end is told by e-mail."""

    NEVER = "never"
    PROBLEMS = "problems"
    ALWAYS = "always"


class RunKind(StrEnum):
    """A preview reads and plans like a sync, and writes nothing."""

    SYNC = "sync"
    PREVIEW = "preview"


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


class MatchSource(StrEnum):
    """How the portal came to know of a tenant."""

    MANUAL = "manual"
    CONSENT = "consent"
    PARTNER = "partner"


class Resolution(StrEnum):
    """What a person decided about a held tenant."""

    ACCEPTED = "accepted"
    DISCARDED = "discarded"


class InquiryKind(StrEnum):
    CONNECTION = "connection"
    TENANT = "tenant"
    DISCOVERY = "discovery"


class ConsentState(StrEnum):
    """Open until the link is used; answered until Microsoft confirms the tenant; verified until a person does."""

    OPEN = "open"
    ANSWERED = "answered"
    VERIFIED = "verified"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REFUSED = "refused"
    DISCARDED = "discarded"


class DisconnectMode(StrEnum):
    KEEP = "keep"
    DELETE = "delete"


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
