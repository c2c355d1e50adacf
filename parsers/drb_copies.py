"""How many copies of DRB3, DRB4 and DRB5 the DRB1 of a typing lets expect, and whether as many are stated.

Which of the three genes lies beside DRB1 on a haplotype follows from DRB1's first field: DRB3 beside 03, 11, 12, 13 and
14, DRB4 beside 04, 07 and 09, DRB5 beside 15 and 16, none beside 01, 08 and 10 (config/codes/drb345.csv). Exceptions
are known (DRB5 beside some DRB1*01, DRB4 lost beside some DRB1*07), so a difference is a doubt and no error. Software
writes X+X for a single copy, too, so the same allele twice contradicts only where no copy is expected.

No name is looked up: first fields are compared as they are written, and where DRB1 leaves them open nothing is said.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path

import parsers
from parsers.records import LocusTyping, State

TABLE = Path(parsers.__file__).resolve().parent.parent / "config" / "codes" / "drb345.csv"
DRB345 = ("DRB3", "DRB4", "DRB5")
COPIES: dict[State, tuple[int, int]] = {
    "absent": (0, 0),
    "one_stated": (1, 2),
    "homozygous_stated": (1, 2),
    "two_copies": (2, 2),
}
"""The least and the most copies that each state can stand for; other states say nothing of copies."""


@cache
def partners() -> dict[str, str]:
    """The gene beside each first field of DRB1; "" if there is none."""
    with TABLE.open(encoding="utf-8", newline="") as rows:
        return {row["drb1"]: row["partner"] for row in csv.DictReader(rows)}


def contradicting(loci: Iterable[LocusTyping]) -> tuple[str, ...]:
    """The loci among DRB3, DRB4 and DRB5 that state more or fewer copies than DRB1 lets expect."""
    told = {each.locus: each for each in loci if each.locus.startswith("DRB")}
    if "DRB1" not in told:
        return ()
    stated = tuple((gene, told[gene].state) for gene in DRB345 if gene in told)
    return _contradicting(told["DRB1"].expression, told["DRB1"].state, stated)


@lru_cache(maxsize=4096)
def _contradicting(drb1: str, state: State, stated: Sequence[tuple[str, State]]) -> tuple[str, ...]:
    expected = _expected(drb1, state)
    if expected is None:
        return ()
    return tuple(gene for gene, said in stated if not _agree(expected[gene], COPIES.get(said)))


def _expected(drb1: str, state: State) -> Counter[str] | None:
    """How many copies of each gene two haplotypes bring; None unless the first fields of two copies are known."""
    if state not in ("two_copies", "homozygous_stated") or "|" in drb1 or "~" in drb1:
        return None
    beside = [_beside(copy) for copy in drb1.split("+")]
    return None if None in beside else Counter(gene for gene in beside if gene)


def _beside(copy: str) -> str | None:
    """The gene beside one copy of DRB1, if all its alternatives agree on it."""
    fields = {allele.rpartition("*")[2].partition(":")[0] for allele in copy.split("/")}
    genes = {partners().get(field) for field in fields}
    return genes.pop() if len(genes) == 1 else None


def _agree(expected: int, said: tuple[int, int] | None) -> bool:
    return said is None or said[0] <= expected <= said[1]
