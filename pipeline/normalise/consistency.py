"""What the rest of a report makes doubtful about one locus of it, whatever format it came in.

A statement of a locus means the same wherever it stands, and its flags stand with it. What is found here holds for one
report only: a locus stated twice and not alike, copies of DRB3, DRB4 and DRB5 that do not go with the DRB1, antigens
that the alleles do not have, a date that is none.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from parsers.records import LocusTyping
from pipeline.normalise.drb_copies import copy_flags
from pipeline.normalise.records import Flag, NormalLocus
from pipeline.normalise.reduction_flags import OLD_SPELLINGS
from pipeline.normalise.serology import Serology, is_serologic, stated_antigens
from pipeline.normalise.times import impossible_time

UNSAID = frozenset({"failed", "not_tested"})


def doubts_of(
    printed: Sequence[LocusTyping], loci: Sequence[NormalLocus], serology: Serology | None
) -> dict[str, list[Flag]]:
    """The doubts of every locus that has any; lists that may be added to."""
    pairs = list(zip(printed, loci, strict=True))
    doubts = _contradictions([meant for said, meant in pairs if not is_serologic(said)])
    sound = (_in_names_of_today(said, meant) for said, meant in pairs if not any(map(_is_error, meant.flags)))
    dated = ((each.locus, flag) for each in printed for flag in impossible_time(each.date))
    for locus, flag in (*copy_flags(sound), *_serology_flags(printed, loci, serology), *dated):
        doubts.setdefault(locus, []).append(flag)
    return doubts


def _serology_flags(
    printed: Sequence[LocusTyping], loci: Sequence[NormalLocus], serology: Serology | None
) -> Iterator[tuple[str, Flag]]:
    antigens = stated_antigens(printed) if serology else {}
    if not (antigens and serology):
        return
    for each in loci:
        told = antigens.get(each.locus)
        if told and (each.glstring or each.state == "absent") and serology.contradicts(each.locus, told, each.glstring):
            message = "these antigens were found by serology, and the alleles of this report do not have them"
            yield each.locus, Flag("serology_differs", "+".join(told), message)


def _in_names_of_today(said: LocusTyping, meant: NormalLocus) -> LocusTyping:
    """The statement; with the names that it has today if some of them were written as before 2010."""
    if meant.glstring and any(flag.code in OLD_SPELLINGS for flag in meant.flags):
        return msgspec.structs.replace(said, expression=meant.glstring)
    return said


def _is_error(flag: Flag) -> bool:
    return flag.severity == "error"


def _contradictions(loci: Sequence[NormalLocus]) -> dict[str, list[Flag]]:
    """A doubt for every locus that one report states more than once, and not alike."""
    if len({each.locus for each in loci}) == len(loci):
        return {}
    said: defaultdict[str, set[str]] = defaultdict(set)
    for each in loci:
        if each.state not in UNSAID:
            said[each.locus].add(each.glstring or f"{each.state} {each.reported}")
    message = "this report states the locus more than once, and another statement says otherwise or could not be read"
    return {locus: [Flag("statements_differ", locus, message)] for locus, each in said.items() if len(each) > 1}
