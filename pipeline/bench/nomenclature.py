"""How fast names are reduced, beside py-ard on the same strings in the same run, if it is installed.

GRAFTLINE_NOMENCLATURE names a folder of installed releases, whose newest is taken; without it the invented
mini-release, which py-ard cannot read. GRAFTLINE_PYARD names a folder with a database that py-ard has built of the same
release; without it py-ard's rows stay empty.

Strings of distinct genotypes are of six loci with 1, 10 and 100 alleles a side, drawn from all alleles. The registry
has 500,000 donors in the mix that registries hold (60 % two fields, 25 % lists of kits, 15 % first fields), its
frequencies invented: the k-th of 60 alleles of a locus, and the k-th of 24 kits that report it, have weight 1/k.

Ours and the peer's are the best of as many rounds, each without what the one before has remembered.
"""

import gc
import os
import random
import resource
import shutil
import tempfile
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path

from pipeline.bench.figures import Figure, best, seconds
from pipeline.home import BUNDLED
from pipeline.normalise.bulk_reduction import Reducer
from pipeline.normalise.nomenclature.cache import cache_path, open_cached
from pipeline.normalise.nomenclature.install import open_release
from pipeline.normalise.nomenclature.release import Release

GENES = ("A", "B", "C", "DRB1", "DQB1", "DPB1")
SIDES = {1: 20_000, 10: 3_000, 100: 400}
GOALS = {1: "goal: 500k", 10: "goal: 60k", 100: "goal: 10k"}
DONORS = 500_000
PEER_STRINGS = 40
COMMON = 60
KITS = 24
PYARD_CACHES = {"default cache": None, "best-tuned cache": 1_000_000}


