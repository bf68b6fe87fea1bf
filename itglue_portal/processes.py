"""Child processes that live as long as their parent's `with` block: the demo's and the tests' workers."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

#: Seconds a child has to finish after it was asked to; a Celery worker ends its current tenant first.
GRACE_SECONDS = 15


class ChildDiedError(RuntimeError):
    """A child ended by itself; the message holds the end of its log."""


class Processes:
    def __init__(self, logs: Path, *, env: Mapping[str, str]) -> None:
        self._logs = logs
        self._env = dict(env)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def start(self, name: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        """`python -m module arguments`, in a session of its own so that Ctrl-C reaches the parent alone."""
        command: Sequence[str] = [sys.executable, "-m", module, *arguments]
        with self._log(name).open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - our own modules
                command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._children[name] = child
        return child

    def require_alive(self) -> None:
        for name, child in self._children.items():
            if child.poll() is not None:
                ending = self._log(name).read_text(errors="replace")[-2000:]
                raise ChildDiedError(f"{name} ended with code {child.returncode}:\n{ending}")

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"
