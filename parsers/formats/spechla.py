"""SpecHLA's `hla.result.txt`: eight genes from sequencing reads, one row of two columns a gene.

    # version: IPD-IMGT/HLA 3.38.0                                        (sometimes)
    Sample   HLA_A_1      HLA_A_2      HLA_B_1   ...                      separated by tabs
    S1       A*01:01:01   A*02:01:01   -

`-` is no call. The program has been seen to end without an error and to leave only the header: that is refused.

Source: SpecHLA's description of its output.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.open_end import with_open_end
from parsers.records import LocusTyping, Parsed, Printed, TypingReport
from parsers.tables import Cells, cells_at
from parsers.tool_calls import called, cells_of, head_text, lines_of, nothing_called

HEAD = re.compile(r"(?:#[^\n]*\r?\n)*Sample\tHLA_[A-Z0-9]+_1\tHLA_[A-Z0-9]+_2")
COLUMN = re.compile(r"HLA_([A-Z0-9]+)_([12])")
VERSION = re.compile(r"# version:\s*(.*?)\s*")
NONE = "-"


def looks_like(head: bytes) -> bool:
    """Whether SpecHLA's columns follow its remarks."""
    return HEAD.match(head_text(head[:2048])) is not None


def parse(document: Document) -> Parsed:
    """A report for each row. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    remarks = [text for _, text in lines if text.startswith("#")]
    header, *rows = lines[len(remarks) :] or [(1, "")]
    names = cells_of(header, 3, "Sample and two columns for each gene, separated by tabs")
    if not rows:
        raise nothing_called("SpecHLA")
    genes = _genes(names)
    release = next((found[1] for remark in remarks if (found := VERSION.fullmatch(remark))), "")
    others = tuple(Printed("remark", remark) for remark in remarks if not VERSION.fullmatch(remark))
    reports = [
        TypingReport(
            format="spechla",
            sample=cells[0],
            software="SpecHLA",
            loci=tuple([_typing(gene, of(cells), release) for gene, of in genes.items()]),
            properties=others,
        )
        for cells in (_row(line, len(names)) for line in rows)
    ]
    if not is_ended:
        reports[-1] = with_open_end(reports[-1], reports[-1].loci[-1].locus)
    return Parsed(reports=marked(reports))


def _row(line: tuple[int, str], columns: int) -> Cells:
    cells = tuple(cells_of(line, columns, f"{columns} cells, separated by tabs", columns))
    if not cells[0]:
        raise ParseError(
            "this row names no sample: nobody could tell whose typing it is",
            where=f"line {line[0]}",
            expected="a sample in the first cell",
        )
    return cells


def _genes(names: list[str]) -> dict[str, Callable[[Cells], Cells]]:
    """For each gene that the header names, what takes its cells out of a row."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names[1:], start=1):
        if (column := COLUMN.fullmatch(name)) is None:
            raise ParseError(
                "this is no column of SpecHLA", found=name, where="the header", expected="a name like HLA_A_1"
            )
        places.setdefault(column[1], []).append(place)
    return {gene: cells_at(each) for gene, each in places.items()}


@lru_cache(maxsize=4096)  # many samples have the same two alleles
def _typing(gene: str, cells: Cells, release: str) -> LocusTyping:
    copies = [each for each in cells if each not in ("", NONE)]
    return called(gene, copies, "+".join(cells), stated_release=release)


FORMAT = Format(
    name="spechla",
    title="SpecHLA result",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
)
