"""How fast names are looked up and typings put into registry language, on the invented mini-release.

Each figure is the best of several rounds, in the unit beside it. If GRAFTLINE_NOMENCLATURE names a folder of installed
releases, the newest of them is opened and timed, too.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

from parsers.records import LocusTyping, TypingReport
from pipeline.home import BUNDLED
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.install import open_release
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.reduction import reduce_glstring
from pipeline.normalise.typing import TypingNormaliser

ROUNDS = 5
REPORTS = 2_000
GENES = ("A", "B", "C", "DRB1", "DQB1", "DPB1")


def run() -> list[tuple[str, float, str]]:
    """Every figure as (name, value, unit)."""
    with tempfile.TemporaryDirectory() as folder:
        release_folder = Path(folder) / "mini"
        shutil.copytree(BUNDLED / "demo" / "nomenclature", release_folder)
        release = open_cached(release_folder)
    return [*_typings(release), *_reductions(release), *_opening()]


def _typings(release: Release) -> list[tuple[str, float, str]]:
    reports = [_report(release, number) for number in range(REPORTS)]
    cold = _best(lambda: _normalise_all(Normaliser(release), reports))
    warm = Normaliser(release)
    _normalise_all(warm, reports)
    seen = _best(lambda: _normalise_all(warm, reports))
    loci = [locus for report in reports for locus in report.loci]
    typings = TypingNormaliser(release)
    per_locus = _best(lambda: [typings.locus(locus) for locus in loci])
    return [
        ("typing reports normalised, nothing remembered", REPORTS / cold, "reports/s"),
        ("typing reports normalised, every locus seen before", REPORTS / seen, "reports/s"),
        ("one locus seen before", per_locus / len(loci) * 1e6, "us"),
    ]


def _reductions(release: Release) -> list[tuple[str, float, str]]:
    strings = sorted({locus.expression for number in range(REPORTS) for locus in _report(release, number).loci})
    seconds = _best(lambda: [reduce_glstring(text, "lgx", release) for text in strings])
    return [("GL Strings reduced to lgx, all distinct", len(strings) / seconds, "loci/s")]


def _opening() -> list[tuple[str, float, str]]:
    folder = os.environ.get("GRAFTLINE_NOMENCLATURE")
    if not folder:
        return []
    open_release(Path(folder))
    opened = _best(lambda: open_release(Path(folder)))
    asked = _best(lambda: [open_release(Path(folder)).status(f"{gene}*01:01") for gene in GENES])
    return [
        ("opening an installed release", opened * 1e3, "ms"),
        ("opening it and asking for six genes", asked * 1e3, "ms"),
    ]


def _report(release: Release, number: int) -> TypingReport:
    dice = random.Random(number)  # noqa: S311  # invented typings, the same at every run
    loci = []
    for gene in GENES:
        pairs = sorted(product(release.locus(gene).names.alleles, repeat=2))
        expression = "+".join(f"HLA-{gene}*{fields}" for fields in dice.choice(pairs))
        loci.append(LocusTyping(locus=gene, state="two_copies", expression=expression, reported=expression))
    return TypingReport(format="hml", sample=f"S{number}", loci=tuple(loci))


def _normalise_all(normaliser: Normaliser, reports: list[TypingReport]) -> None:
    for report in reports:
        normaliser.normalise(report)


def _best(work: Callable[[], object]) -> float:
    """The shortest time of several rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:55} {value:12.1f} {unit}")  # noqa: T201  # a benchmark prints
