"""The two fields of a locus in a donor registry's record: by DNA, and by serology beside it.

    A    DNA FIELD1 02:01:01:05   FIELD2 33:01     SER FIELD1 2   FIELD2 33

A value is written without its gene, perhaps with a star in front (`*02:01`), or with it (`A*02:01`), and may be all
that registries accept: an allele, a G or P group, a multiple allele code (`02:AAUW`), `02:XX`, a list (`01:01/01:02`),
a word such as NNNN. A blank second field says that the second copy is not stated: registries assume it homozygous, we
do not.

Serology is kept as printed beside the DNA, and alone where there is no DNA; it is never written as alleles. A value
that stands in the wrong one of the two (`A2` by DNA, `02:01` by serology) is kept, doubted and not moved, and so is an
allele of another gene. Of an entry that takes its donor back, or that is sent to list nobody, nothing is called.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from parsers.elements import Element
from parsers.glstring_code import with_gene
from parsers.name_blanks import closed_up
from parsers.records import Finding, LocusTyping, Printed, TypingReport
from parsers.typing_states import UNCALLED, WMDA_WORDS, gene_of, state_of, uncalled

DNA = re.compile(r"\*?[0-9]{1,4}:\S+|\*[0-9]{2,8}[A-Z]*\S*|[0-9]{4,8}[A-Z]?|[0-9]{2}[A-Z]{2,}")
"""What a value by DNA looks like: colons, a star, or the digits and codes (`0201`, `24XX`) of before April 2010."""
WITHDRAWN = Finding(
    "donor_withdrawn", "the sender takes this donor back; what the entry lists is kept as printed and not called"
)
NO_ALLELE = Finding(
    "not_an_allele", "a value in the field for DNA is not written as an allele; the locus is kept as printed"
)
TWO_NAMES = Finding(
    "not_an_allele",
    "two names with a blank between them in one field for DNA, or a broken one? The locus is kept as printed; "
    "write each copy into a field of its own",
)
OTHER_GENE = Finding(
    "locus_differs", "a value in the field for DNA is of another gene than the field; the locus is kept as printed"
)
SEROLOGY = Finding("serology", "a type by serology is kept as printed and not written as an allele")


class Fields(NamedTuple):
    """The values of one locus as printed, blank where nothing stands."""

    first: str = ""
    second: str = ""

    @property
    def reported(self) -> str:
        """Both values in one text."""
        return "+".join([value for value in (self.first.strip(), self.second.strip()) if value])


class ReadLocus(NamedTuple):
    """A locus, None if nothing was stated of it, and what was odd."""

    typing: LocusTyping | None
    findings: tuple[Finding, ...]


def by_locus(person: Element, holder: str) -> dict[str, list[Element]]:
    """The elements of each name in a person's holders of loci."""
    found: dict[str, list[Element]] = {}
    for each in person.each(holder):
        for locus in each.members:
            found.setdefault(locus.name, []).append(locus)
    return found


def read_locus(locus: str, dna: Fields, serology: Fields, where: str) -> ReadLocus:
    """One locus of a donor's record."""
    read = _read(locus, dna, serology)
    if read.typing is None or not (read.findings or read.typing.references):
        return read
    references = tuple(Printed(each.label, each.text, where) for each in read.typing.references)
    findings = tuple(replace(each, where=where) for each in read.findings)
    return ReadLocus(replace(read.typing, references=references), findings)


@lru_cache(maxsize=8192)  # registries state the same typing of a locus for many people
def _read(locus: str, dna: Fields, serology: Fields) -> ReadLocus:
    """What these fields say, wherever they stand."""
    by_dna, by_serology = dna.reported, serology.reported
    if by_dna:
        typing, findings = _by_dna(locus, dna)
    elif by_serology:
        state = state_of(by_serology)
        typing = LocusTyping(locus=locus, state=state, reported=by_serology, method="SER")
        findings = (replace(SEROLOGY, locus=locus),)
    else:
        return ReadLocus(None, ())
    if by_dna and by_serology:
        typing = replace(typing, references=(Printed("serology", by_serology),))
    if ":" in by_serology:
        message = "a value in the field for serology is written as an allele; it is kept there and not used"
        findings = (*findings, Finding("dna_in_serology_field", message, "", locus))
    return ReadLocus(typing, findings)


def _by_dna(locus: str, dna: Fields) -> tuple[LocusTyping, tuple[Finding, ...]]:
    values = [value for value in map(closed_up, dna) if value]
    doubt = next(filter(None, (_doubt(value, locus) for value in values)), None)
    if doubt:
        return LocusTyping(locus=locus, state="candidates", reported=dna.reported), (replace(doubt, locus=locus),)
    expression = with_gene("+".join(value.lstrip("*") for value in values), locus)
    state = state_of(expression)
    written = "" if state in UNCALLED else expression
    return LocusTyping(locus=locus, state=state, reported=dna.reported, expression=written), ()


def _doubt(value: str, locus: str) -> Finding | None:
    """What is wrong with a value by DNA in the field of this locus."""
    if " " in value:
        return TWO_NAMES
    gene = gene_of(value)
    if gene and gene != locus:
        return OTHER_GENE
    written = value[value.index("*") :] if gene else value
    is_allele = DNA.fullmatch(written) or written.lstrip("*").upper() in WMDA_WORDS
    return None if is_allele else NO_ALLELE


def not_called(report: TypingReport, reason: Finding) -> TypingReport:
    """The report of an entry that lists nobody, for this reason: its loci are kept as printed."""
    return replace(report, loci=tuple(map(uncalled, report.loci)), findings=(*report.findings, reason))
