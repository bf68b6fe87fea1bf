"""A mail server on a loopback port that keeps what it is sent, and refuses what a test wants it to."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


@dataclass
class MailServer:
    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    #: What it answers to a recipient, by address; everyone else is welcome.
    refusals: dict[str, str] = field(default_factory=dict)
    #: Letters after whose text it hangs up without a word.
    hangs_up_after: int | None = None

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(str(each["To"]), str(each["Subject"])) for each in self.received]


class _Conversation(socketserver.StreamRequestHandler):
    server: "_Listener"

    def handle(self) -> None:
        self._say("220 mail.test")
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            match verb.upper():
                case "QUIT":
                    return self._say("221 bye")
                case "RCPT":
                    address = rest.partition("<")[2].partition(">")[0]
                    self._say(self.server.mail.refusals.get(address, "250 welcome"))
                case "DATA":
                    self._say("354 go on")
                    if self._keep(self._text()):
                        return None
                    self._say("250 kept")
                case _:
                    self._say("250 mail.test")
        return None

    def _text(self) -> bytes:
        # A line that begins with a dot travels with another one before it.
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(line.removeprefix(b".") for line in lines)

    def _keep(self, text: bytes) -> bool:
        """Whether to hang up now."""
        mail = self.server.mail
        mail.received.append(message_from_bytes(text, policy=policy.default))
        return len(mail.received) == mail.hangs_up_after

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, mail: MailServer) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mail = mail


@contextmanager
def mail_server() -> Iterator[MailServer]:
    mail = MailServer()
    with _Listener(mail) as listener:
        mail.port = listener.server_address[1]
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, name="mail")
        thread.start()
        try:
            yield mail
        finally:
            listener.shutdown()
            thread.join()
