"""An HL7 sender: a block out, the acknowledgement back."""

from types import TracebackType
from typing import Self

from instruments.links.mllp import END, VT, frame
from instruments.simulated.wire import SocketWire


class NoAnswer(Exception):
    """The other side did not answer in time, or closed; the block must be sent again."""


class MllpClient:
    """One connection to an MLLP listener at `address` (host:port)."""

    def __init__(self, address: str) -> None:
        self._wire = SocketWire(address)
        self._received = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wire.__exit__(kind, error, at)

    def exchange(self, payload: bytes, seconds: float = 30.0) -> bytes:
        """Send a payload and return the payload of the answer. Raises NoAnswer, OSError."""
        self.write(frame(payload))
        return self.answer(seconds)

    def write(self, raw: bytes) -> None:
        """Send bytes as they are, framed or not."""
        self._wire.write(raw)

    def answer(self, seconds: float = 30.0) -> bytes:
        """The payload of the next answer. Raises NoAnswer after so many seconds of silence."""
        while END not in self._received:
            chunk = self._wire.read(seconds)
            if not chunk:
                raise NoAnswer("no acknowledgement came")
            self._received += chunk
        block, _, rest = bytes(self._received).partition(END)
        self._received[:] = rest
        return block.partition(VT)[2]
