"""The command that measures: bench."""

from typing import TYPE_CHECKING, Literal

from pipeline.cli.session import Here

if TYPE_CHECKING:
    from pipeline.bench.figures import Figure

Name = Literal["all", "intake", "spool", "hl7", "normalise", "nomenclature", "store", "links", "start"]


def bench(name: Name = "all", *, session: Here) -> int:
    """Take the figures that the documentation quotes, on this machine and on invented samples; a minute or two for all.

    Parameters
    ----------
    name
        One benchmark, or all of them.
    """
    from pipeline.bench.catalogue import NAMES, benchmark  # noqa: PLC0415
    from pipeline.bench.figures import machine  # noqa: PLC0415

    rows = [_row("", machine())]
    for each in NAMES if name == "all" else (name,):
        session.answers.say(f"{each} ...")
        rows += [_row(each, figure) for figure in benchmark(each).run()]
    session.answers.table(rows, ("bench", "figure", "value", "unit", "beside"))
    return 0


def _row(bench: str, figure: "Figure") -> dict[str, object]:
    return {
        "bench": bench,
        "figure": figure.name,
        "value": None if figure.value is None else float(f"{figure.value:.4g}"),
        "unit": figure.unit,
        "beside": figure.beside,
    }
