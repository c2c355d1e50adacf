"""MLLP servers, each in a process of its own, and a client that keeps many connections busy.

Ours puts every message on disk before it answers; the peers answer without keeping anything.
"""

import asyncio
import multiprocessing
import selectors
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from instruments.links.mllp import END, MllpReceiver, frame
from instruments.sources.shared_listener import Limits, SharedListener
from pipeline.intake import SpoolIntake
from pipeline.spool.spool import Spool
from pipeline.wiring import answer

HOST = "127.0.0.1"
START_SECONDS = 30.0
MESSAGE = (
    b"MSH|^~\\&|INVENTED|LAB|GRAFTLINE|SITE|20261120||ORU^R01^ORU_R01|1|P|2.5.1\rPID|1||INVENTED-1\r"
    b"OBR|1|||CBC^Blood count^99INV\r"
    + b"".join(b"OBX|%d|NM|WBC^White cells^99INV||5.61|10*3/uL|4-10|N|||F\r" % number for number in range(1, 13))
)
BAD = (b"", b"\x0b", b"\x0bMSH|^~\\&|cut", b"junk without end ", frame(b"no header")[:-1])
"""What connections that are no good begin with: silence, half a block, noise."""


Server = Callable[[Connection], None]
"""Listens on any free port, says through the connection which, and works until it is ended."""


@contextmanager
def serving(server: Server) -> Iterator[int]:
    """A server at work in a process of its own; its port."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=server, args=(theirs,), daemon=True)
    process.start()
    try:
        if not ours.poll(START_SECONDS):
            raise TimeoutError("the server did not come up")
        port: int = ours.recv()
        yield port
    finally:
        process.terminate()
        process.join()


def graftline(ready: Connection) -> None:
    """Our listener on a spool of its own."""
    with tempfile.TemporaryDirectory() as place, Spool(Path(place) / "spool") as spool:
        intake = SpoolIntake(spool, "bench", "hl7_oru")
        listener = SharedListener("bench", f"{HOST}:0", lambda: MllpReceiver(answer), intake, limits=Limits(most=4000))
        listener.open()
        ready.send(listener.port)
        listener.run(threading.Event())


def python_hl7(ready: Connection) -> None:
    """The server of python-hl7, which answers each message with its acknowledgement."""
    from hl7.mllp import start_hl7_server  # noqa: PLC0415  # not everybody has it

    async def converse(reader: Any, writer: Any) -> None:
        while not writer.is_closing():
            message = await reader.readmessage()
            writer.writemessage(message.create_ack())
            await writer.drain()

    async def serve() -> None:
        async with await start_hl7_server(converse, HOST, 0) as server:
            ready.send(server.sockets[0].getsockname()[1])
            await server.serve_forever()

    asyncio.run(serve())


def hl7apy(ready: Connection) -> None:
    """The server of hl7apy, which closes the connection after each message."""
    from hl7apy.mllp import AbstractHandler, MLLPServer  # noqa: PLC0415

    class Handler(AbstractHandler):  # type: ignore[misc]  # the library has no types
        def reply(self) -> str:
            """The same acknowledgement for everything."""
            return frame(b"MSH|^~\\&|||||||ACK|1|P|2.5.1\rMSA|AA|1\r").decode()

    MLLPServer.request_queue_size = 128  # its own, 5, has most of these clients wait for seconds
    server = MLLPServer(HOST, 0, {"ORU^R01^ORU_R01": (Handler,)})
    ready.send(server.server_address[1])
    server.serve_forever()


class Load:
    """So many connections to a port, each of which sends the next message when it has the answer to the last.

    Where the server closes after each answer the next message goes out on a new connection (`stays` is false).
    """

    def __init__(self, port: int, connections: int, *, stays: bool = True) -> None:
        self._stays = stays
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._sent: dict[socket.socket, float] = {}
        self.latencies: list[float] = []
        for _ in range(connections):
            self._connect()

    def run(self, seconds: float) -> float:
        """Round trips a second over so long."""
        block = frame(MESSAGE)
        begun = now = time.perf_counter()
        for connection in self._sent:
            self._say(connection, block)
        while now - begun < seconds:
            for key, _ in self._selector.select(1.0):
                self._hear(key.fileobj, block)  # type: ignore[arg-type]  # only sockets are registered
            now = time.perf_counter()
        return len(self.latencies) / (now - begun)

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._sent:
            connection.close()
        self._selector.close()

    def slowest(self, share: float) -> float:
        """The latency that so large a share of the round trips stays below, in milliseconds."""
        return 1e3 * sorted(self.latencies)[int(share * (len(self.latencies) - 1))]

    def _connect(self) -> socket.socket:
        connection = socket.create_connection((HOST, self._port), timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(connection, selectors.EVENT_READ)
        self._sent[connection] = 0.0
        return connection

    def _say(self, connection: socket.socket, block: bytes) -> None:
        self._sent[connection] = time.perf_counter()
        connection.sendall(block)

    def _hear(self, connection: socket.socket, block: bytes) -> None:
        answered = connection.recv(65536).endswith(END)
        if answered:
            self.latencies.append(time.perf_counter() - self._sent[connection])
        if not self._stays:
            self._selector.unregister(connection)
            del self._sent[connection]
            connection.close()
            self._say(self._connect(), block)
        elif answered:
            self._say(connection, block)


@contextmanager
def bad_connections(port: int, count: int) -> Iterator[None]:
    """So many connections at once that are no good, each in one of several ways."""
    opened = []
    for number in range(count):
        connection = socket.create_connection((HOST, port), timeout=10)
        connection.sendall(BAD[number % len(BAD)])
        opened.append(connection)
    try:
        yield
    finally:
        for connection in opened:
            connection.close()
