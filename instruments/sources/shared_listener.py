"""A TCP port for any number of senders: one thread that hears them all and puts what they bring on disk together.

In every turn each connection that has something to say is heard; what must be on disk goes there in one flush, and
only then do the answers leave. So a thousand senders cost one flush, and nobody waits for more than a turn.

Whoever does harm is kept from doing it to others: a turn takes little from each, a connection that only makes noise, or
does not read its answers, is closed, and when all places are taken the one that has brought nothing for longest makes
room.
"""

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import msgspec

from instruments.errors import Refused
from instruments.links.link import Event, Link, Message, Noise, Send
from instruments.sources.backoff import Backoff
from instruments.sources.listener import Listener
from instruments.sources.source import Intake
from instruments.sources.tcp import keep_alive
from instruments.sources.tls import HANDSHAKE_SECONDS, TlsFiles

TURN_SECONDS: Final = 0.25
READ_BYTES: Final = 16 * 1024
CLOCK_SECONDS: Final = 0.05
"""How often the deadlines of all connections are looked at."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much is borne. `spare`: after so many seconds without a message a connection may have to make room."""

    most: int = 2000
    spare: float = 10.0
    noise: int = 256 * 1024
    unread_answers: int = 1024 * 1024


class Caller:
    """One connection: its socket, its link, and what is still to be sent to it."""

    def __init__(self, connection: socket.socket, link: Link, now: float) -> None:
        self.connection = connection
        self.link = link
        self.outgoing = bytearray()
        self.noise = 0
        self.brought = now
        """When it last brought a message; when it came, if it has brought none."""
        self.greeted = not isinstance(connection, ssl.SSLSocket)

    def read(self) -> bytes | None:
        """What has come in; nothing while there is none, None at the end. Raises OSError."""
        try:
            if isinstance(self.connection, ssl.SSLSocket):
                return self._read_secure(self.connection)
            return self.connection.recv(READ_BYTES) or None
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""

    def _read_secure(self, connection: ssl.SSLSocket) -> bytes | None:
        """What the selector does not see is in the TLS layer already, so all of it is taken."""
        if not self.greeted:
            connection.do_handshake()
            self.greeted = True
        chunk = connection.recv(READ_BYTES)
        while chunk and connection.pending():
            chunk += connection.recv(READ_BYTES)
        return chunk or None

    def write(self) -> None:
        """Send as much as goes. Raises OSError."""
        with suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            while self.outgoing:
                del self.outgoing[: self.connection.send(self.outgoing)]


