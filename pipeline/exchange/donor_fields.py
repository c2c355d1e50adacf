"""A locus as the two fields of a donor registry's record, without its gene: `02:01:01`, `33:01/33:03`, `24:XX`.

Two fields hold two copies, each an allele, a group, an allele code or a list; a word stands in for an allele. They hold
neither alternative genotypes nor phase, and a blank second field is read as homozygous by some, as unknown by others.
A name of one field needs its `XX`, for a number alone is an antigen there, or the last field of a list's first name.
Antigens stand in two fields of their own. What is written is what the reader of such records reads as the same locus.

A donor has one record, whatever number of reports speak of him. A locus that they do not state alike is in none.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from parsers.donor_fields import Fields, read_locus
from parsers.records import LocusTyping, TypingReport
from pipeline.exchange.antigens import UNWRITABLE, antigens_of, number_of, states_antigens
from pipeline.exchange.record import CANDIDATES, NO_LOCUS, OPERATORS, LeftOut
from pipeline.normalise.consistency import UNSAID
from pipeline.normalise.identifiers import read_identifier
from pipeline.normalise.nomenclature.names import kind_of, split_name, word_of

HELD = ("two_copies", "homozygous_stated", "one_stated", "novel")
ABSENT = Fields("NNNN", "NNNN")
BY_SEROLOGY = ("A", "B", "C", "DQB1", "DRB1")
"""The loci that registries list antigens of."""
NO_PLACE = "the target has no place for this locus"
NO_PLACE_FOR_ANTIGENS = "the target has no place for antigens of this locus"
NOT_ALIKE = "the locus is stated more than once, and not alike"
BLANK = "nothing is called, and the target leaves such a locus blank"
LIKE_A_CODE = "an allele without a name would be read as a multiple allele code"
MISREAD = "two fields with its names would be read otherwise"
ALTERNATIVES = "two fields hold neither alternative genotypes nor phase"


class Listed(NamedTuple):
    """What a donor's record says of a locus: the fields by DNA, and those by serology."""

    dna: Fields = Fields()
    serology: Fields = Fields()


def grid_of(report: TypingReport) -> str:
    """The valid GRID that a report names; empty if there is none."""
    known = [read_identifier(each) for each in (report.subject, report.sample) if each]
    return next((each.value for each in known if each.scheme == "GRID"), "")


def by_donor(reports: Iterable[TypingReport]) -> list[TypingReport]:
    """One report of each donor, with everything that these say of him; a GRID names a donor before any other id."""
    found: dict[tuple[str, ...], TypingReport] = {}
    for each in reports:
        grid = grid_of(each)
        assigner = each.subject_assigner if each.subject else each.sample_assigner
        donor = (grid,) if grid else (each.subject or each.sample, assigner or each.centre)
        known = found.get(donor)
        found[donor] = replace(known, loci=known.loci + each.loci) if known else each
    return list(found.values())


def held(report: TypingReport, loci: tuple[str, ...], left_out: list[LeftOut]) -> dict[str, Listed]:
    """The loci of a report that a target with these loci can hold; what it cannot is added to `left_out`."""
    found: dict[str, Listed] = {}
    pairs = [(each, fields_of(each)) for each in report.loci]
    disputed = _disputed(pairs)
    for locus, fields in pairs:
        reason = _misplaced(locus, loci, disputed) or ("" if fields else _unsaid(locus))
        if fields and not reason:
            place = "serology" if states_antigens(locus) else "dna"
            found[locus.locus] = found.get(locus.locus, Listed())._replace(**{place: fields})
        else:
            left_out.append(LeftOut(report.sample or report.subject, locus.locus, reason))
    return found


def fields_of(locus: LocusTyping) -> Fields | None:
    """The two fields of a locus; None if they would not say what the locus says."""
    if states_antigens(locus):
        antigens = antigens_of(locus)
        return Fields(*map(number_of, antigens)) if antigens else None
    return ABSENT if locus.state == "absent" else _by_dna(locus)


def _by_dna(locus: LocusTyping) -> Fields | None:
    copies = locus.expression.split("+")
    if locus.state not in HELD or len(copies) > 2 or set("|^~?").intersection(locus.expression):
        return None
    values = [_without_gene(copy, locus.locus) for copy in copies]
    readable = all(value.isprintable() and value for value in values)
    told = readable and not _is_like_a_code(locus) and _is_read_back(values, locus)
    return Fields(*values) if told else None


def _without_gene(copy: str, locus: str) -> str:
    """The alternatives of a copy without their gene; empty if one of them is of another gene."""
    names = [split_name(name) for name in copy.split("/")]
    return "/".join(_value(*name) for name in names) if all(gene == locus for gene, _ in names) else ""


def _value(gene: str, fields: str) -> str:
    """The fields of a name; `24:XX` of a first field alone, which means the same."""
    return f"{fields}:XX" if fields.isdecimal() and kind_of(gene, fields) == "allele" else fields


def _is_like_a_code(locus: LocusTyping) -> bool:
    """Whether an allele without a name is told by its first field, `01:NEW`: a code of these letters is in use."""
    values = (split_name(name)[1] for name in OPERATORS.split(locus.expression))
    return any(":" in value and word_of(value) for value in values)


def _is_read_back(values: list[str], locus: LocusTyping) -> bool:
    """Whether the reader of donors' records takes these values for the state and the names of the locus."""
    read = read_locus(locus.locus, Fields(*values), Fields(), "").typing
    meant = "+".join("/".join(f"{locus.locus}*{name}" for name in value.split("/")) for value in values)
    return read is not None and (read.state, read.expression) == (locus.state, meant)


def _disputed(pairs: Iterable[tuple[LocusTyping, Fields | None]]) -> set[tuple[str, bool]]:
    """The loci that are stated more than once, and not alike; antigens beside alleles are no other statement."""
    called = defaultdict[tuple[str, bool], set[Fields | str]](set)
    for each, fields in pairs:
        if each.state not in UNSAID:
            called[each.locus, states_antigens(each)].add(fields or each.expression or each.reported)
    return {place for place, statements in called.items() if len(statements) > 1}


def _misplaced(locus: LocusTyping, loci: tuple[str, ...], disputed: set[tuple[str, bool]]) -> str:
    """Why a record has no place for a locus, whatever is said of it; empty if it has."""
    serologic = states_antigens(locus)
    reasons = {
        NO_LOCUS: not locus.locus,
        NO_PLACE: locus.locus not in loci,
        NO_PLACE_FOR_ANTIGENS: serologic and locus.locus not in BY_SEROLOGY,
        NOT_ALIKE: (locus.locus, serologic) in disputed,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _unsaid(locus: LocusTyping) -> str:
    """Why two fields do not say what is said of a locus."""
    reasons = {
        BLANK: locus.state in UNSAID,
        UNWRITABLE: states_antigens(locus),
        CANDIDATES: locus.state == "candidates",
        LIKE_A_CODE: _is_like_a_code(locus),
        ALTERNATIVES: bool(set("|~").intersection(locus.expression)),
    }
    return next((reason for reason, holds in reasons.items() if holds), MISREAD)
