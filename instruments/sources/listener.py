"""A TCP port for one instrument that connects to us: a thread that accepts, and one for the connection that counts."""

import queue
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from instruments.errors import PortUnavailable
from instruments.links.link import Link
from instruments.sources.backoff import Backoff
from instruments.sources.conversation import Conversation
from instruments.sources.source import Intake, SourceStatus
from instruments.sources.tcp import SocketLine, parse_address
from instruments.sources.tls import HANDSHAKE_SECONDS, TlsFiles, server_context

ACCEPT_SECONDS = 0.25
READ_SECONDS = 1.0
CLOSING_SECONDS = 5.0
BACKLOG = 128
MOST_STRANGERS = 16
"""How many connections may be in the greeting of TLS at once; each takes a thread, and a real one a moment."""


class Peer(threading.Thread):
    """One connection and the thread that serves it until the peer closes, the line fails or the service stops."""

    def __init__(self, connection: socket.socket, conversation: Conversation, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.conversation = conversation
        self._connection = connection
        self._stop_all = stop

    def run(self) -> None:
        """Converse; what was unfinished at the end is kept as such."""
        try:
            self._converse(SocketLine(self._connection))
        except ConnectionError:
            pass  # the usual end of a connection
        except OSError as fault:
            self.conversation.status.detail = str(fault)
        finally:
            self.conversation.hang_up()
            self._connection.close()

    def _converse(self, line: SocketLine) -> None:
        self.conversation.begin(line.write)
        while not self._stop_all.is_set():
            left = self.conversation.patience_left()
            if chunk := line.read(READ_SECONDS if left is None else min(left, READ_SECONDS)):
                self.conversation.hear(chunk, line.write)
            self.conversation.keep_time(line.write)

    def shut(self, how: int) -> None:
        """Stop reading (SHUT_RD: an answer on its way still leaves), or everything (SHUT_RDWR)."""
        with suppress(OSError):  # it may have ended by itself
            self._connection.shutdown(how)


class Stranger(threading.Thread):
    """A connection that has not finished the greeting of TLS; `greeted` takes it when it has."""

    def __init__(
        self,
        connection: socket.socket,
        context: ssl.SSLContext,
        status: SourceStatus,
        greeted: Callable[[socket.socket], object],
    ) -> None:
        super().__init__(daemon=True)
        self._connection = connection
        self._context = context
        self._status = status
        self._greeted = greeted

    def run(self) -> None:
        """Greet; whoever cannot is sent away."""
        try:
            self._connection.settimeout(HANDSHAKE_SECONDS)
            secure = self._context.wrap_socket(self._connection, server_side=True, do_handshake_on_connect=False)
            self._connection = secure
            secure.do_handshake()
            self._greeted(secure)
        except ConnectionError:
            self._connection.close()
        except OSError as fault:
            self._status.detail = str(fault)
            self._connection.close()

    def send_away(self) -> None:
        """End it, if it is still there."""
        with suppress(OSError):  # the socket beneath TLS, which its own thread is busy with
            socket.socket.shutdown(self._connection, socket.SHUT_RDWR)


class Listener(ABC):
    """A port that instruments connect to; `address` is host:port, port 0 for any free one.

    Raises PortUnavailable for what is no address, and for certificates that cannot be used.
    """

    def __init__(self, name: str, address: str, *, tls: TlsFiles | None = None, backoff: Backoff | None = None) -> None:
        self._name = name
        self._host, self._wanted = parse_address(address)
        self._tls = server_context(tls) if tls else None
        self._backoff = backoff or Backoff()
        self._server: socket.socket | None = None
        self._status = SourceStatus()

    @property
    def name(self) -> str:
        """The instrument's name in the site file."""
        return self._name

    @property
    def port(self) -> int:
        """The port that is bound; 0 while none is."""
        return int(self._server.getsockname()[1]) if self._server else 0

    @property
    def status(self) -> SourceStatus:
        """How it is doing."""
        return self._status

    @abstractmethod
    def _serve(self, server: socket.socket, stop: threading.Event) -> None:
        """Take connections and serve them until `stop` is set. Raises OSError when the port is no good any more."""

    @abstractmethod
    def _farewell(self) -> None:
        """End every connection."""

    def open(self) -> None:
        """Bind the port; `run` does it too, and for ever, but here a fault is raised: PortUnavailable."""
        self._server = self._bound()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        while not stop.is_set():
            try:
                self._server = self._server or self._bound()
                self._status.state, self._status.detail = "up", ""
                self._serve(self._server, stop)
            except OSError as fault:
                self._status.state, self._status.detail = "down", str(fault)
                self._status.reopened += 1
                stop.wait(self._backoff.delay())
        self._farewell()
        if self._server:
            self._server.close()
            self._server = None
        self._status.state = "stopped"

    def _bound(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            server = socket.create_server((self._host, self._wanted), family=family, backlog=BACKLOG)
        except OSError as fault:
            raise PortUnavailable(f"cannot listen on {self._host}:{self._wanted}: {fault.strerror}") from fault
        server.settimeout(ACCEPT_SECONDS)
        return server


class InstrumentListener(Listener):
    """A port for one instrument: one link for life, and the newest connection counts.

    After a power cut an instrument dials again while its old connection still looks alive. On an encrypted port a
    connection counts when it has finished the greeting: before that anybody may have dialled.
    """

    def __init__(
        self,
        name: str,
        address: str,
        link: Link,
        intake: Intake,
        *,
        tls: TlsFiles | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        super().__init__(name, address, tls=tls, backoff=backoff)
        self._conversation = Conversation(link, intake, self._status)
        self._peer: Peer | None = None
        self._strangers: list[Stranger] = []
        self._greeted: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()

    def run(self, stop: threading.Event) -> None:
        """Take up what was on disk, then work until `stop` is set."""
        self._conversation.resume()
        super().run(stop)

    def _serve(self, server: socket.socket, stop: threading.Event) -> None:
        while not stop.is_set():
            if self._peer is None or not self._peer.is_alive():
                self._conversation.keep_time()
            with suppress(TimeoutError):
                self._admit(server.accept()[0])
                self._backoff.reset()
            with suppress(queue.Empty):
                self._welcome(self._greeted.get_nowait(), stop)

    def _admit(self, connection: socket.socket) -> None:
        """Let it count at once, or when it has greeted; the oldest of too many that have not makes room."""
        if self._tls is None:
            self._greeted.put(connection)
            return
        self._strangers = [each for each in self._strangers if each.is_alive()]
        if len(self._strangers) >= MOST_STRANGERS:
            self._strangers.pop(0).send_away()
        self._strangers.append(Stranger(connection, self._tls, self._status, self._greeted.put))
        self._strangers[-1].start()

    def _welcome(self, connection: socket.socket, stop: threading.Event) -> None:
        if self._peer:
            self._peer.shut(socket.SHUT_RDWR)
            self._peer.join(CLOSING_SECONDS)
            if self._peer.is_alive():  # still putting something on disk; the instrument tries again
                connection.close()
                return
        self._peer = Peer(connection, self._conversation, stop)
        self._peer.start()

    def _farewell(self) -> None:
        for stranger in self._strangers:
            stranger.send_away()
        while not self._greeted.empty():
            self._greeted.get().close()
        if self._peer:
            self._peer.shut(socket.SHUT_RD)
            self._peer.join(CLOSING_SECONDS)
