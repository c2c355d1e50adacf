"""One performance of the demo: a site starts, its instruments play their parts, and what became of it all is told."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.demo.actors import PARTS, Cue
from pipeline.demo.stage import Stage
from pipeline.errors import Unavailable
from pipeline.service import Service, SourceReport
from pipeline.site import open_site
from pipeline.store import queries

LOOK_SECONDS = 0.5
SETTLING_SECONDS = 10.0


class Moment(msgspec.Struct, frozen=True):
    """How the site is doing at one moment."""

    elapsed: float
    sources: tuple[SourceReport, ...]
    counts: dict[str, dict[str, int]]


class Performance:
    """Play the demo in a folder of its own for so many seconds; `moments()` is the live status, then it is over.

    Raises Unavailable if the port is another program's.
    """

    def __init__(self, folder: Path, seconds: float, mllp_port: int = 0) -> None:
        self.folder = folder
        self.seconds = seconds
        self.mishaps: list[str] = []
        self.incidents: list[str] = []
        self._mllp_port = free_port(mllp_port)

    def moments(self) -> Iterator[Moment]:
        """Start the site, let the instruments play, and look at it twice a second until all is quiet."""
        with Stage(self.folder, self._mllp_port) as stage:
            stage.set_up()
            service = Service(open_site(self.folder, stage.site_file))
            service.start()
            try:
                yield from self._play(stage, service)
            finally:
                service.stop()

    def _play(self, stage: Stage, service: Service) -> Iterator[Moment]:
        stop = threading.Event()
        cue = Cue(self.seconds, stop)
        players = [
            threading.Thread(target=self._perform, args=(name, stage, cue), name=f"demo-{name}", daemon=True)
            for name in PARTS
        ]
        for player in players:
            player.start()
        began = time.monotonic()
        try:
            while (elapsed := time.monotonic() - began) < self.seconds + SETTLING_SECONDS:
                yield look(service, elapsed)
                if elapsed >= self.seconds and not any(player.is_alive() for player in players):
                    return
                time.sleep(LOOK_SECONDS)
        finally:
            stop.set()

    def _perform(self, name: str, stage: Stage, cue: Cue) -> None:
        try:
            PARTS[name](stage, cue, lambda incident: self.incidents.append(f"{name}: {incident}"))
        except Exception as mishap:  # told at the end; the other instruments play on
            self.mishaps.append(f"{name}: {mishap}")


def look(service: Service, elapsed: float) -> Moment:
    """The sources' own state, and what the store says of their receipts."""
    counts = {row["source"]: row for row in queries.summary(service.site.store)}
    return Moment(elapsed, tuple(service.reports()), counts)


def free_port(wanted: int = 0) -> int:
    """The port, or any if it is 0, that nobody on this machine uses just now. Raises Unavailable."""
    try:
        with socket.create_server(("127.0.0.1", wanted)) as probe:
            port: int = probe.getsockname()[1]
            return port
    except OSError as fault:
        message = f"the port {wanted} cannot be opened: {fault.strerror}; name another, or leave --port out"
        raise Unavailable(message) from fault
