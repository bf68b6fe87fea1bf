"""What the two halves of the simulator, identity platform and Graph, share while they run."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from integrations.microsoft.simulator.application import Application, Consents
from integrations.microsoft.simulator.faults import FaultBook
from integrations.microsoft.simulator.journal import Journal
from integrations.microsoft.simulator.tokens import TokenService
from integrations.microsoft.simulator.world import World


@dataclass(slots=True)
class Environment:
    """`clock_ahead` is in seconds: tokens and codes age by it, the world does not."""

    world: World
    application: Application
    origin: str = ""
    latency: float = 0.0
    token_lifetime: int = 3599
    clock_ahead: float = 0.0
    sign_in_declined: bool = False
    consents: Consents = field(default_factory=Consents)
    tokens: TokenService = field(default_factory=TokenService)
    faults: FaultBook = field(default_factory=FaultBook)
    journal: Journal = field(default_factory=Journal)

    def now(self) -> float:
        return time.time() + self.clock_ahead

    def today(self) -> datetime:
        return datetime.fromtimestamp(self.now(), tz=UTC)
