"""Asking the running service: one command over loopback, its answer streamed back.

DuckDB lets one process have the store, so while the service runs every other command is carried out inside it. The
service greets with an empty piece; a request is one line of JSON; the answer is JSON Lines `{"out": text}`,
`{"err": text}` and at last `{"exit": code}`. Without the greeting nobody is asked: after a crash `service.json` names
a port that another program may have by now. Who may ask is whoever can read `service.json` in the data folder, which
only its owner can.
"""

import hmac
import io
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import msgspec

from instruments.host import PRIVATE_FILE
from pipeline.errors import Unavailable

LOOPBACK = "127.0.0.1"
GREETING_SECONDS = 5.0
REQUEST_SECONDS = 10.0
PATIENCE_SECONDS = 600.0
LONGEST_REQUEST = 1024 * 1024

Answer = Callable[["Request", TextIO, TextIO], int]


class Invitation(msgspec.Struct, frozen=True):
    """How to reach the service: the content of service.json."""

    port: int
    token: str
    pid: int


class Request(msgspec.Struct, frozen=True):
    """One command: its words and where the person stands, as the system's bytes; whether JSON is wanted."""

    token: str
    words: tuple[bytes, ...]
    json: bool
    folder: bytes

    @property
    def command(self) -> tuple[str, ...]:
        """The words as text."""
        return tuple(map(os.fsdecode, self.words))

    @property
    def folder_name(self) -> str:
        """The person's folder as text."""
        return os.fsdecode(self.folder)


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of an answer."""

    out: str = ""
    err: str = ""
    exit: int | None = None


class Wire(io.TextIOBase):
    """A text stream whose writes travel as pieces of the answer."""

    def __init__(self, line: io.BufferedIOBase, piece: Callable[[str], Piece]) -> None:
        self._line = line
        self._piece = piece

    def write(self, text: str) -> int:
        """Send the text as one piece."""
        sendable = text.encode("utf-8", "backslashreplace").decode()  # a file name may hold bytes that are no text
        self._line.write(msgspec.json.encode(self._piece(sendable)) + b"\n")
        return len(text)

    def flush(self) -> None:
        """Let the pieces go now."""
        if not self._line.closed:
            self._line.flush()


class ControlDesk:
    """The service's side: answers one request per connection until it is closed. Raises Unavailable."""

    def __init__(self, invitation: Path, answer: Answer, port: int = 0) -> None:
        self._invitation = invitation
        self._answer = answer
        try:
            self._listener = socket.create_server((LOOPBACK, port))
        except OSError as fault:
            raise Unavailable(
                f"the port {port} of [service] cannot be opened: {fault.strerror}; free it, or set 0 for any"
            ) from fault
        self._token = secrets.token_hex(16)
        self._write_invitation()
        threading.Thread(target=self._serve, name="control", daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._invitation.unlink(missing_ok=True)
        with suppress(OSError):  # wakes the thread that waits in accept; Windows needs only the closing
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _write_invitation(self) -> None:
        """Put it there whole or not at all: somebody may be reading."""
        invitation = Invitation(self._listener.getsockname()[1], self._token, os.getpid())
        arriving = self._invitation.with_suffix(".arriving")
        descriptor = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(invitation))
        arriving.replace(self._invitation)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._attend, args=(connection,), name="control-answer", daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rwb") as line:  # the person may go away at any moment
            connection.settimeout(REQUEST_SECONDS)
            _send(line, Piece())
            request = _request_in(line.readline(LONGEST_REQUEST))
            if request is None or not hmac.compare_digest(request.token.encode(), self._token.encode()):
                return
            connection.settimeout(PATIENCE_SECONDS)
            out, err = Wire(line, lambda text: Piece(out=text)), Wire(line, lambda text: Piece(err=text))
            code = self._answer(request, cast(TextIO, out), cast(TextIO, err))  # text streams, for writing only
            _send(line, Piece(exit=code))


def _send(line: io.BufferedIOBase, piece: Piece) -> None:
    line.write(msgspec.json.encode(piece) + b"\n")
    line.flush()


def _request_in(line: bytes) -> Request | None:
    try:
        return msgspec.json.decode(line, type=Request)
    except msgspec.DecodeError:
        return None


def invitation_of(path: Path) -> Invitation | None:
    """How to reach the service whose data folder this is; None if there is no sign of one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Invitation)
    except (OSError, msgspec.DecodeError):
        return None


def ask(invitation: Invitation, words: Sequence[str], json: bool, out: TextIO, err: TextIO) -> int | None:
    """Have the service carry out a command; its exit code, or None if nobody is there (it was killed).

    Raises Unavailable if the service goes away in the middle of its answer.
    """
    connection = _greeted(invitation.port)
    if connection is None:
        return None
    request = Request(invitation.token, tuple(map(os.fsencode, words)), json, os.fsencode(Path.cwd()))
    with connection, connection.makefile("rb") as lines:
        for piece in _answer_to(request, connection, lines):
            out.write(piece.out)
            err.write(piece.err)
            if piece.exit is not None:
                return piece.exit
    raise Unavailable("the service stopped before it had answered; ask again")


def _greeted(port: int) -> socket.socket | None:
    """A connection to a service that has greeted; None if nobody is there, or somebody else."""
    try:
        connection = socket.create_connection((LOOPBACK, port), timeout=GREETING_SECONDS)
    except OSError:
        return None
    greeting = msgspec.json.encode(Piece()) + b"\n"
    with suppress(OSError):
        if connection.recv(len(greeting), socket.MSG_WAITALL) == greeting:
            connection.settimeout(PATIENCE_SECONDS)
            return connection
    connection.close()
    return None


def _answer_to(request: Request, connection: socket.socket, lines: BinaryIO) -> Iterator[Piece]:
    """The pieces of the answer as they come; they end early if the service does."""
    try:
        connection.sendall(msgspec.json.encode(request) + b"\n")
        for line in lines:
            yield msgspec.json.decode(line, type=Piece)
    except (ConnectionError, TimeoutError, msgspec.DecodeError):
        return
