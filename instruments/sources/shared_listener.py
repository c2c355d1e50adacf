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

from instruments.links.link import Event, Link, Message, Part
from instruments.sources.backoff import Backoff
from instruments.sources.listener import Listener
from instruments.sources.source import Course, Intake, SourceStatus, carry_out
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


class CallersCourse(Course):
    """What is to be done about what a caller sent; answers wait until the turn is over."""

    def __init__(self, events: Iterator[Event], caller: Caller, intake: Intake, status: SourceStatus) -> None:
        super().__init__(events, caller.link, intake, caller.outgoing.extend, status)
        self.caller = caller

    def _keep(self, event: Part | Message) -> None:
        super()._keep(event)
        self.caller.brought = time.monotonic()
        self.caller.noise = 0

    def _set_aside(self, noise: bytes, reason: str) -> None:
        super()._set_aside(noise, reason)
        self.caller.noise += len(noise)


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
        heard: list[CallersCourse] = []
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
        carry_out(heard)
        for caller in {course.caller for course in heard} | writable:
            self._send(caller)

    def _welcome(self, server: socket.socket, now: float) -> None:
        """Take in whoever waits, as long as there is room or can be; the rest waits in the system's queue."""
        self._status.detail = ""
        with suppress(BlockingIOError):
            while (leaving := self._in_the_way()) is None or now - leaving.brought >= self._limits.spare:
                connection = server.accept()[0]
                if leaving:
                    self._part_with(leaving)
                self._backoff.reset()
                with suppress(OSError):  # it may have gone again
                    self._admit(connection, now)
            self._status.detail = f"{self._limits.most} connections are open; the next ones wait"

    def _in_the_way(self) -> Caller | None:
        """Who would have to make room for the next one: nobody as long as there are places."""
        if len(self._callers) < self._limits.most:
            return None
        return min(self._callers.values(), key=lambda each: each.brought)

    def _admit(self, connection: socket.socket, now: float) -> None:
        connection.setblocking(False)
        keep_alive(connection)
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._callers[connection] = Caller(connection, self._make_link(), now)
        self._selector.register(connection, selectors.EVENT_READ)

    def _hear(self, caller: Caller, now: float) -> Iterator[CallersCourse]:
        try:
            chunk = caller.read()
        except OSError as fault:
            self._status.detail = str(fault) if isinstance(fault, ssl.SSLError) else self._status.detail
            chunk = None
        if chunk is None:
            yield self._hung_up(caller, now)
        elif chunk:
            self._status.bytes_in += len(chunk)
            yield self._course(caller.link.receive(chunk, now), caller)

    def _hung_up(self, caller: Caller, now: float) -> CallersCourse:
        self._close(caller)
        return self._course(caller.link.closed(now), caller)

    def _overdue(self, now: float) -> Iterator[CallersCourse]:
        """Whoever was silent for too long, or has not even finished the greeting of TLS."""
        if now < self._clock_due:
            return
        self._clock_due = now + CLOCK_SECONDS
        for caller in list(self._callers.values()):
            deadline = caller.link.deadline
            if deadline is not None and now >= deadline:
                yield self._course(caller.link.expired(now), caller)
            elif not caller.greeted and now >= caller.brought + HANDSHAKE_SECONDS:
                self._close(caller)

    def _course(self, events: Iterator[Event], caller: Caller) -> CallersCourse:
        return CallersCourse(events, caller, self._intake, self._status)

    def _send(self, caller: Caller) -> None:
        if caller.connection not in self._callers:
            return
        try:
            caller.write()
        except OSError:
            self._part_with(caller)
            return
        if caller.noise > self._limits.noise or len(caller.outgoing) > self._limits.unread_answers:
            self._part_with(caller)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if caller.outgoing else 0)
        if self._selector.get_key(caller.connection).events != wanted:
            self._selector.modify(caller.connection, wanted)

    def _part_with(self, caller: Caller) -> None:
        """Close a connection; what it had begun to send stays as evidence."""
        carry_out([self._hung_up(caller, time.monotonic())])

    def _close(self, caller: Caller) -> None:
        if self._callers.pop(caller.connection, None):
            self._selector.unregister(caller.connection)
            caller.connection.close()

    def _farewell(self) -> None:
        """Keep what was cut off as evidence; nothing whole is ever left, for every turn ends with its answers."""
        now = time.monotonic()
        carry_out([self._hung_up(caller, now) for caller in list(self._callers.values())])
        self._selector.close()
