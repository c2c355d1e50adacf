"""How fast arrivals become durable, against the same bytes written and synced by a bare loop on the same disk.

Bare and spooled rounds alternate, and medians are compared: a disk's own speed drifts more than the two differ.
"""

import os
import statistics
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from instruments.host import PRIVATE_FILE, sync_file
from pipeline.bench.figures import Figure, seconds
from pipeline.spool.frames import Kind
from pipeline.spool.spool import Spool

PAYLOAD = b"Invented; of no patient. ".ljust(1024, b".")
ROUNDS = 9
ROUNDS_TOGETHER = 5
MESSAGES = 300
PRODUCERS = (4, 16)
GOAL = 70


def run(messages: int = MESSAGES, rounds: int = ROUNDS) -> list[Figure]:
    """Durable messages of 1 KiB a second: bare loop, one producer, their ratio, more producers; reading back."""
    with tempfile.TemporaryDirectory() as place, Spool(Path(place) / "spool") as spool:
        bare_rates, single_rates = [], []
        for _ in range(rounds):
            bare_rates.append(a_second(partial(bare, Path(place) / "bare", messages), messages))
            single_rates.append(a_second(partial(produce, spool, messages), messages))
        ratio = statistics.median(single / bare for single, bare in zip(single_rates, bare_rates, strict=True))
        return [
            Figure("bare write and sync", statistics.median(bare_rates), "messages/s", "the limit for one producer"),
            Figure("spool, 1 producer", statistics.median(single_rates), "messages/s"),
            Figure("spool, 1 producer, of the bare loop", 100 * ratio, "%", f"goal: {GOAL}"),
            *(
                Figure(f"spool, {producers} producers", together(spool, producers, messages), "messages/s")
                for producers in PRODUCERS
            ),
            Figure("spool, a batch of messages at once", in_one(spool, messages), "messages/s"),
            Figure("spool, read back", read_back(spool), "messages/s"),
        ]


def a_second(work: Callable[[], object], messages: int) -> float:
    """Messages a second."""
    return messages / seconds(work)


def bare(path: Path, messages: int) -> None:
    """What no spool can beat with one producer: each message appended and synced by itself."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    for _ in range(messages):
        os.write(descriptor, PAYLOAD)
        sync_file(descriptor)
    os.close(descriptor)


def produce(spool: Spool, messages: int) -> None:
    """One producer that waits for each acknowledgement."""
    for _ in range(messages):
        spool.append(Kind.MESSAGE, "invented", PAYLOAD)


def together(spool: Spool, producers: int, messages: int) -> float:
    """Several producers at once, each waiting for its own acknowledgements; the median of several rounds."""

    def race() -> None:
        threads = [threading.Thread(target=produce, args=(spool, messages)) for _ in range(producers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return statistics.median(a_second(race, producers * messages) for _ in range(ROUNDS_TOGETHER))


def in_one(spool: Spool, messages: int) -> float:
    """Messages that share their flushes, as files of a folder do."""
    batch = [("", PAYLOAD)] * messages
    return statistics.median(
        a_second(partial(spool.append_messages, "invented", batch), messages) for _ in range(ROUNDS_TOGETHER)
    )


def read_back(spool: Spool) -> float:
    """Everything, in order, with every check sum."""
    return a_second(lambda: deque(spool.read(), maxlen=0), spool.last)
