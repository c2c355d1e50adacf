"""UNIFORMAT, version 3: genotypes for population genetics (Gene[rate], Arlequin's companions), one person a line.

    # a comment
    id1 <tab> A*01,A*02:01 <tab> B*07&B*08,B*44|B*07,B*45 <tab> DRB1*03:01 <tab> @

A comma joins the two alleles, `|` alternative pairs, `&` the alleles that one copy may be, `@` says not typed. One
allele alone is homozygous or has a blank beside it: the format does not tell, so one copy is stated. A column is of
one locus, whose name is that of its first allele.

Source: the format's public description, Nunes 2007 (Tissue Antigens 69 Suppl 1), and its use in immunogenetics tools.
"""

import re
from functools import lru_cache

from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.kir import without_kir_alone
from parsers.open_end import loci_at_end, with_open_end
from parsers.records import Finding, Ignored, LocusTyping, Parsed, TypingReport
from parsers.text_encoding import decoded, encoding_of
from parsers.typing_states import UNCALLED, gene_of, state_of

UNTYPED = "@"
FIRST_LINES = 20
"""So many persons are looked at to recognise the format: the first one may not have been typed."""
_ALLELE = r"(?:HLA-)?(?:[A-Z][A-Z0-9]*|Cw)\*[0-9A-Za-z:]+"
_COPY = rf"(?:{_ALLELE}(?:&{_ALLELE})*|@)"
_PAIR = rf"{_COPY}(?:,{_COPY})?"
CELL = re.compile(rf"{_PAIR}(?:\|{_PAIR})*")


def looks_like(head: bytes) -> bool:
    """Whether the first line that is no comment is an id and cells of UNIFORMAT, and a pair of alleles stands below."""
    text = head.decode(encoding_of(head, "latin-1"), "ignore").replace("\r", "\n")
    lines = [each.split("\t") for each in text.split("\n")[:-1] or [text] if each.strip() and each[0] != "#"]
    rows = [
        [cell.strip() for cell in others if cell.strip()] for first, *others in lines[:FIRST_LINES] if "*" not in first
    ]
    pairs = [cell for cells in rows for cell in cells if "," in cell and "*" in cell]
    return any(map(CELL.fullmatch, pairs)) and rows[0] != [] and all(map(CELL.fullmatch, rows[0][:3]))


def parse(document: Document) -> Parsed:
    """A report for each line that is no comment. Raises ParseError."""
    text = decoded(document.raw)
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    rows = [(number, list(map(str.strip, line.split("\t")))) for number, line in lines if line[0] != "#"]
    if not rows:
        raise ParseError("no line of this file holds a person", where="line 1", expected="an id and genotypes by tabs")
    _check_width(rows)
    loci = _loci_of(rows)
    reports = [_report(number, cells, loci) for number, cells in rows]
    if not text.endswith("\n"):
        reports[-1] = with_open_end(reports[-1], *loci_at_end(reports[-1], text))
    kept, left = without_kir_alone(reports)
    comments = len(lines) - len(rows)
    return Parsed(reports=marked(kept), ignored=(*((Ignored("# comment", comments),) if comments else ()), *left))


def _check_width(rows: list[tuple[int, list[str]]]) -> None:
    """Raise ParseError on a line with fewer columns than others: it may be cut short, or a column may be missing."""
    width = max(len(cells) for _, cells in rows)
    for number, cells in rows:
        if len(cells) < width:
            raise ParseError(
                f"this line has {len(cells)} columns and another has {width}",
                where=f"line {number}",
                expected="an id and every locus, with @ for one that was not typed",
                advice="Ask the sender to export the file again.",
            )


def _loci_of(rows: list[tuple[int, list[str]]]) -> dict[int, str]:
    """The locus of each column, as the first allele in it says."""
    loci: dict[int, str] = {}
    for _, cells in rows:
        for place, cell in enumerate(cells[1:], start=1):
            if place not in loci and (gene := gene_of(_as_glstring(cell))):
                loci[place] = gene
    return loci


def _as_glstring(cell: str) -> str:
    """A cell in GL String grammar: `&` is `/`, the comma is `+`; a copy that is not typed is left out."""
    genotypes = ("+".join(copy for copy in pair.split(",") if copy != UNTYPED) for pair in cell.split("|"))
    return "|".join(genotypes).replace("&", "/")


def _report(number: int, cells: list[str], loci: dict[int, str]) -> TypingReport:
    if not cells[0]:
        raise ParseError(
            "this line has no id: nobody could tell whose typing it is", where=f"line {number}", expected="an id first"
        )
    typed = [(loci.get(place, ""), cell) for place, cell in enumerate(cells[1:], start=1) if cell]
    read = [_locus(number, cell, locus) for locus, cell in typed]
    findings = [
        Finding("locus_differs", "an allele of another locus stands in this column", f"line {number}", each.locus)
        for (locus, _), each in zip(typed, read, strict=True)
        if each.locus != locus
    ]
    findings += [
        Finding("no_locus", "nobody was typed in this column", f"line {number}") for each in read if not each.locus
    ]
    return TypingReport(format="uniformat", sample=cells[0], loci=tuple(read), findings=tuple(findings))


def _locus(number: int, cell: str, locus: str) -> LocusTyping:
    typing = _typing(cell, locus)
    if typing is None:
        raise ParseError(
            "this is not a genotype of UNIFORMAT",
            found=cell,
            where=f"line {number}",
            expected="alleles joined by a comma, such as A*01,A*02:01, or @ for a locus that was not typed",
        )
    return typing


@lru_cache(maxsize=4096)  # a population has few genotypes and many people
def _typing(cell: str, locus: str) -> LocusTyping | None:
    """The typing in a cell; None if it holds no genotype."""
    if not CELL.fullmatch(cell):
        return None
    expression = _as_glstring(cell)
    state = state_of(expression) if expression.strip("|") else "not_tested"
    return LocusTyping(
        locus=gene_of(expression) or locus,
        state=state,
        reported=cell,
        expression="" if state in UNCALLED else expression,
    )


FORMAT = Format(
    name="uniformat",
    title="UNIFORMAT 3 (genotypes for population genetics)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
)
