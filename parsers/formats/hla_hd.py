"""HLA-HD's `<sample>_final.result.txt`: three fields from sequencing reads, for some thirty genes.

    A     HLA-A*03:01:01     HLA-A*11:01:01      separated by tabs, without a header
    DPA1  HLA-DPA1*01:03:01  -                   one allele could be told apart, and no other
    DRB4  Not typed          Not typed           absent, or no reads: the tool does not say which

A second `-` is one copy stated: homozygous at most genes, a single copy at DRB3, DRB4 and DRB5. Cells behind the third
are alternatives that the tool could not rule out. The sample is what stands in the file's name before `_final` or
`.result.txt`.

Source: a result in the tests of a program that reads them, and HLA-HD's own description of its output.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed
from parsers.remembered import remembered
from parsers.tables import first_line
from parsers.tool_calls import Line, called, cells_of, measures, report_of_lines
from parsers.typing_states import gene_name

ENDINGS = ("_final.result.txt", ".result.txt")
NONE, NOT_TYPED = "-", "Not typed"
_ALLELE = r"(?:HLA-)?[A-Z]+[0-9]?\*[0-9:]+[A-Z]?"
UNREADABLE = r"[^\t]*[Cc]ouldn't read result file[^\t]*"
_CALL = rf"(?:{_ALLELE}|{NOT_TYPED}|{NONE}|{UNREADABLE})"
FIRST = re.compile(rf"(?:HLA-)?[A-Z]+[0-9]?\t(?:{_CALL}\t{_CALL}(?:\t.*)?|{UNREADABLE})")
CALL = re.compile(_CALL)


def looks_like(head: bytes) -> bool:
    """Whether a gene and its two calls stand on the first line."""
    return FIRST.fullmatch(first_line(head).strip("\n")) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    return report_of_lines(document, "hla_hd", "HLA-HD", ENDINGS, _typing)


def _typing(line: Line) -> LocusTyping:
    gene, first, *others = cells_of(line, 2, "a gene and its two calls, separated by tabs")
    second, further = (others[0], others[1:]) if others else ("", [])
    for cell in (first, second):
        if cell and not _is_call(cell):
            expected = f"an allele, {NONE} or {NOT_TYPED}"
            raise ParseError("this is no call of HLA-HD", found=cell, where=f"line {line[0]}", expected=expected)
    alleles = [cell for cell in (first, second) if "*" in cell]
    reported = "+".join(filter(None, (first, second)))
    return called(gene_name(gene), alleles, reported, references=measures(["alternative"] * len(further), further))


@remembered
def _is_call(cell: str) -> bool:
    return CALL.fullmatch(cell) is not None


FORMAT = Format(
    name="hla_hd",
    title="HLA-HD final result",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
