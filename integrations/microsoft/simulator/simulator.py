"""The simulator as tests and the management command hold it: start, stop and every control."""

import shutil
import tempfile
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from integrations.microsoft.simulator.application import DEFAULT_ROLES, DIRECTORY_READ, Application
from integrations.microsoft.simulator.authority import CA_FILE
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.faults import Fault, Rule
from integrations.microsoft.simulator.identifiers import guid
from integrations.microsoft.simulator.journal import RecordedRequest
from integrations.microsoft.simulator.server import Server
from integrations.microsoft.simulator.world import World


class Simulator:
    """Without a directory, the certificate authority is made anew and forgotten at the end."""

    def __init__(
        self,
        world: World,
        *,
        port: int = 0,
        directory: Path | None = None,
        application_id: str | None = None,
        client_secret: str | None = None,
    ) -> None:
        self.world = world
        application = Application(
            (application_id or guid(world.seed, "application")).lower(),
            client_secret or _default_secret(world.seed),
        )
        self._environment = Environment(world, application)
        self._environment.consents.grant(world.partner.tenant_id, roles=DEFAULT_ROLES | {DIRECTORY_READ})
        self._directory = directory
        self._is_temporary = directory is None
        self._port = port
        self._server: Server | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> Self:
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="graph-simulator-"))
        server = Server(self._environment, directory=self._directory, port=self._port)
        try:
            # Whoever starts again after an outage is found where it was before.
            self._port = server.start()
        except OSError:
            self.close()
            raise
        self._server = server
        return self

    def stop(self) -> None:
        """Unreachable, as in an outage; `start` ends it."""
        if self._server:
            self._server.stop()
            self._server = None

    def close(self) -> None:
        self.stop()
        if self._is_temporary and self._directory:
            shutil.rmtree(self._directory)
            self._directory = None

    @property
    def url(self) -> str:
        return self._environment.origin

    @property
    def ca_path(self) -> Path:
        if self._directory is None:
            raise RuntimeError("the simulator makes its certificate authority when it starts")
        return self._directory / CA_FILE

    @property
    def application(self) -> Application:
        return self._environment.application

    @property
    def application_id(self) -> str:
        return self.application.id

    @property
    def client_secret(self) -> str:
        return self.application.secret

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        return self._environment.journal.requests()

    def forget_requests(self) -> None:
        self._environment.journal.forget()

    @property
    def latency(self) -> float:
        return self._environment.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._environment.latency = seconds

    @property
    def token_lifetime(self) -> int:
        return self._environment.token_lifetime

    @token_lifetime.setter
    def token_lifetime(self, seconds: int) -> None:
        self._environment.token_lifetime = seconds

    def advance_clock(self, seconds: float) -> None:
        """Ages tokens and codes already given out. The world's dates stay."""
        self._environment.clock_ahead += seconds

    def rotate_keys(self) -> None:
        self._environment.tokens.rotate()

    def decline_sign_ins(self) -> None:
        self._environment.sign_in_declined = True

    def register_certificate(self, certificate_pem: str | bytes) -> None:
        self.application.register_certificate(certificate_pem)

    def grant_consent(self, tenant_id: str, *, roles: Collection[str] = DEFAULT_ROLES) -> None:
        self._environment.consents.grant(tenant_id, roles=roles)

    def revoke_consent(self, tenant_id: str) -> None:
        self._environment.consents.revoke(tenant_id)

    def misbehave(
        self,
        fault: Fault,
        *,
        tenant: str | None = None,
        endpoint: str | None = None,
        times: int | None = None,
    ) -> None:
        """Without an endpoint, everything of Graph's; without times, until `behave`."""
        self._environment.faults.add(Rule(fault, tenant, endpoint, times))

    def behave(self) -> None:
        self._environment.faults.clear()


def _default_secret(seed: int) -> str:
    return "sim~" + sha256(f"secret {seed}".encode()).hexdigest()[:36]
