"""How fast arrivals become durable, against the same bytes written and synced by a bare loop on the same disk.

Bare and spooled rounds alternate, and medians are compared: a disk's own speed drifts more than the two differ.
"""

import os
import statistics
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from instruments.host import sync_file
from pipeline.spool.frames import Kind
from pipeline.spool.spool import Spool

PAYLOAD = b"Invented; of no patient. ".ljust(1024, b".")
ROUNDS = 9
MESSAGES = 300


def run() -> list[tuple[str, float, str]]:
    """Durable messages of 1 KiB a second: bare loop, one producer, their ratio, 4 and 16 producers; reading back."""
    with tempfile.TemporaryDirectory() as place, Spool(Path(place) / "spool") as spool:
        bare_rates, single_rates = [], []
        for _ in range(ROUNDS):
            bare_rates.append(rate(lambda: bare(Path(place) / "bare"), MESSAGES))
            single_rates.append(rate(lambda: produce(spool, MESSAGES), MESSAGES))
        ratio = statistics.median(single / bare for single, bare in zip(single_rates, bare_rates, strict=True))
        return [
            ("bare write and sync", statistics.median(bare_rates), "messages/s"),
            ("spool, 1 producer", statistics.median(single_rates), "messages/s"),
            ("spool, 1 producer, of the bare loop", 100 * ratio, "%"),
            ("spool, 4 producers", many(spool, 4), "messages/s"),
            ("spool, 16 producers", many(spool, 16), "messages/s"),
            ("spool, read back", read_back(spool), "messages/s"),
        ]


def rate(work: Callable[[], None], messages: int) -> float:
    """Messages a second."""
    begun = time.perf_counter()
    work()
    return messages / (time.perf_counter() - begun)


def bare(path: Path) -> None:
    """What no spool can beat with one producer: each message appended and synced by itself."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    for _ in range(MESSAGES):
        os.write(descriptor, PAYLOAD)
        sync_file(descriptor)
    os.close(descriptor)


def produce(spool: Spool, messages: int) -> None:
    """One producer."""
    for _ in range(messages):
        spool.append(Kind.MESSAGE, "invented", PAYLOAD)


def many(spool: Spool, producers: int) -> float:
    """Several producers at once, each waiting for its own acknowledgements; the median of five rounds."""
    return statistics.median(rate(lambda: together(spool, producers), producers * MESSAGES) for _ in range(5))


def together(spool: Spool, producers: int) -> None:
    """As many threads as producers."""
    threads = [threading.Thread(target=produce, args=(spool, MESSAGES)) for _ in range(producers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def read_back(spool: Spool) -> float:
    """Everything, in order, with every check sum."""
    return rate(lambda: deque(spool.read(), maxlen=0).clear(), spool.last)
