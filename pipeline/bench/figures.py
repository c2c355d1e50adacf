"""What a benchmark says: a figure, its unit, and what it is to be held against; and how time is taken.

Times are wall times of the best or the middle of several rounds, as each benchmark states. A figure means nothing
without its machine, so every table begins with it.
"""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

import msgspec

LIBRARIES = ("duckdb", "lxml", "msgspec")


class Figure(msgspec.Struct, frozen=True):
    """One figure, and `beside` it the goal, the peer or the limit; `value` is None where it could not be taken."""

    name: str
    value: float | None
    unit: str
    beside: str = ""


def machine() -> Figure:
    """The machine and the versions that the figures hold for; the value is the number of its processors."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} {platform.machine()}"
    python = ".".join(map(str, sys.version_info[:3]))
    return Figure("this machine", os.cpu_count(), "processors", f"{system}, Python {python}, {libraries}")


def seconds(work: Callable[[], object]) -> float:
    """How long this takes, once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def best(work: Callable[[], object], rounds: int) -> float:
    """The shortest of several times, in seconds."""
    return min(seconds(work) for _ in range(rounds))


def median(work: Callable[[], object], rounds: int) -> float:
    """The middle of several times, in seconds."""
    return statistics.median(seconds(work) for _ in range(rounds))


def rate(work: Callable[[], object], lasting: float, rounds: int) -> float:
    """Calls a second: the best of several rounds, each of which lasts so many seconds."""
    return max(_one_round(work, lasting) for _ in range(rounds))


def _one_round(work: Callable[[], object], lasting: float) -> float:
    calls = 0
    begun = now = time.perf_counter()
    while now - begun < lasting:
        work()
        calls += 1
        now = time.perf_counter()
    return calls / (now - begun)
