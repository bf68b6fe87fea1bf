"""What both servers share: they hold a lock for as long as they live, which is how anyone knows that they do."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from itglue_portal.local_services.account import Account
from itglue_portal.local_services.errors import ServicesError
from itglue_portal.local_services.locks import is_held, opened, own
from itglue_portal.local_services.places import Places

PATIENCE = 60.0
GLANCE = 0.01
LAST_LINES = 12


@dataclass(frozen=True)
class Server(ABC):
    """Start and stop are called under the checkout's lock, never by two processes at once."""

    name: ClassVar[str]
    places: Places
    account: Account

    @property
    def log(self) -> Path:
        return self.places.home / f"{self.name}.log"

    @property
    def life(self) -> Path:
        return self.places.home / f"{self.name}.lock"

    def is_alive(self) -> bool:
        # A process id would lie: after a crash or a reboot it may be a stranger's.
        return is_held(self.life)

    def start(self) -> bool:
        """Whether it had to be launched; it answers in either case."""
        is_launched = not self.is_alive()
        if is_launched:
            self.log.unlink(missing_ok=True)
            self.log.touch(mode=0o600)
            with opened(self.life) as life, self.log.open("ab") as log:
                # The server inherits the locked file, and with it the lock.
                own(life)
                self.launch(log, life)
        self._wait(self._has_answered, step="answer")
        return is_launched

    def stop(self) -> None:
        if self.is_alive():
            self.shut_down()
            self._wait(lambda: not self.is_alive(), step="stop")

    @abstractmethod
    def launch(self, log: IO[bytes], life: int) -> None: ...

    @abstractmethod
    def answers(self) -> bool: ...

    @abstractmethod
    def shut_down(self) -> None: ...

    def check(self, exit_code: int, *, step: str) -> None:
        if exit_code != 0:
            raise self.failure(f"could not {step}")

    def failure(self, what: str) -> ServicesError:
        said = self.log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:]
        return ServicesError("\n".join([f"{self.name} {what}; {self.log} ends with:", *said]))

    def _has_answered(self) -> bool:
        if not self.is_alive():
            raise self.failure("ended before it answered")
        return self.answers()

    def _wait(self, is_done: Callable[[], bool], *, step: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_done():
            if time.monotonic() > deadline:
                raise self.failure(f"did not {step} within {PATIENCE:.0f} seconds")
            time.sleep(GLANCE)
