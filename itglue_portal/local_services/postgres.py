"""The checkout's PostgreSQL: its cluster, its start and its end."""

import logging
import shlex
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, ClassVar

import psycopg2

from itglue_portal.database import roles
from itglue_portal.local_services.addresses import DATABASE, SUPERUSER, addresses_at, superuser_url
from itglue_portal.local_services.passwords import Passwords
from itglue_portal.local_services.programs import Program, find_postgres
from itglue_portal.local_services.server import Server

OLDEST_TESTED = 17
# A crash of the machine may lose a developer's data; it must never lose anyone else's. Not for production.
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "autovacuum_naptime": "10s",
}
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Postgres(Server):
    name: ClassVar[str] = "postgres"
    passwords: Passwords

    def is_prepared(self) -> bool:
        with suppress(psycopg2.OperationalError):
            psycopg2.connect(addresses_at(self.places, self.passwords).database).close()
            return True
        return False

    def prepare(self) -> None:
        """Roles and the database, which a killed first start may have left unmade."""
        superuser = superuser_url(self.places, self.passwords)
        roles.ensure_roles(
            superuser,
            {
                roles.OWNER: self.passwords.owner,
                roles.RUNTIME: self.passwords.runtime,
                roles.SCHEDULER: self.passwords.scheduler,
            },
        )
        roles.ensure_database(superuser, DATABASE)

    def launch(self, log: IO[bytes], life: int) -> None:
        program = find_postgres(self.account, self.places.servers / "programs")
        if program.major < OLDEST_TESTED:
            logger.warning(
                "PostgreSQL %s is older than %s, the oldest we test.", program.major, OLDEST_TESTED
            )
        cluster = self._cluster(program, log)
        self._forget_crash()
        options = [part for name, value in TUNING.items() for part in ("-c", f"{name}={value}")]
        options += ["-k", str(self.places.sockets)]
        exit_code = self.account.run(
            program.path.with_name("pg_ctl"),
            *("-D", str(cluster), "-W", "start", "-o", shlex.join(options)),
            cwd=cluster,
            log=log,
            inherited=(life,),
        )
        self.check(exit_code, step="start")

    def answers(self) -> bool:
        try:
            psycopg2.connect(superuser_url(self.places, self.passwords)).close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise self.failure(
                    f"has other passwords; remove {self.places.servers} to begin afresh"
                ) from error
            return False
        return True

    def shut_down(self) -> None:
        program = find_postgres(self.account, self.places.servers / "programs")
        with self.log.open("ab") as log:
            for pid_file in self._pid_files():
                cluster = pid_file.parent
                stop = ("-D", str(cluster), "-m", "fast", "-W", "stop")
                self.account.run(program.path.with_name("pg_ctl"), *stop, cwd=cluster, log=log)

    def _cluster(self, program: Program, log: IO[bytes]) -> Path:
        """Named by its major version: another one can't open it."""
        cluster = self.places.servers / f"postgres-{program.major}"
        if not cluster.is_dir():
            # Renamed into place when whole, so that a killed process leaves no half cluster.
            draft = self.places.servers / "cluster.draft"
            shutil.rmtree(draft, ignore_errors=True)
            self._initialize(program, draft, log)
            draft.rename(cluster)
        return cluster

    def _initialize(self, program: Program, cluster: Path, log: IO[bytes]) -> None:
        with NamedTemporaryFile("w", dir=self.places.servers) as secret:
            secret.write(self.passwords.superuser)
            secret.flush()
            self.account.give(Path(secret.name))
            exit_code = self.account.run(
                program.path.with_name("initdb"),
                *("-D", str(cluster), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
                *("--auth=scram-sha-256", f"--pwfile={secret.name}"),
                cwd=self.places.servers,
                log=log,
            )
        self.check(exit_code, step="make its cluster")

    def _forget_crash(self) -> None:
        # We hold the server's lock, so none is alive; the process ids that a crash left here may be
        # strangers' by now, and PostgreSQL would refuse to start because of them.
        for leftover in (*self._pid_files(), self.places.sockets / ".s.PGSQL.5432.lock"):
            leftover.unlink(missing_ok=True)

    def _pid_files(self) -> list[Path]:
        return list(self.places.servers.glob("postgres-*/postmaster.pid"))
