"""How fast the links are: sessions in virtual time, durable frames and messages, bad company, export folders."""

import tempfile
import threading
from collections import deque
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import msgspec

from instruments.links.astm import AstmLink
from instruments.links.astm_frame import by_record, write_frame
from instruments.links.mllp import MllpReceiver
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.sessions import BadLine, Sessions
from instruments.simulated.streams import fuzzed
from instruments.sources.source import Course, SourceStatus, carry_out
from pipeline.bench import mllp_peers
from pipeline.bench.figures import Figure, seconds
from pipeline.bench.folders import renamed, scan, written
from pipeline.bench.mllp_peers import Load, Server, bad_connections, serving
from pipeline.bench.serial_lines import lines_in_real_time
from pipeline.intake import SpoolIntake
from pipeline.spool.spool import Spool

MESSAGE = records(specimen="A999924000123", counts=harvest_counts(1), measured="20261120132600")
LINES = 64
CONNECTIONS = {10: 2000, 64: 8000}
"""Connections at once, and the goal for each in round trips a second."""
CLIENTS = 100
PEERS = {"hl7apy": mllp_peers.hl7apy, "python-hl7": mllp_peers.python_hl7}
PACKAGES = {"hl7apy": "hl7apy", "python-hl7": "hl7"}


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything; the defaults are those of the documentation. `lasting` in seconds."""

    lasting: float = 5.0
    hours: float = 24.0
    messages: int = 50
    files: int = 100_000
    renames: int = 10_000
    streams: int = 200_000
    bad: int = 1000
    lines: int = LINES
    clients: int = CLIENTS
    goals: Mapping[int, int] = msgspec.field(default_factory=lambda: CONNECTIONS)


def run(sizes: Sizes | None = None) -> list[Figure]:
    """All of them."""
    of = sizes or Sizes()
    return [
        *virtual_time(of.hours),
        durable_frames(of.messages),
        *lines_in_real_time(of.lines, of.lasting),
        *round_trips(of.lasting, of.goals),
        slowest_of(of.clients, of.lasting),
        honest_among_bad(of.lasting, of.bad),
        renamed(of.renames),  # before others make the disk forget a hundred thousand files
        scan(of.files),
        written(of.files),
        fuzz(of.streams),
    ]


def virtual_time(hours: float) -> list[Figure]:
    """Whole sessions on a bad line, one message a minute, in virtual time."""
    sessions = Sessions(seed=1, line=BadLine(flipped=0.01, lost=0.005, cut=0.001, disk_full=0.01))

    def play() -> None:
        for minute in range(int(hours * 60)):
            sessions.send(sessions.instrument, MESSAGE.replace(b"A9999", b"A%04d" % (minute % 10_000)))
            sessions.run(60)

    speed = hours * 3600 / seconds(play)
    return [
        Figure("simulated sessions, of real time", speed, "times", "goal: at least 1000"),
        Figure(
            "messages delivered in them", len(sessions.instrument.delivered), "messages", f"sent: {int(hours * 60)}"
        ),
    ]


def durable_frames(messages: int) -> Figure:
    """Frames that are on disk before their ACK, on many lines at once."""
    frames = [write_frame(frame) for frame in by_record(MESSAGE)]
    session = [b"\x05", *frames, b"\x04"]
    with tempfile.TemporaryDirectory() as place, Spool(Path(place) / "spool") as spool:

        def line(number: int) -> None:
            link, intake, status = AstmLink(), SpoolIntake(spool, f"line-{number}", "astm_records"), SourceStatus()
            for _ in range(messages):
                for piece in session:
                    carry_out([Course(link.receive(piece, 0.0), link, intake, lambda _answer: None, status)])

        threads = [threading.Thread(target=line, args=(number,)) for number in range(LINES)]

        def race() -> None:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        rate = LINES * messages * len(frames) / seconds(race)
    return Figure(f"durable frames, {LINES} lines", rate, "frames/s", "goal: at least 1000")


def round_trips(lasting: float, goals: Mapping[int, int]) -> list[Figure]:
    """Messages sent, kept and answered; the peers' servers under the same load, which keep nothing."""
    figures = []
    for connections, goal in goals.items():
        rate, slowest = loaded(mllp_peers.graftline, connections, lasting)
        name = f"MLLP, {connections} connections"
        figures += [
            Figure(f"{name}, durable round trips", rate, "messages/s", f"goal: at least {goal}"),
            Figure(f"{name}, slowest of a hundred", slowest, "ms"),
        ]
        for peer, server in PEERS.items():
            there = find_spec(PACKAGES[peer]) is not None
            beside = loaded(server, connections, lasting)[0] if there else None
            figures.append(Figure(f"{name}, {peer}", beside, "messages/s", "not durable" if there else "not installed"))
    return figures


def slowest_of(clients: int, lasting: float) -> Figure:
    """How long the slowest in a hundred waits when so many clients never rest."""
    slowest = loaded(mllp_peers.graftline, clients, lasting)[1]
    return Figure(f"MLLP, {clients} clients, slowest of a hundred", slowest, "ms", "goal: below 250")


def loaded(server: Server, connections: int, lasting: float) -> tuple[float, float]:
    """Round trips a second under a load, and the latency of the slowest in a hundred, in milliseconds."""
    with serving(server) as port:
        load = Load(port, connections, stays=server is not mllp_peers.hl7apy)
        try:
            return load.run(lasting), load.slowest(0.99) if load.latencies else 0.0
        finally:
            load.close()


def honest_among_bad(lasting: float, bad: int) -> Figure:
    """What an honest sender notices of many connections that are no good."""
    with serving(mllp_peers.graftline) as port, bad_connections(port, bad):
        load = Load(port, 1)
        load.run(lasting)
        load.close()
        return Figure(
            f"honest sender among {bad} bad, slowest of a hundred", load.slowest(0.99), "ms", "goal: below 200"
        )


def fuzz(count: int) -> Figure:
    """Streams that no instrument sends, each through the engines of ASTM and MLLP; the first that fails ends it."""

    def play() -> None:
        for chunks in fuzzed(seed=1, count=count):
            for link in (AstmLink(), MllpReceiver(lambda _payload, _refused: [b"AA"])):
                for chunk in chunks:
                    deque(link.receive(chunk, 0.0), maxlen=0)
                deque(link.closed(1.0), maxlen=0)

    return Figure(f"{count} fuzzed streams, none failed", count / seconds(play), "streams/s")
