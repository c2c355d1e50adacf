"""A printer that is not there: what a device prints over raw TCP (port 9100) is a message, byte for byte.

A job is what comes on one connection, or until the device has been silent for a while; devices that keep the
connection open print one job after the other. Every read is put on disk as it comes, the job with its end. Nobody
waits for an answer and nobody prints twice: a job that cannot be put on disk is offered again until it is.
"""

from collections.abc import Iterator, Sequence

from instruments.errors import Refused
from instruments.links.link import Event, Message, Part

TOO_LARGE = "the job is larger than any real one"
STOPPED = "the service stopped in the middle of the job"


class PrinterReceiver:
    """A link engine for one device that prints. Seconds and bytes."""

    def __init__(self, *, silence: float = 5.0, largest: int = 64 * 1024 * 1024) -> None:
        self._silence = silence
        self._largest = largest
        self._job = bytearray()
        self._note = ""
        self._refused = False
        self._heard = 0.0

    @property
    def deadline(self) -> float | None:
        """A job is over when the device has been silent; one that is not on disk is offered again as late."""
        return self._heard + self._silence if self._job else None

    def resume(self, parts: Sequence[bytes], now: float) -> Iterator[Event]:
        """What was printed of a job before the service stopped cannot be joined to anything."""
        self._job += b"".join(parts)
        self._note = STOPPED
        yield from self.expired(now)

    def opened(self, _now: float) -> Iterator[Event]:
        """Nothing is said to the device."""
        yield from ()

    def receive(self, chunk: bytes, now: float) -> Iterator[Event]:
        """Take in what was printed."""
        self._heard = now
        self._job += chunk
        yield Part(chunk)
        self._refused = False  # the job holds it still, and will be kept with its end
        if len(self._job) > self._largest:
            self._note = TOO_LARGE
            yield from self.expired(now)

    def expired(self, now: float) -> Iterator[Event]:
        """The job is over."""
        self._heard = now
        if not self._job:
            return
        yield Message(bytes(self._job), whole=not self._note, note=self._note)
        if self._refused:
            self._refused = False
        else:
            self._job.clear()
            self._note = ""

    def closed(self, now: float) -> Iterator[Event]:
        """The device hangs up when it has printed."""
        yield from self.expired(now)

    def refuse(self, _reason: Refused) -> None:
        """The payload just yielded is not on disk."""
        self._refused = True
