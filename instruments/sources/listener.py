"""TCP connections that instruments open to us: one thread for each, and one that accepts."""

import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from instruments.errors import PortUnavailable
from instruments.links.link import Link
from instruments.sources.backoff import Backoff
from instruments.sources.conversation import Conversation
from instruments.sources.source import Intake, SourceStatus
from instruments.sources.tcp import SocketLine, parse_address

ACCEPT_SECONDS = 0.25
READ_SECONDS = 1.0
CLOSING_SECONDS = 5.0
BACKLOG = 128


class Peer(threading.Thread):
    """One connection and the thread that serves it until the peer closes, the line fails or the service stops."""

    def __init__(self, connection: socket.socket, conversation: Conversation, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.conversation = conversation
        self._connection = connection
        self._stop_all = stop

    def run(self) -> None:
        """Converse; what was unfinished at the end is kept as such."""
        with self._connection:
            try:
                self._converse(SocketLine(self._connection))
            except ConnectionError:
                pass  # the usual end of a connection
            except OSError as fault:
                self.conversation.status.detail = str(fault)
            finally:
                self.conversation.hang_up()

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


class Listener(ABC):
    """A port that instruments connect to; `address` is host:port, port 0 for any free one.

    Raises PortUnavailable for what is no address.
    """

    def __init__(self, name: str, address: str, *, backoff: Backoff | None = None) -> None:
        self._name = name
        self._host, self._wanted = parse_address(address)
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
    @abstractmethod
    def status(self) -> SourceStatus:
        """How it is doing."""

    @abstractmethod
    def _welcome(self, connection: socket.socket, stop: threading.Event) -> None:
        """Serve a new connection."""

    @abstractmethod
    def _between(self) -> bool:
        """Whatever is due between two connections; false while there is no room for one more."""

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

    def _serve(self, server: socket.socket, stop: threading.Event) -> None:
        self._status.state, self._status.detail = "up", ""
        while not stop.is_set():
            if not self._between():
                stop.wait(ACCEPT_SECONDS)
                continue
            with suppress(TimeoutError):
                self._welcome(server.accept()[0], stop)
                self._backoff.reset()


class InstrumentListener(Listener):
    """A port for one instrument: one link for life, and the newest connection counts.

    After a power cut an instrument dials again while its old connection still looks alive.
    """

    def __init__(self, name: str, address: str, link: Link, intake: Intake, *, backoff: Backoff | None = None) -> None:
        super().__init__(name, address, backoff=backoff)
        self._conversation = Conversation(link, intake, self._status)
        self._peer: Peer | None = None

    @property
    def status(self) -> SourceStatus:
        """How it is doing."""
        return self._status

    def run(self, stop: threading.Event) -> None:
        """Take up what was on disk, then work until `stop` is set."""
        self._conversation.resume()
        super().run(stop)

    def _welcome(self, connection: socket.socket, stop: threading.Event) -> None:
        if self._peer:
            self._peer.shut(socket.SHUT_RDWR)
            self._peer.join(CLOSING_SECONDS)
            if self._peer.is_alive():  # still putting something on disk; the instrument tries again
                connection.close()
                return
        self._peer = Peer(connection, self._conversation, stop)
        self._peer.start()

    def _between(self) -> bool:
        if self._peer is None or not self._peer.is_alive():
            self._conversation.keep_time()
        return True

    def _farewell(self) -> None:
        if self._peer:
            self._peer.shut(socket.SHUT_RD)
            self._peer.join(CLOSING_SECONDS)


class SharedListener(Listener):
    """A port for many senders: a link for each connection, made by `make_link`, which must leave no parts behind.

    Whoever comes while `most` connections are open waits in the system's queue.
    """

    def __init__(
        self,
        name: str,
        address: str,
        make_link: Callable[[], Link],
        intake: Intake,
        *,
        most: int = 1000,
        backoff: Backoff | None = None,
    ) -> None:
        super().__init__(name, address, backoff=backoff)
        self._make_link = make_link
        self._intake = intake
        self._most = most
        self._peers: list[Peer] = []
        self._lock = threading.Lock()

    @property
    def status(self) -> SourceStatus:
        """How it is doing, all connections together."""
        with self._lock:
            total = SourceStatus(state=self._status.state, reopened=self._status.reopened)
            for each in (self._status, *(peer.conversation.status for peer in self._peers)):
                _add(total, each)
            if len(self._peers) >= self._most:
                total.detail = f"{self._most} connections are open; the next ones wait"
            return total

    def _welcome(self, connection: socket.socket, stop: threading.Event) -> None:
        conversation = Conversation(self._make_link(), self._intake, SourceStatus())
        peer = Peer(connection, conversation, stop)
        with self._lock:
            self._peers.append(peer)
        peer.start()

    def _between(self) -> bool:
        with self._lock:
            for peer in self._peers:
                if not peer.is_alive():
                    _add(self._status, peer.conversation.status)
            self._peers = [peer for peer in self._peers if peer.is_alive()]
        return len(self._peers) < self._most

    def _farewell(self) -> None:
        for peer in self._peers:
            peer.shut(socket.SHUT_RD)
        until = time.monotonic() + CLOSING_SECONDS
        for peer in self._peers:
            peer.join(max(0.0, until - time.monotonic()))
        self._between()


def _add(total: SourceStatus, one: SourceStatus) -> None:
    total.bytes_in += one.bytes_in
    total.messages += one.messages
    total.refusals += one.refusals
    total.noise_bytes += one.noise_bytes
    total.delivered += one.delivered
    total.undelivered += one.undelivered
    total.detail = one.detail or total.detail
