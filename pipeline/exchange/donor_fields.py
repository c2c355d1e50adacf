"""A locus as the two fields of a donor registry's record, without its gene: `02:01:01`, `33:01/33:03`.

Two fields hold two copies, each an allele, a group, an allele code or a list; a word stands in for an allele. They hold
neither alternative genotypes nor phase, and a blank second field is read as homozygous by some, as unknown by others.
"""

from collections import defaultdict
from collections.abc import Iterator

from parsers.donor_fields import Fields
from parsers.records import LocusTyping, State, TypingReport
from parsers.typing_states import state_of
from pipeline.exchange.record import NO_LOCUS, OPERATORS, STATE_UNSAID, LeftOut
from pipeline.normalise.consistency import UNSAID
from pipeline.normalise.nomenclature.names import split_name, word_of
from pipeline.normalise.serology import is_serologic

HELD = ("two_copies", "homozygous_stated", "one_stated", "novel")
ABSENT = Fields("NNNN", "NNNN")


def fields_of(locus: LocusTyping) -> Fields | None:
    """The two fields of a locus; None if they would not say what the locus says."""
    if locus.state == "absent":
        return ABSENT
    copies = locus.expression.split("+")
    if locus.state not in HELD or len(copies) > 2 or set("|^~?").intersection(locus.expression):
        return None
    values = [_without_gene(copy, locus.locus) for copy in copies]
    told = all(values) and _state_read(values, locus.locus) == locus.state and not _is_like_a_code(locus)
    return Fields(*values) if told else None


def _is_like_a_code(locus: LocusTyping) -> bool:
    """Whether an allele without a name is told by its first field, `01:NEW`: a code of these letters is in use."""
    values = (split_name(name)[1] for name in OPERATORS.split(locus.expression))
    return any(":" in value and word_of(value) for value in values)


def _state_read(values: list[str], locus: str) -> State:
    """The state that a reader of these values sees."""
    return state_of("+".join(f"{locus}*{value}" for value in values))


def _without_gene(copy: str, locus: str) -> str:
    """The alternatives of a copy without their gene; empty if one of them is of another gene."""
    names = [split_name(name) for name in copy.split("/")]
    return "/".join(fields for _, fields in names) if all(gene == locus for gene, _ in names) else ""


def held(report: TypingReport, loci: tuple[str, ...], left_out: list[LeftOut]) -> Iterator[tuple[str, Fields]]:
    """The loci of a report that a target with these loci can hold; what it cannot is added to `left_out`."""
    said: set[str] = set()
    disputed = _disputed(report)
    for locus in report.loci:
        sole = locus.locus in loci and locus.locus not in disputed and locus.locus not in said
        found = fields_of(locus) if sole else None
        if found:
            said.add(locus.locus)
            yield locus.locus, found
        else:
            left_out.append(
                LeftOut(report.sample or report.subject, locus.locus, _why_not(locus, loci, said, disputed))
            )


def _disputed(report: TypingReport) -> set[str]:
    """The loci that a report states more than once, and not alike; antigens beside alleles are no other statement."""
    called = defaultdict[str, set[tuple[str, str]]](set)
    for each in report.loci:
        if each.state not in UNSAID and not is_serologic(each):
            called[each.locus].add((each.state, each.expression or each.reported))
    return {locus for locus, statements in called.items() if len(statements) > 1}


def _why_not(locus: LocusTyping, loci: tuple[str, ...], said: set[str], disputed: set[str]) -> str:
    reasons = {
        NO_LOCUS: not locus.locus,
        "the target has no place for this locus": locus.locus not in loci,
        "the report states this locus more than once, and not alike": locus.locus in disputed,
        "the report states this locus more than once, and the target holds one statement": locus.locus in said,
        "nothing is called, and the target leaves such a locus blank": locus.state in ("failed", "not_tested"),
        "these are candidates; nobody has assigned one of them": locus.state == "candidates",
        "an allele without a name would be read as a multiple allele code": _is_like_a_code(locus),
        "two fields hold neither alternative genotypes nor phase": bool(set("|~").intersection(locus.expression)),
    }
    return next((reason for reason, holds in reasons.items() if holds), STATE_UNSAID)
