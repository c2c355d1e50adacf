"""Conexio Assign's spreadsheet saved as text: a sample, then cells with pairs of alleles.

    Assign report                                   a title
    Created  2012-03-04
    Sample:  D-1    A*01:01:01,A*02:01:01    B*07:02:01,B*08:01:01
                    B*07:02:01,B*08:19N

Cells move, so the one label that descriptions name is looked for: behind `Sample:` stands the id, and every cell with a
`*` up to the next sample holds a pair. Several pairs of a gene are alternatives. Which of them somebody assigned, the
spreadsheet does not say: they are candidates. Cells without a `*` are counted.

CareDx AlloSeq Assign, a later program of that name, writes HML, which is to be preferred; no description of a table of
it is public.

Source: public descriptions of the spreadsheet; no file of the software has been seen.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.open_end import with_open_end
from parsers.records import Finding, Ignored, LocusTyping, Parsed, Printed, TypingReport
from parsers.remembered import remembered
from parsers.tables import Row, is_workbook, separator_of, text_rows
from parsers.text_encoding import decoded
from parsers.typing_states import gene_of
from parsers.xml_document import text_of

HEAD = re.compile(r'[^\n<{]*\n"?Created\b')
SAMPLE = "Sample:"
NO_ID = re.compile(r"\*|:$")
"""What a pair of alleles or the next label has, and no id: the id behind the label is blank."""
BETWEEN = re.compile(r"\s*[,;+]\s*|\s+")
ALLELE = re.compile(r"(?:HLA-)?[A-Z]+[0-9]*\*[0-9]{2,}[0-9A-Z:/]*")


class Sample(NamedTuple):
    """One sample: its id, the line it stands on, and the cells with pairs of alleles."""

    name: str
    where: str
    pairs: list[Printed]


def looks_like(head: bytes) -> bool:
    """Whether the second line begins with Created and a sample is named below it."""
    text = text_of(head).replace("\r\n", "\n").replace("\r", "\n")
    return not is_workbook(head) and HEAD.match(text) is not None and SAMPLE in text


def parse(document: Document) -> Parsed:
    """A report for each sample. Raises ParseError."""
    text = decoded(document.raw)
    unread: Counter[str] = Counter()
    samples = list(_samples(text_rows(text, separator_of(text[:8192])), unread))
    if not samples:
        raise ParseError("this spreadsheet names no sample", where="the file", expected=f"a cell {SAMPLE} and an id")
    reports = [_report(each) for each in samples]
    if not text.endswith("\n"):
        last = samples[-1].pairs[-1:]
        reports[-1] = with_open_end(reports[-1], *[gene_of(pair.text) for pair in last])
    return Parsed(reports=marked(reports), ignored=tuple(Ignored(*each) for each in sorted(unread.items())))


def _samples(rows: Iterable[Row], unread: Counter[str]) -> Iterator[Sample]:
    """Every sample with the pairs below and beside it; cells without a pair are counted. Raises ParseError."""
    sample: Sample | None = None
    for row in rows:
        where, named = f"line {row.line}", False
        for cell in filter(None, row.cells):
            if cell == SAMPLE:
                named = True
            elif named and NO_ID.search(cell):
                break
            elif named:
                yield from [sample] if sample else []
                sample, named = Sample(cell, where, []), False
            elif "*" in cell and sample:
                sample.pairs.append(Printed("pair", cell, where))
            else:
                unread["cells without a pair" if sample else "the head"] += 1
        if named:
            raise ParseError(
                "this sample has no id: nobody could tell whose typing it is",
                where=where,
                expected=f"an id behind {SAMPLE}",
            )
    yield from [sample] if sample else []


def _report(sample: Sample) -> TypingReport:
    genes: dict[str, list[Printed]] = {}
    for pair in sample.pairs:
        genes.setdefault(gene_of(pair.text), []).append(pair)
    return TypingReport(
        format="assign_sbt",
        sample=sample.name,
        software="Assign",
        loci=tuple([_typing(*each) for each in genes.items()]),
        findings=tuple(_findings(sample)),
    )


def _typing(gene: str, pairs: list[Printed]) -> LocusTyping:
    listed = "|".join(dict.fromkeys([copies for each in pairs if (copies := _copies(each.text))]))
    return LocusTyping(
        locus=gene,
        state="candidates",
        reported=listed or "|".join(each.text for each in pairs),
        method="SBT",
        review="not assigned",
        references=tuple(pairs),
    )


@remembered
def _copies(pair: str) -> str:
    """The alleles of a cell that holds one or two of one gene, joined by `+`; empty if it holds anything else."""
    copies, gene = BETWEEN.split(pair), gene_of(pair)
    whole = len(copies) <= 2 and all(ALLELE.fullmatch(each) and gene_of(each) == gene for each in copies)
    return "+".join(copies) if whole else ""


def _findings(sample: Sample) -> list[Finding]:
    if not sample.pairs:
        return [Finding("no_call", "no pair of alleles stands below this sample", sample.where)]
    return [
        Finding("not_an_allele", "this is no pair of alleles; it is kept as printed", pair.where, gene_of(pair.text))
        for pair in sample.pairs
        if not _copies(pair.text)
    ]


FORMAT = Format(
    name="assign_sbt",
    title="Assign spreadsheet as text (Conexio SBT)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
)
