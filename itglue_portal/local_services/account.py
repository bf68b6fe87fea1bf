"""The operating-system account the servers run under, and how their programs are run as it."""

import os
import pwd
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from itglue_portal.local_services.errors import ServicesError

# PostgreSQL refuses to run as root. Only accounts that exist already: making one is not ours to do.
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """Nobody in particular when we are unprivileged already; else the account to become."""

    user: int | None = None
    group: int | None = None

    @property
    def is_switched(self) -> bool:
        return self.user is not None

    @property
    def owner(self) -> int:
        return os.geteuid() if self.user is None else self.user

    def run(self, *command: Path | str, cwd: Path, log: IO[bytes], inherited: tuple[int, ...] = ()) -> int:
        """Exit code; all output goes to `log`, a file: a server would keep a pipe open, and us waiting."""
        done = subprocess.run(  # noqa: S603 - our own argument list, no shell
            command,
            cwd=cwd,
            env=clean_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=inherited,
            user=self.user,
            group=self.group,
            extra_groups=[] if self.is_switched else None,
            check=False,
        )
        return done.returncode

    def give(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group, follow_symlinks=False)

    def give_tree(self, top: Path) -> None:
        for path in (top, *top.rglob("*")):
            self.give(path)

    def can_enter(self, directory: Path) -> bool:
        """Whether every directory down to this one lets the account through."""
        return not self.is_switched or all(self._may_pass(step) for step in (directory, *directory.parents))

    def _may_pass(self, directory: Path) -> bool:
        found = directory.stat()
        if found.st_uid == self.user:
            return bool(found.st_mode & 0o100)
        if found.st_gid == self.group:
            return bool(found.st_mode & 0o010)
        return bool(found.st_mode & 0o001)


def server_account() -> Account:
    if os.geteuid() != 0:
        return Account()
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise ServicesError(
        f"Running as root, and none of the accounts {', '.join(UNPRIVILEGED)} exists to run the servers: "
        "run as another user, or set DATABASE_URL and REDIS_URL."
    )


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Without PGHOST, PGDATA and their kin, which would lead PostgreSQL's programs to another server."""
    return {name: value for name, value in environment.items() if not name.startswith("PG")} | {
        "LC_ALL": "C.UTF-8"
    }
