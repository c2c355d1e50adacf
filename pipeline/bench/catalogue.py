"""The benchmarks by name, in the order in which the documentation quotes them."""

import importlib
from typing import Protocol, cast

from pipeline.bench.figures import Figure

NAMES = ("intake", "spool", "hl7", "normalise", "nomenclature", "renormalise", "formats", "store", "links", "start")


class Benchmark(Protocol):
    """What a module of this package offers."""

    def run(self) -> list[Figure]:
        """Take its figures, at the size that the documentation quotes."""


def benchmark(name: str) -> Benchmark:
    """The benchmark of this name, imported when it is wanted."""
    return cast(Benchmark, importlib.import_module(f"pipeline.bench.{name}"))
