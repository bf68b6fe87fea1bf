"""An https origin that answers exactly what a test wrote down, for answers the simulator is too honest to give."""

import json
import ssl
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from integrations.microsoft.clouds import Cloud
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.identity import Identity

TENANT = "5a1e0a4c-6d2b-4f0e-9a6c-0f6f1d1c2b3a"
TOKEN = "canary-token-of-the-scripted-origin"
SECRET = "canary-secret-of-the-scripted-origin"


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    "Content-Length to claim, when it is not the body's."


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    client_port: int


def document(value: object, *, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())


class ScriptedOrigin:
    """Replies queue up per path; the last one stays."""

    def __init__(self, authority: trustme.CA, ca_path: Path) -> None:
        self.ca_path = ca_path
        self.received: list[Received] = []
        self._replies: dict[str, list[Reply]] = defaultdict(list)
        self._server = _server(self, authority.issue_cert("localhost"))
        self.url = f"https://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def cloud(self) -> Cloud:
        return Cloud(
            "scripted", "Scripted", self.url, self.url, "https://graph.microsoft.com", str(self.ca_path)
        )

    def identity(self) -> Identity:
        return Identity(self.cloud, ClientSecret("application", SECRET))

    def answer(self, path: str, *replies: Reply) -> None:
        self._replies[path] = list(replies)

    def forget(self) -> None:
        self.received.clear()
        self._replies.clear()
        self.accept(TENANT)

    def accept(self, tenant_id: str) -> None:
        """Let the application sign in to this tenant."""
        login = f"{self.url}/{tenant_id}"
        self.answer(
            f"/{tenant_id}/v2.0/.well-known/openid-configuration",
            document({"token_endpoint": f"{login}/token", "authorization_endpoint": f"{login}/authorize"}),
        )
        self.answer(f"/{tenant_id}/token", document({"access_token": TOKEN, "expires_in": 3599}))

    def paths(self) -> list[str]:
        return [received.path for received in self.received]

    def next_reply(self, path: str) -> Reply:
        queue = self._replies[urlsplit(path).path]
        if not queue:
            return Reply(404)
        return queue.pop(0) if len(queue) > 1 else queue[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _server(origin: ScriptedOrigin, certificate: trustme.LeafCert) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            origin.received.append(
                Received(self.command, self.path, dict(self.headers), body, self.client_address[1])
            )
            reply = origin.next_reply(self.path)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(reply.announced or len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = reply.announced is not None

        do_POST = do_GET  # noqa: N815  # the name http.server calls

        def log_message(self, *_arguments: object) -> None:
            """The tests look at what was received."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            """A client that hangs up is part of the tests."""

    server = Server(("localhost", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server
