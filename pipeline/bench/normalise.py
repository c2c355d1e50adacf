"""How fast names are looked up and typings put into registry language, on the invented mini-release.

Each figure is the best of several rounds. If GRAFTLINE_NOMENCLATURE names a folder of installed releases, the newest of
them is opened and timed, too.
"""

import os
import shutil
import tempfile
from pathlib import Path

from parsers.format import Document
from parsers.formats import hml
from parsers.records import LocusTyping, TypingReport
from pipeline.bench.figures import Figure, best
from pipeline.bench.reports import GENES, report_writer
from pipeline.home import BUNDLED
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.install import open_release
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.reduction import reduce_glstring
from pipeline.normalise.typing import TypingNormaliser

ROUNDS = 5
REPORTS = 2_000


def run(reports: int = REPORTS, rounds: int = ROUNDS) -> list[Figure]:
    """Typings normalised and reduced, and a release opened."""
    with tempfile.TemporaryDirectory() as folder:
        release_folder = Path(folder) / "mini"
        shutil.copytree(BUNDLED / "demo" / "nomenclature", release_folder)
        release = open_cached(release_folder)
    printed = invented_typings(release, reports)
    return [*_typings(release, printed, rounds), *_reductions(release, printed, rounds), *_opening(rounds)]


def invented_typings(release: Release, reports: int) -> list[TypingReport]:
    """So many reports of eleven loci, as printed."""
    write = report_writer(release)
    parsed = (hml.parse(Document(write(number))) for number in range(reports))
    return [report for each in parsed for report in each.reports if isinstance(report, TypingReport)]


def _typings(release: Release, reports: list[TypingReport], rounds: int) -> list[Figure]:
    loci = [locus for report in reports for locus in report.loci]
    distinct = len({locus.expression for locus in loci})
    cold = best(lambda: _normalise_all(Normaliser(release), reports), rounds)
    warm = Normaliser(release)
    _normalise_all(warm, reports)
    seen = best(lambda: _normalise_all(warm, reports), rounds)
    typings = TypingNormaliser(release)
    per_locus = best(lambda: _locus_by_locus(typings, loci), max(rounds, 2))
    share = f"{distinct} distinct loci of {len(loci)}"
    return [
        Figure("typing reports, nothing remembered", len(reports) / cold, "reports/s", share),
        Figure("typing reports, every locus seen before", len(reports) / seen, "reports/s"),
        Figure("one locus seen before", per_locus / len(loci) * 1e6, "us"),
    ]


def _reductions(release: Release, reports: list[TypingReport], rounds: int) -> list[Figure]:
    strings = sorted({locus.expression for report in reports for locus in report.loci if locus.expression})
    taken = best(lambda: [reduce_glstring(text, "lgx", release) for text in strings], rounds)
    return [Figure("GL Strings reduced to lgx, all distinct", len(strings) / taken, "loci/s")]


def _opening(rounds: int) -> list[Figure]:
    folder = os.environ.get("GRAFTLINE_NOMENCLATURE")
    if not folder:
        return []
    version = open_release(Path(folder)).version
    opened = best(lambda: open_release(Path(folder)), rounds)
    asked = best(lambda: list(map(open_release(Path(folder)).locus, GENES)), rounds)
    return [
        Figure("opening an installed release", opened * 1e3, "ms", version),
        Figure("opening it and asking for eleven genes", asked * 1e3, "ms", version),
    ]


def _normalise_all(normaliser: Normaliser, reports: list[TypingReport]) -> None:
    for report in reports:
        normaliser.normalise(report)


def _locus_by_locus(typings: TypingNormaliser, loci: list[LocusTyping]) -> None:
    for locus in loci:
        typings.locus(locus)
