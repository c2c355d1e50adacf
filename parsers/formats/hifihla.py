"""PacBio hifihla's `<sample>_hifihla_report.tsv`: HLA from long reads, both copies of a gene in one cell.

    HLA-A     *01:01:01:01/*26:01:01:01        separated by a tab, no header; `/` parts the two COPIES here
    HLA-DRB5  *01:01:01

A name alone is one copy. A gene whose star name has no fields was sequenced and is not in the release: a novel allele.

Source: hifihla's description of its report.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed, TypingReport
from parsers.tables import first_line
from parsers.tool_calls import Line, called, cells_of, lines_of, nothing_called, sample_of
from parsers.typing_states import gene_name

ENDINGS = ("_hifihla_report.tsv", ".hifihla_report.tsv", "_report.tsv", ".tsv")
STAR = re.compile(r"\*[0-9:]*[A-Z]?")
FIRST = re.compile(r"HLA-[A-Z]+[0-9]?\t\*[0-9:]*[A-Z]?(?:/\*[0-9:]*[A-Z]?)?")


def looks_like(head: bytes) -> bool:
    """Whether a gene and star names without it stand on the first line."""
    return FIRST.fullmatch(first_line(head).strip("\ufeff\n")) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, findings = lines_of(document.raw)
    if not lines:
        raise nothing_called("hifihla")
    report = TypingReport(
        format="hifihla",
        sample=sample_of(document.name, ENDINGS),
        software="hifihla",
        loci=tuple(map(_typing, lines)),
        findings=findings,
    )
    return Parsed(reports=(report,))


def _typing(line: Line) -> LocusTyping:
    gene, cell, *_ = cells_of(line, 2, "a gene and its star names, separated by a tab")
    names = cell.split("/")
    if len(names) > 2 or not all(STAR.fullmatch(each) for each in names):
        expected = "one or two names like *01:01:01:01, parted by /"
        raise ParseError("these are no star names", found=cell, where=f"line {line[0]}", expected=expected)
    gene = gene_name(gene)
    return called(gene, [f"{gene}{each}" if each != "*" else f"{gene}*NEW" for each in names], cell)


FORMAT = Format(
    name="hifihla",
    title="hifihla report (TSV)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
)