def run(donors: int = DONORS, share: float = 1.0, rounds: int = 3) -> list[Figure]:
    """Opening, single names, distinct strings and a registry."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = _release_folder(Path(temporary))
        release = open_cached(folder)
        strings = {side: distinct_strings(release, side, max(1, int(count * share))) for side, count in SIDES.items()}
        return [
            *_opening(folder, rounds),
            *_names(release, rounds),
            *_strings(release, strings, rounds),
            *_registry(folder, donors, rounds),
            *_peer(release, strings, rounds),
        ]


def _release_folder(temporary: Path) -> Path:
    """A copy of the newest installed release, or of the mini-release, to build caches in."""
    installed = os.environ.get("GRAFTLINE_NOMENCLATURE")
    invented = BUNDLED / "demo" / "nomenclature"
    source = Path(installed) / open_release(Path(installed)).version if installed else invented
    shutil.copytree(source, temporary / "release", ignore=shutil.ignore_patterns("cache-*", "allelelist"))
    return temporary / "release"


def _opening(folder: Path, rounds: int) -> list[Figure]:
    def build() -> None:
        cache_path(folder).unlink(missing_ok=True)
        open_cached(folder)

    return [
        Figure("a release built into the cache", best(build, rounds), "s", "goal: at most 1.5"),
        Figure("a release opened", 1e3 * best(lambda: open_cached(folder), rounds), "ms", "goal: at most 100"),
        Figure("memory that an opened release takes, six loci decoded", _memory_of(folder), "MB", "goal: at most 40"),
    ]


def _memory_of(folder: Path) -> float:
    tracemalloc.start()
    release = open_cached(folder)
    for gene in GENES:
        release.locus(gene)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / 1e6


def _names(release: Release, rounds: int) -> list[Figure]:
    names = [name for gene in GENES for name in alleles(release, gene)]
    first = seconds(lambda: _each(Reducer(release, "lgx").output, names))
    table = Reducer(release, "lgx").table(names)
    asked = random.Random(1).choices(names, k=200_000)  # noqa: S311  # which names is of no weight
    looked_up = best(lambda: [table[name] for name in asked], rounds)
    return [
        Figure("every allele of six loci met for the first time", len(names) / first, "names/s", release.version),
        Figure("single look-ups", len(asked) / looked_up, "names/s", "goal: 5M"),
    ]


def _strings(release: Release, strings: dict[int, list[str]], rounds: int) -> Iterator[Figure]:
    taken = [_seconds_of_each_side(release, strings) for _ in range(rounds)]
    for side, texts in strings.items():
        fastest = len(texts) / min(each[side] for each in taken)
        yield Figure(f"strings of {side} a side", len(GENES) * fastest, "loci/s", GOALS[side])


def _seconds_of_each_side(release: Release, strings: dict[int, list[str]]) -> dict[int, float]:
    """How long a reducer takes that has met every name, and no list of them."""
    reducer = Reducer(release, "lgx")
    _each(reducer.output, [name for gene in GENES for name in alleles(release, gene)])
    return {side: seconds(partial(_each, reducer.reduce, texts)) for side, texts in strings.items()}


def _registry(folder: Path, donors: int, rounds: int) -> Iterator[Figure]:
    """The registry, each time with a release that has been asked for nothing."""
    typings = registry(open_cached(folder), donors)
    gc.freeze()  # as `graftline reduce` does: the release lives as long as the process
    taken = min(seconds(partial(_all, Reducer(open_cached(folder), "lgx"), typings)) for _ in range(rounds))
    yield Figure(f"a registry of {donors:,} donors", taken, "s", "goal: at most 2")
    yield Figure("the same", len(typings) / taken, "loci/s", f"{len(set(typings)):,} of {len(typings):,} are distinct")
    yield Figure("memory of the process, registry and all", _peak_memory(), "MB", "goal: at most 1000")


def _peer(release: Release, strings: dict[int, list[str]], rounds: int) -> Iterator[Figure]:
    """The peer remembers whole strings, so each round asks for others."""
    built = os.environ.get("GRAFTLINE_PYARD")
    for title, size in PYARD_CACHES.items():
        reduce = _pyard(release, Path(built), size) if built and find_spec("pyard") else None
        for side, texts in strings.items():
            name = f"py-ard, {title}, strings of {side} a side"
            if reduce is None:
                yield Figure(name, None, "loci/s", "not installed, or no release of its own")
                continue
            asked = [texts[first : first + PEER_STRINGS] for first in range(0, rounds * PEER_STRINGS, PEER_STRINGS)]
            fastest = max(len(each) / seconds(partial(_each, reduce, each)) for each in asked if each)
            yield Figure(name, len(GENES) * fastest, "loci/s")


def _pyard(release: Release, folder: Path, size: int | None) -> Callable[[str], object]:
    number = release.version.replace(".", "")
    options = {} if size is None else {"cache_size": size}
    ard = import_module("pyard").init(number, data_dir=str(folder), **options)
    return lambda text: ard.redux(text, "lgx")


def alleles(release: Release, gene: str) -> list[str]:
    """Every allele of a gene."""
    return [f"{gene}*{fields}" for fields in release.locus(gene).names.alleles]


def distinct_strings(release: Release, side: int, count: int) -> list[str]:
    """Genotypes of six loci with so many alleles on either side of the +."""
    dice = random.Random(1)  # noqa: S311  # invented genotypes
    names = {gene: [name for name in alleles(release, gene) if name[-1].isdigit()] for gene in GENES}

    def locus(pool: list[str]) -> str:
        return "+".join("/".join(dice.sample(pool, min(side, len(pool)))) for _ in range(2))

    return ["^".join(map(locus, names.values())) for _ in range(count)]


def registry(release: Release, donors: int) -> list[str]:
    """The typings of so many donors, one locus each."""
    dice = random.Random(1)  # noqa: S311  # invented donors
    written = [_written(release, gene) for gene in GENES]
    typings = []
    for _ in range(donors):
        resolution = dice.choices((0, 1, 2), cum_weights=(60, 85, 100))[0]
        for forms in written:
            copies = dice.choices(forms[resolution], cum_weights=zipf(len(forms[resolution])), k=2)
            typings.append("+".join(dice.choices(copy, cum_weights=zipf(len(copy)))[0] for copy in copies))
    return typings


@cache
def zipf(count: int) -> list[float]:
    """So many weights 1/k, added up."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


def _written(release: Release, gene: str) -> tuple[list[list[str]], ...]:
    """The common alleles of a gene as registries hold them: in two fields, in the lists of kits, in the first field."""
    dice = random.Random(2)  # noqa: S311  # invented kits
    two = list(dict.fromkeys(":".join(name.split(":")[:2]) for name in alleles(release, gene) if name[-1].isdigit()))

    def listed(name: str) -> str:
        return "/".join([name, *dice.sample(two, dice.randint(1, min(19, len(two))))])

    return (
        [[name] for name in two[:COMMON]],
        [[listed(name) for _ in range(KITS)] for name in two[:COMMON]],
        [[f"{name.split(':')[0]}:XX"] for name in two[:COMMON]],
    )


def _all(reducer: Reducer, typings: list[str]) -> None:
    deque(reducer.outputs(typings), maxlen=0)


def _each(work: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        work(text)


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
