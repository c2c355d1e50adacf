"""How many copies of DRB3, DRB4 and DRB5 the DRB1 of a typing lets expect, and whether as many are stated.

Which of the three genes lies beside DRB1 on a haplotype follows from DRB1's first field: DRB3 beside 03, 11, 12, 13 and
14, DRB4 beside 04, 07 and 09, DRB5 beside 15 and 16, none beside 01, 08 and 10 (config/codes/drb345.csv, with the broad
02, 05 and 06). Exceptions are known (DRB5 beside some DRB1*01, DRB4 lost or null beside some DRB1*07): what one of them
explains is worth knowing, anything else is a doubt, and nothing is an error. Software writes X+X for a single copy,
too, so the same allele twice contradicts only where no copy is expected.

No name is looked up: first fields are compared as they are written, and where DRB1 leaves them open nothing is said.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import product

from parsers.records import LocusTyping, State
from pipeline.normalise.records import Flag
from pipeline.normalise.tables import rows

DRB345 = ("DRB3", "DRB4", "DRB5")
TOGETHER = frozenset({"DRB345", "DRB3/4/5", "DRBX"})
"""What formats call a result that holds whichever of the three genes there is."""
UNSETTLED = re.compile(r"\b(?:XXXX|UUUU|NEW)\b")
ABSENT = "*NNNN"
OPEN = (0, 2)
COPIES: dict[State, tuple[int, int]] = {
    "absent": (0, 0),
    "one_stated": (1, 2),
    "homozygous_stated": (1, 2),
    "two_copies": (2, 2),
}
"""The least and the most copies that each state can stand for; other states say nothing of copies."""

Stated = tuple[str, State, str]
"""Locus, state and expression."""


@cache
def partners() -> dict[str, str]:
    """The gene beside each first field of DRB1; "" if there is none."""
    return {row["drb1"]: row["partner"] for row in rows("drb345.csv")}


@cache
def _exceptions() -> dict[str, str]:
    """What lies beside some haplotypes of a first field instead; "" for no gene."""
    return {row["drb1"]: row["otherwise"].replace("none", "") for row in rows("drb345.csv") if row["otherwise"]}


def copy_flags(loci: Iterable[LocusTyping]) -> tuple[tuple[str, Flag], ...]:
    """A flag, beside its locus, for each that states more or fewer copies than DRB1 lets expect."""
    return _copy_flags(tuple((each.locus, each.state, each.expression) for each in loci if each.locus[:3] == "DRB"))


@lru_cache(maxsize=4096)
def _copy_flags(stated: tuple[Stated, ...]) -> tuple[tuple[str, Flag], ...]:
    drb1 = {each for each in stated if each[0] == "DRB1"}
    choices = _haplotypes(*drb1.pop()) if len(drb1) == 1 else None
    if choices is None:
        return ()
    said = ((each[0], gene, copies) for each in stated for gene, copies in _said(*each))
    return tuple(
        dict.fromkeys((locus, flag) for locus, gene, copies in said for flag in _flags_of(gene, copies, choices))
    )


def _flags_of(gene: str, said: tuple[int, int], choices: list[tuple[str, ...]]) -> Iterator[Flag]:
    usual = [each[0] for each in choices].count(gene)
    if _within(usual, said):
        return
    message = (
        f"beside this DRB1 {usual} {'copy is' if usual == 1 else 'copies are'} expected, and another number stated"
    )
    if any(_within(copies.count(gene), said) for copies in product(*choices)):
        yield Flag("drb345_copies", gene, f"{message}; such haplotypes are known", "info")
    else:
        yield Flag("drb345_copies", gene, message)


def _within(copies: int, said: tuple[int, int]) -> bool:
    return said[0] <= copies <= said[1]


def _haplotypes(_: str, state: State, drb1: str) -> list[tuple[str, ...]] | None:
    """What lies beside either copy of DRB1, the usual gene first; None unless the first fields of both are known."""
    if state not in ("two_copies", "homozygous_stated") or "|" in drb1 or "~" in drb1:
        return None
    beside = [_beside(copy) for copy in drb1.split("+")]
    known = [each for each in beside if each is not None]
    return known if len(known) == len(beside) == 2 else None


def _beside(copy: str) -> tuple[str, ...] | None:
    """The gene beside one copy of DRB1, if all its alternatives agree on it, and what is known to be there instead."""
    fields = {allele.rpartition("*")[2].partition(":")[0] for allele in copy.split("/")}
    genes = {partners().get(field) for field in fields}
    usual = genes.pop() if len(genes) == 1 else None
    return (
        None if usual is None else (usual, *sorted({_exceptions()[field] for field in fields & _exceptions().keys()}))
    )


def _said(locus: str, state: State, expression: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """The genes that one statement tells of, each with the least and the most copies it can stand for."""
    if locus in DRB345:
        yield locus, COPIES.get(state, OPEN)
    elif locus in TOGETHER and state == "absent":
        yield from ((gene, (0, 0)) for gene in DRB345)
    elif locus in TOGETHER and not {"|", "~", "^"} & set(expression) and not UNSETTLED.search(expression):
        yield from _said_together(expression.split("+"))


def _said_together(copies: list[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """The copies of each gene where one result holds those of both haplotypes, or of one and says nothing of the other.

    The same allele twice may be one copy.
    """
    found = [copy.removeprefix("HLA-").partition("*")[0] for copy in copies if not copy.endswith(ABSENT)]
    unsaid = 1 if len(copies) == 1 else 0
    if len(copies) <= 2 and found:
        for gene in DRB345:
            least = most = found.count(gene)
            yield gene, (len(set(copies)) if least == 2 else least, most + unsaid)
