"""The checkout's Valkey, or the Redis found in its place."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from itglue_portal.local_services.addresses import VALKEY_SOCKET
from itglue_portal.local_services.programs import find_valkey
from itglue_portal.local_services.server import Server

# 64 databases: parallel test workers take one each. Nothing is saved: the queue's truth is in PostgreSQL.
OPTIONS = {
    "--port": "0",
    "--unixsocketperm": "700",
    "--databases": "64",
    "--save": "",
    "--appendonly": "no",
    "--maxmemory-policy": "noeviction",
    "--daemonize": "yes",
}
ANSWER_WITHIN = 5.0


@dataclass(frozen=True)
class Valkey(Server):
    name: ClassVar[str] = "valkey"

    @property
    def socket(self) -> Path:
        return self.places.sockets / VALKEY_SOCKET

    def launch(self, log: IO[bytes], life: int) -> None:
        program = find_valkey(self.account, self.places.servers / "valkey-programs")
        where = {
            "--unixsocket": str(self.socket),
            "--dir": str(self.places.servers),
            "--pidfile": str(self.places.servers / "valkey.pid"),
            "--logfile": str(self.places.servers / "valkey.log"),
        }
        options = [part for option in (OPTIONS | where).items() for part in option]
        exit_code = self.account.run(
            program.path, *options, cwd=self.places.servers, log=log, inherited=(life,)
        )
        self.check(exit_code, step="start")

    def answers(self) -> bool:
        with suppress(OSError):
            return self._say(b"PING\r\n") == b"+PONG\r\n"
        return False

    def shut_down(self) -> None:
        with suppress(OSError):
            self._say(b"SHUTDOWN NOSAVE\r\n")

    def _say(self, command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_WITHIN)
            connection.connect(str(self.socket))
            connection.sendall(command)
            return connection.recv(64)
