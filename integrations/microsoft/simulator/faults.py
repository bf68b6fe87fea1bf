"""How the simulator is told to misbehave: a fault, where it strikes, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Self

from integrations.microsoft.simulator.effects import EFFECTS, Attempt
from integrations.microsoft.simulator.exchange import Answer

# A fault that names no endpoint strikes Graph alone: tests say "token" when they mean the token endpoint.
IDENTITY_ENDPOINTS = frozenset({"discovery", "keys", "token", "authorize", "adminconsent"})


@dataclass(frozen=True)
class Fault:
    """`from_page` keeps a fault for later pages of a list, where reading has already begun."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    from_page: int = 1

    def __post_init__(self) -> None:
        if self.kind not in EFFECTS:
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(sorted(EFFECTS))}")

    def strike(self, attempt: Attempt) -> Answer:
        return EFFECTS[self.kind](attempt, **self.options)

    def on_page(self, number: int) -> Self:
        return type(self)(self.kind, self.options, number)

    @classmethod
    def throttled(cls, *, retry_after: float | None = 1, scope: str = "Tenant_Application") -> Self:
        return cls("throttled", {"retry_after": retry_after, "scope": scope})

    @classmethod
    def throttled_until(cls, *, seconds: float) -> Self:
        """Retry-After as a date instead of a number."""
        return cls("throttled_until", {"seconds": seconds})

    @classmethod
    def server_error(cls, status: int = 503, *, retry_after: float | None = None) -> Self:
        return cls("server_error", {"status": status, "retry_after": retry_after})

    @classmethod
    def refused(cls, status: int, code: str, *, message: str = "") -> Self:
        return cls("refused", {"status": status, "code": code, "message": message})

    @classmethod
    def slow(cls, seconds: float) -> Self:
        return cls("slow", {"seconds": seconds})

    @classmethod
    def cut(cls, *, share: float = 0.5) -> Self:
        """The connection breaks when this share of the body is out; at 0, before the first byte."""
        return cls("cut", {"share": share})

    @classmethod
    def truncated(cls) -> Self:
        return cls("truncated")

    @classmethod
    def html(cls, *, status: int = 200) -> Self:
        return cls("html", {"status": status})

    @classmethod
    def wrong_content_type(cls) -> Self:
        return cls("wrong_content_type")

    @classmethod
    def answered(cls, body: str, *, status: int = 200, content_type: str = "application/json") -> Self:
        """Any answer at all."""
        return cls("answered", {"body": body, "status": status, "content_type": content_type})

    @classmethod
    def redirected(cls, location: str) -> Self:
        return cls("redirected", {"location": location})

    @classmethod
    def lost_page(cls) -> Self:
        return cls("lost_page", from_page=2)

    @classmethod
    def missing_next_link(cls) -> Self:
        return cls("missing_next_link")

    @classmethod
    def looping_page(cls) -> Self:
        return cls("looping_page")

    @classmethod
    def foreign_page(cls, origin: str = "https://graph.example.net") -> Self:
        return cls("foreign_page", {"origin": origin})

    @classmethod
    def empty_page(cls) -> Self:
        """Legal: a page without entries, and a link to the rest."""
        return cls("empty_page")

    @classmethod
    def expired_token(cls) -> Self:
        return cls("expired_token")

    @classmethod
    def invalid_token(cls) -> Self:
        return cls("invalid_token")

    @classmethod
    def consent_missing(cls) -> Self:
        return cls("consent_missing")

    @classmethod
    def empty(cls) -> Self:
        return cls("empty")

    @classmethod
    def missing_value(cls) -> Self:
        return cls("missing_value")

    @classmethod
    def without(cls, member: str) -> Self:
        """Every entry lacks one member."""
        return cls("without", {"member": member})

    @classmethod
    def another_tenants(cls) -> Self:
        return cls("another_tenants")

    @classmethod
    def duplicated(cls) -> Self:
        return cls("duplicated")

    @classmethod
    def overlapping(cls) -> Self:
        """Legal: later pages bring the first entry of all once more."""
        return cls("overlapping", from_page=2)

    @classmethod
    def huge(cls, *, megabytes: int = 8) -> Self:
        return cls("huge", {"megabytes": megabytes})

    @classmethod
    def unknown_values(cls) -> Self:
        """Legal: status words and properties nobody has heard of yet."""
        return cls("unknown_values")


@dataclass(slots=True)
class Rule:
    fault: Fault
    tenant_id: str | None
    endpoint: str | None
    times: int | None

    def matches(self, tenant_id: str, endpoint: str, *, page: int) -> bool:
        return (
            self.tenant_id in {None, tenant_id}
            and self._covers(endpoint)
            and page >= self.fault.from_page
            and self.times != 0
        )

    def _covers(self, endpoint: str) -> bool:
        return endpoint not in IDENTITY_ENDPOINTS if self.endpoint is None else endpoint == self.endpoint


class FaultBook:
    """Rules in the order they were given; the first that matches strikes."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = Lock()

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def rules(self) -> tuple[Rule, ...]:
        with self._lock:
            return tuple(self._rules)

    def take(self, tenant_id: str, endpoint: str, *, page: int = 1) -> Fault | None:
        if not self._rules:
            return None
        with self._lock:
            rule = next((each for each in self._rules if each.matches(tenant_id, endpoint, page=page)), None)
            if rule is None:
                return None
            if rule.times is not None:
                rule.times -= 1
            return rule.fault
