"""Many serial lines at once, each as fast as its baud rate lets it be and no faster.

The lines are pseudo-terminals, which know no baud rate; so the instruments hand bytes over when a real line would have:
ten bits a byte, in the pieces that a USB adapter passes on. The host, with its spool, is a process of its own, so that
the time it takes of the processor is its own too.
"""

import heapq
import multiprocessing
import os
import selectors
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from instruments.host import WINDOWS
from instruments.links.astm import AstmLink
from instruments.links.astm_frame import ACK, EOT, STX, packed, write_frame
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.serial_line import SerialCable
from instruments.sources.serial_port import SerialPort, SerialSettings
from pipeline.bench.figures import Figure
from pipeline.intake import SpoolIntake
from pipeline.spool.spool import Spool

BAUD: Final = 115_200
SECONDS_A_BYTE: Final = 10 / BAUD
PIECE: Final = 62
"""Bytes that a USB adapter passes on at once."""
MESSAGE: Final = records(specimen="A999924000123", counts=harvest_counts(1), measured="20261120132600")
SESSION: Final = [b"\x05", *(write_frame(frame) for frame in packed(MESSAGE)), b"\x04"]
START_SECONDS: Final = 30.0
REST_SECONDS: Final = 0.06


def lines_in_real_time(lines: int, lasting: float) -> list[Figure]:
    """So many lines: with a rest after each message, as instruments have it, and as fast as the lines go."""
    resting = _at_work(
        f"{lines} serial lines, {1000 * REST_SECONDS:g} ms between messages", lines, lasting, REST_SECONDS
    )
    return [*resting, *_at_work(f"{lines} serial lines that never rest", lines, lasting, 0.0)]


def _at_work(name: str, lines: int, lasting: float, rest: float) -> list[Figure]:
    if WINDOWS:
        return [Figure(name, None, "frames/s", "no pseudo-terminals here")]
    with ExitStack() as cables:
        instruments = [Instrument(cables.enter_context(SerialCable()), rest) for _ in range(lines)]
        used = play(instruments, lasting)
    latencies = sorted(each for instrument in instruments for each in instrument.latencies)
    share = 100 * used / lasting / (os.cpu_count() or 1)
    refused = sum(instrument.refused for instrument in instruments)
    slowest = 1e3 * latencies[int(0.99 * (len(latencies) - 1))] if latencies else None
    return [
        Figure(f"{name}, durable frames", len(latencies) / lasting, "frames/s", "goal: at least 1000"),
        Figure(f"{name}, of all processors", share, "%", "goal: at most 25"),
        Figure(f"{name}, ACK, slowest of a hundred", slowest, "ms", "goal: below 200"),
        Figure(f"{name}, NAKs", refused, "NAKs", "goal: none"),
    ]


def play(instruments: "list[Instrument]", lasting: float) -> float:
    """Have all of them send; the seconds of processor that the host took."""
    ours, theirs = multiprocessing.Pipe()
    devices = [instrument.cable.device for instrument in instruments]
    process = multiprocessing.get_context("spawn").Process(target=host, args=(devices, theirs), daemon=True)
    process.start()
    try:
        if not ours.poll(START_SECONDS):
            raise TimeoutError("the host did not come up")
        before: float = ours.recv()
        send_all(instruments, lasting)
        ours.send("how much by now?")
        return float(ours.recv()) - before
    finally:
        process.terminate()
        process.join()


def host(devices: list[str], asked: Connection) -> None:
    """Ports, links and spool as the service has them; tells its seconds of processor when up, and again when asked."""
    with tempfile.TemporaryDirectory() as place, Spool(Path(place) / "spool") as spool:
        ports = [
            SerialPort(device, device, AstmLink(), SpoolIntake(spool, device), settings=SerialSettings(baudrate=BAUD))
            for device in devices
        ]
        for port in ports:
            threading.Thread(target=port.run, args=(threading.Event(),), daemon=True).start()
        while any(port.status.state != "up" for port in ports):
            time.sleep(0.01)
        asked.send(time.process_time())
        while True:
            asked.recv()
            asked.send(time.process_time())


class Instrument:
    """One instrument that begins its next session so many seconds after the last."""

    def __init__(self, cable: SerialCable, rest: float) -> None:
        self.cable = cable
        self._rest = rest
        self.latencies: list[float] = []
        """Seconds from the last byte of a frame to its ACK."""
        self.refused = 0
        self._at = 0
        self._position = 0
        self._said_at = 0.0

    def say(self, planned: float) -> float | None:
        """Hand over the piece planned for this moment; when the next one is due, None if an answer is awaited."""
        saying = SESSION[self._at]
        self.cable.write(saying[self._position : self._position + PIECE])
        self._position += PIECE
        left = saying[self._position : self._position + PIECE]
        if left:
            return planned + SECONDS_A_BYTE * len(left)
        self._position, self._said_at = 0, time.perf_counter()
        if saying[0] != EOT:
            return None
        self._at = 0  # nobody answers EOT
        return planned + self._rest + SECONDS_A_BYTE * len(SESSION[0])

    def hear(self) -> float:
        """Take the answer; when the first piece of what follows it is due."""
        now = time.perf_counter()
        if self.cable.read(0.0)[-1:] != bytes([ACK]):
            self.refused += 1
        else:
            if SESSION[self._at][0] == STX:
                self.latencies.append(now - self._said_at)
            self._at += 1
        return now + SECONDS_A_BYTE * len(SESSION[self._at][:PIECE] + bytes([ACK]))


def send_all(instruments: list[Instrument], lasting: float) -> None:
    """Every instrument at the pace of its line."""
    begun = time.perf_counter()
    apart = SECONDS_A_BYTE * len(MESSAGE) / len(instruments)
    due = [(begun + apart * at, at) for at in range(len(instruments))]
    with selectors.DefaultSelector() as selector:
        for at, instrument in enumerate(instruments):
            selector.register(instrument.cable.fileno(), selectors.EVENT_READ, at)
        while (now := time.perf_counter()) < begun + lasting:
            while due and due[0][0] <= now:
                planned, at = heapq.heappop(due)
                if (again := instruments[at].say(planned)) is not None:
                    heapq.heappush(due, (again, at))
            for at in _answered(selector, due[0][0] - now if due else 1.0):
                heapq.heappush(due, (instruments[at].hear(), at))


def _answered(selector: selectors.BaseSelector, seconds: float) -> Iterator[int]:
    return (key.data for key, _ in selector.select(max(0.0, seconds)))
