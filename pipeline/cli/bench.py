"""The command that measures: bench."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipeline.cli.session import Here

if TYPE_CHECKING:
    from pipeline.bench.figures import Figure

Name = Literal[
    "all", "intake", "spool", "hl7", "normalise", "nomenclature", "renormalise", "formats", "store", "links", "start"
]


def bench(name: Name = "all", *, samples: Path | None = None, session: Here) -> int:
    """Take the figures that the documentation quotes, on this machine and on invented samples; a minute or two for all.

    Parameters
    ----------
    name
        One benchmark, or all of them.
    samples
        The folder of the samples that `formats` reads; those of the tests, or of the demo, if not given.
    """
    from pipeline.bench.catalogue import NAMES  # noqa: PLC0415
    from pipeline.bench.figures import machine  # noqa: PLC0415

    rows = [_row("", machine())]
    for each in NAMES if name == "all" else (name,):
        session.answers.say(f"{each} ...")
        rows += [_row(each, figure) for figure in taken(each, samples and session.at(samples))]
    session.answers.table(rows, ("bench", "figure", "value", "unit", "beside"))
    return 0


def taken(name: str, samples: Path | None) -> "list[Figure]":
    """The figures of one benchmark; only `formats` is told where the samples are."""
    from pipeline.bench.catalogue import benchmark  # noqa: PLC0415

    chosen: Any = benchmark(name)
    figures: list[Figure] = chosen.run(samples) if samples and name == "formats" else chosen.run()
    return figures


def _row(bench: str, figure: "Figure") -> dict[str, object]:
    return {
        "bench": bench,
        "figure": figure.name,
        "value": None if figure.value is None else float(f"{figure.value:.4g}"),
        "unit": figure.unit,
        "beside": figure.beside,
    }