class SharedListener(Listener):
    """A port for many senders: a link for each connection, made by `make_link`, which must yield no parts."""

    def __init__(
        self,
        name: str,
        address: str,
        make_link: Callable[[], Link],
        intake: Intake,
        *,
        limits: Limits | None = None,
        tls: TlsFiles | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        super().__init__(name, address, tls=tls, backoff=backoff)
        self._make_link = make_link
        self._intake = intake
        self._limits = limits or Limits()
        self._callers: dict[socket.socket, Caller] = {}
        self._selector = selectors.DefaultSelector()
        self._clock_due = 0.0

    def _serve(self, server: socket.socket, stop: threading.Event) -> None:
        server.setblocking(False)
        self._selector.register(server, selectors.EVENT_READ)
        try:
            while not stop.is_set():
                self._turn(server)
        finally:
            self._selector.unregister(server)

    def _turn(self, server: socket.socket) -> None:
        """Hear everybody who has something to say, once."""
        heard: list[tuple[Caller, Iterator[Event]]] = []
        ready = self._selector.select(CLOCK_SECONDS if self._callers else TURN_SECONDS)
        now = time.monotonic()
        writable: set[Caller] = set()
        for key, events in ready:
            if key.fileobj is server:
                self._welcome(server, now)
            elif caller := self._callers.get(key.fileobj):  # type: ignore[call-overload]  # only sockets are registered
                if events & selectors.EVENT_READ:
                    heard += self._hear(caller, now)
                if caller.outgoing:
                    writable.add(caller)
        heard += self._overdue(now)
        self._carry_out(heard, now)
        for caller in {each for each, _ in heard} | writable:
            self._send(caller)

    def _welcome(self, server: socket.socket, now: float) -> None:
        """Take in whoever waits, as long as there is room; the rest waits in the system's queue."""
        with suppress(BlockingIOError):
            while self._room(now):
                connection = server.accept()[0]
                self._backoff.reset()
                with suppress(OSError):  # it may have gone again
                    self._admit(connection, now)

    def _room(self, now: float) -> bool:
        full = len(self._callers) >= self._limits.most
        if full:
            idlest = min(self._callers.values(), key=lambda each: each.brought)
            if now - idlest.brought >= self._limits.spare:
                self._close(idlest)
                full = False
        self._status.detail = f"{self._limits.most} connections are open; the next ones wait" if full else ""
        return not full

    def _admit(self, connection: socket.socket, now: float) -> None:
        connection.setblocking(False)
        keep_alive(connection)
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._callers[connection] = Caller(connection, self._make_link(), now)
        self._selector.register(connection, selectors.EVENT_READ)

    def _hear(self, caller: Caller, now: float) -> Iterator[tuple[Caller, Iterator[Event]]]:
        try:
            chunk = caller.read()
        except OSError as fault:
            self._status.detail = str(fault) if isinstance(fault, ssl.SSLError) else self._status.detail
            chunk = None
        if chunk is None:
            yield caller, self._hung_up(caller, now)
        elif chunk:
            self._status.bytes_in += len(chunk)
            yield caller, caller.link.receive(chunk, now)

    def _hung_up(self, caller: Caller, now: float) -> Iterator[Event]:
        self._close(caller)
        yield from caller.link.closed(now)

    def _overdue(self, now: float) -> Iterator[tuple[Caller, Iterator[Event]]]:
        """Whoever was silent for too long, or has not even finished the greeting of TLS."""
        if now < self._clock_due:
            return
        self._clock_due = now + CLOCK_SECONDS
        for caller in list(self._callers.values()):
            deadline = caller.link.deadline
            if deadline is not None and now >= deadline:
                yield caller, caller.link.expired(now)
            elif not caller.greeted and now >= caller.brought + HANDSHAKE_SECONDS:
                self._close(caller)

    def _carry_out(self, heard: list[tuple[Caller, Iterator[Event]]], now: float) -> None:
        """Go on with everybody until something must be on disk; put all of that there at once; and so on to the end."""
        going = heard
        while going:
            brought = [(caller, events, message) for caller, events in going if (message := self._next(caller, events))]
            self._keep([(caller, message) for caller, _, message in brought], now)
            going = [(caller, events) for caller, events, _ in brought]

    def _next(self, caller: Caller, events: Iterator[Event]) -> Message | None:
        """The next message of this caller; everything before it is carried out."""
        for event in events:
            if isinstance(event, Message):
                return event
            if isinstance(event, Send):
                caller.outgoing += event.data
            elif isinstance(event, Noise):
                caller.noise += len(event.payload)
                self._status.noise_bytes += len(event.payload)
                self._intake.noise(event.payload, event.reason)
        return None

    def _keep(self, brought: list[tuple[Caller, Message]], now: float) -> None:
        whole = [(caller, message) for caller, message in brought if message.whole]
        alone = [(caller, message) for caller, message in brought if not message.whole]
        try:
            self._intake.keep_all([message.payload for _, message in whole])
        except Refused:
            alone += whole  # perhaps it is only one of them
        else:
            for caller, _ in whole:
                self._has_brought(caller, now)
        for caller, message in alone:
            try:
                self._intake.keep(message.payload, whole=message.whole, note=message.note)
            except Refused as reason:
                self._status.refusals += 1
                self._status.detail = str(reason)
                caller.link.refuse(reason)
            else:
                self._has_brought(caller, now)

    def _has_brought(self, caller: Caller, now: float) -> None:
        self._status.messages += 1
        caller.brought = now
        caller.noise = 0

    def _send(self, caller: Caller) -> None:
        if caller.connection not in self._callers:
            return
        try:
            caller.write()
        except OSError:
            self._close(caller)
            return
        if caller.noise > self._limits.noise or len(caller.outgoing) > self._limits.unread_answers:
            self._close(caller)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if caller.outgoing else 0)
        if self._selector.get_key(caller.connection).events != wanted:
            self._selector.modify(caller.connection, wanted)

    def _close(self, caller: Caller) -> None:
        if self._callers.pop(caller.connection, None):
            self._selector.unregister(caller.connection)
            caller.connection.close()

    def _farewell(self) -> None:
        """Keep what was cut off as evidence; nothing whole is ever left, for every turn ends with its answers."""
        now = time.monotonic()
        self._carry_out([(caller, self._hung_up(caller, now)) for caller in list(self._callers.values())], now)
        self._selector.close()
