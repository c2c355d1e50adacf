"""Asking the running service: one command over loopback, its answer streamed back.

DuckDB lets one process have the store, so while the service runs every other command is carried out inside it. A
request is one line of JSON, the answer is JSON Lines `{"out": text}`, `{"err": text}` and at last `{"exit": code}`.
Who may ask is whoever can read `service.json` in the data folder, which only its owner can.
"""

import hmac
import io
import os
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO, cast

import msgspec

from instruments.host import PRIVATE_FILE
from pipeline.errors import Unavailable

LOOPBACK = "127.0.0.1"
PATIENCE_SECONDS = 600.0

Answer = Callable[["Request", TextIO, TextIO], int]


class Invitation(msgspec.Struct, frozen=True):
    """How to reach the service: the content of service.json."""

    port: int
    token: str
    pid: int


class Request(msgspec.Struct, frozen=True):
    """One command: its words, whether the answer is wanted as JSON, and where the person stands."""

    token: str
    words: tuple[str, ...]
    json: bool
    folder: str


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
        self._line.write(msgspec.json.encode(self._piece(text)) + b"\n")
        return len(text)

    def flush(self) -> None:
        """Let the pieces go now."""
        if not self._line.closed:
            self._line.flush()


class ControlDesk:
    """The service's side: answers one request per connection until it is closed."""

    def __init__(self, invitation: Path, answer: Answer, port: int = 0) -> None:
        self._invitation = invitation
        self._answer = answer
        self._listener = socket.create_server((LOOPBACK, port))
        self._token = secrets.token_hex(16)
        self._write_invitation()
        threading.Thread(target=self._serve, name="control", daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._invitation.unlink(missing_ok=True)
        self._listener.close()

    def _write_invitation(self) -> None:
        invitation = Invitation(self._listener.getsockname()[1], self._token, os.getpid())
        descriptor = os.open(self._invitation, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with open(descriptor, "wb") as file:
            file.write(msgspec.json.encode(invitation))

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._attend, args=(connection,), name="control-answer", daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as line:
            try:
                request = msgspec.json.decode(line.readline(65536), type=Request)
            except msgspec.DecodeError:
                return
            if not hmac.compare_digest(request.token, self._token):
                return
            try:
                out, err = Wire(line, lambda text: Piece(out=text)), Wire(line, lambda text: Piece(err=text))
                code = self._answer(request, cast(TextIO, out), cast(TextIO, err))  # text streams, for writing only
                line.write(msgspec.json.encode(Piece(exit=code)) + b"\n")
                line.flush()
            except OSError:  # the person has gone away in the middle of the answer
                return


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
    request = Request(invitation.token, tuple(words), json, str(Path.cwd()))
    try:
        connection = socket.create_connection((LOOPBACK, invitation.port), timeout=PATIENCE_SECONDS)
    except OSError:
        return None
    with connection, connection.makefile("rb") as lines:
        connection.sendall(msgspec.json.encode(request) + b"\n")
        for line in lines:
            piece = msgspec.json.decode(line, type=Piece)
            out.write(piece.out)
            err.write(piece.err)
            if piece.exit is not None:
                return piece.exit
    raise Unavailable("the service stopped before it had answered; ask again")
