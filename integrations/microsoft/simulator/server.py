"""Serves the simulator over TLS: one listener on the loopback interface, for identity platform and Graph alike."""

import asyncio
import threading
import time
from pathlib import Path

from aiohttp import web

from integrations.microsoft.simulator.authority import open_authority, server_context
from integrations.microsoft.simulator.controls import PREFIX as CONTROLS_PREFIX
from integrations.microsoft.simulator.controls import Controls
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.exchange import Answer, Call, Trace
from integrations.microsoft.simulator.graph import PREFIX as GRAPH_PREFIX
from integrations.microsoft.simulator.graph import Graph
from integrations.microsoft.simulator.identity import Identity

_HOST = "127.0.0.1"


class Server:
    """Runs in a thread of its own with its own event loop, so that tests may be synchronous."""

    def __init__(self, environment: Environment, *, directory: Path, port: int) -> None:
        self._environment = environment
        self._graph = Graph(environment)
        self._identity = Identity(environment)
        self._controls = Controls(environment)
        self._tls = server_context(open_authority(directory))
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="graph-simulator", daemon=True)

    def start(self) -> int:
        """Returns the port listened on."""
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure
        return self._port

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = web.Server(self._handle, access_log=None, keepalive_timeout=300)
        try:
            listener = await self._loop.create_server(server, _HOST, self._port, ssl=self._tls, backlog=1024)
        except OSError as failure:
            self._failure = failure
        else:
            self._port = listener.sockets[0].getsockname()[1]
            self._environment.origin = f"https://localhost:{self._port}"
            self._ready.set()
            await self._stop.wait()
            listener.close()
            await _hang_up(server)
        finally:
            self._ready.set()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        received = time.monotonic()
        call = await _read(request)
        if call.path.startswith(CONTROLS_PREFIX):
            return _whole(self._controls.answer(call))
        trace = Trace()
        half = self._graph if call.path.startswith(GRAPH_PREFIX) else self._identity
        answer = half.answer(call, trace)
        # Before it is sent, so that whoever has the answer finds the request in the log.
        self._environment.journal.record(call, trace, time=received, status=answer.status)
        if delay := self._environment.latency + answer.delay:
            await asyncio.sleep(delay)
        return _whole(answer) if answer.cut_after is None else await _cut(request, answer, answer.cut_after)


async def _hang_up(server: web.Server) -> None:
    """Clients keep their connections open; waiting for each to say goodbye would take long."""
    for connection in server.connections:
        if connection.transport:
            connection.transport.abort()
    await server.shutdown(timeout=0.1)
    await asyncio.sleep(0)  # lets the event loop close the sockets


async def _read(request: web.BaseRequest) -> Call:
    return Call(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read() if request.body_exists else b"",
        raw_query=request.rel_url.raw_query_string,
    )


def _whole(answer: Answer) -> web.Response:
    headers = {**answer.headers, "Content-Type": answer.content_type}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


async def _cut(request: web.BaseRequest, answer: Answer, sent: int) -> web.StreamResponse:
    """Promise the whole body, send a part, and break the connection."""
    headers = {**answer.headers, "Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}
    response = web.StreamResponse(status=answer.status, headers=headers)
    if sent:
        await response.prepare(request)
        await response.write(answer.body[:sent])
    if request.transport:
        request.transport.abort()
    return response
