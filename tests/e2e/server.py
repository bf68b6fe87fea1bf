"""The portal on a port of its own, in threads of this process. Not pytest-django's: that one empties all tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler


class PatientServer(ThreadedWSGIServer):
    """Closing waits for every request's thread: each holds a connection to the test database."""

    daemon_threads = False


class QuietHandler(WSGIRequestHandler):
    timeout = 30

    def log_message(self, *args: object) -> None:
        """Pages are watched in the browser, not in a log."""


@contextmanager
def serving() -> Iterator[str]:
    """Yields the address of a running portal."""
    server = PatientServer(("localhost", 0), QuietHandler)
    server.set_app(WSGIHandler())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="portal")
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
