"""An analyser that can be a process of its own: sends invented messages on the line that it was handed."""

import os
import select
import sys

from instruments.links.astm_table import AstmSettings
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender, NotDelivered

MESSAGES = [
    records(specimen=f"A9999240001{number:02d}", counts=harvest_counts(1), measured="20261120132600")
    for number in range(12)
]


class HandedLine:
    """A descriptor as a wire."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        return os.read(self._descriptor, 4096) if ready else b""

    def write(self, chunk: bytes) -> None:
        left = chunk
        while left:
            select.select([], [self._descriptor], [])
            left = left[os.write(self._descriptor, left) :]


def send_all(descriptor: int) -> None:
    """Every message until it is delivered."""
    sender = AstmSender(HandedLine(descriptor), settings=AstmSettings(reply=0.5, busy=0.05))
    for message in MESSAGES:
        while True:
            try:
                sender.send(message)
                break
            except NotDelivered:
                continue


if __name__ == "__main__":
    send_all(int(sys.argv[1]))
