"""What the results of open typing tools have in common: calls by gene, measures, a sample in the name of the file.

These tools type from sequencing reads. Most of their files name neither the sample nor a nomenclature release: the
sample is what stands in the file's name before the ending that the tool gives it; where the tool always writes the same
name (`R1_bestguess_G.txt`, `winners.hla.txt`), it is the folder that the tool was told to write to.

One allele of a gene is one copy stated and no more: whether the other is the same, missing or not seen, the tool does
not say, unless its reader knows better. A call that the tool itself is not sure of carries `low_quality_call`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from parsers.errors import ParseError
from parsers.format import Document
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.tables import decoded
from parsers.typing_states import UNCALLED, state_of
from parsers.xml_document import text_of

NO_LINE_END = Finding("no_final_line_end", "the last line has no end: the file may be cut short", "last line")

Line = tuple[int, str]
"""A line's number, from 1, and its text."""

NumberedCells = tuple[int, list[str]]
"""A line's number, and its cells."""

Told = tuple[LocusTyping, Sequence[Finding]]
"""A locus, and what the tool itself doubts of it."""


def lines_of(raw: bytes) -> tuple[list[Line], tuple[Finding, ...]]:
    """The lines that are not blank, and a finding if the last one has no end. Raises ParseError where it is no text."""
    text = decoded(raw).lstrip("\ufeff")
    lines = [line for line in enumerate(text.split("\n"), start=1) if line[1].strip()]
    return lines, () if text.endswith("\n") else (NO_LINE_END,)


def head_text(head: bytes) -> str:
    """The first bytes as text, with every kind of line end as a line feed and without a byte order mark."""
    return text_of(head).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def report_of_lines(
    document: Document, name: str, software: str, endings: Sequence[str], typing: Callable[[Line], LocusTyping]
) -> Parsed:
    """The report of a result that has a gene on each line and nothing else. Raises ParseError."""
    lines, findings = lines_of(document.raw)
    if not lines:
        raise nothing_called(software)
    told = ((typing(line), ()) for line in lines)
    return report_of(name, software, sample_of(document.name, endings), told, findings)


def report_of(
    name: str,
    software: str,
    sample: str,
    told: Iterable[Told],
    findings: Iterable[Finding] = (),
    properties: tuple[Printed, ...] = (),
) -> Parsed:
    """The one report of a result, with what the tool doubts of each locus before the findings about all of it."""
    made = list(told)
    report = TypingReport(
        format=name,
        sample=sample,
        software=software,
        loci=tuple(locus for locus, _ in made),
        properties=properties,
        findings=(*(doubt for _, doubts in made for doubt in doubts), *findings),
    )
    return Parsed(reports=(report,))


def cells_of(line: Line, least: int, expected: str, most: int | None = None) -> list[str]:
    """The cells of a line between tabs, without blanks around them. Raises ParseError if there are fewer, or more.

    Blank cells behind the last one that is expected say nothing and are left off.
    """
    cells = list(map(str.strip, line[1].split("\t")))
    if len(cells) < least or any(cells[most or len(cells) :]):
        raise wrong_number_of_cells(line, cells, expected)
    return cells[:most]


def by_gene(
    rows: Iterable[NumberedCells], gene_of_row: Callable[[NumberedCells], str]
) -> dict[str, list[NumberedCells]]:
    """The rows of each gene together, wherever they stand, in the order of the genes' first rows."""
    genes: dict[str, list[NumberedCells]] = {}
    for row in rows:
        genes.setdefault(gene_of_row(row), []).append(row)
    return genes


def wrong_number_of_cells(line: Line, cells: Sequence[str], expected: str) -> ParseError:
    """The refusal of a line that has not its number of cells."""
    number, text = line
    return ParseError(
        f"this line has {len(cells)} cells",
        found=text[:80],
        where=f"line {number}",
        expected=expected,
        advice="Do not open and save the file with another program on the way.",
    )


def sample_of(name: str, endings: Sequence[str], usual: Sequence[str] = ()) -> str:
    """The sample in a file's name: what stands before one of these endings.

    Where that is `usual`, what the tool writes for every sample, it is the nearest folder above that is not called
    `hla`. A file that somebody named otherwise is nobody's: its folder may hold those of many. Raises ParseError if no
    sample can be had.
    """
    *folders, file_name = name.replace("\\", "/").split("/")
    ending = next((each for each in endings if file_name.endswith(each)), None)
    own = file_name.removesuffix(ending) if ending is not None else None
    if own and own not in usual:
        return own
    if own is not None and (folders := [each for each in folders if each not in ("", "hla")]):
        return folders[-1]
    raise ParseError(
        "this result names no sample, and neither does the name of its file",
        found=file_name,
        where="the file name",
        expected=f"the sample followed by {' or '.join(endings)}",
        advice="Name the file after its sample, or take in the folder of the sample.",
    )


def called(
    locus: str,
    copies: Iterable[str],
    reported: str,
    quality: Iterable[Printed] = (),
    references: Iterable[Printed] = (),
    stated_release: str = "",
) -> LocusTyping:
    """The typing of a locus whose copies are given in GL String grammar, each with its gene."""
    return genotyped(locus, "+".join([copy for copy in copies if copy]), reported, quality, references, stated_release)


def genotyped(
    locus: str,
    expression: str,
    reported: str,
    quality: Iterable[Printed] = (),
    references: Iterable[Printed] = (),
    stated_release: str = "",
) -> LocusTyping:
    """The typing of a locus whose genotypes are given in GL String grammar."""
    state = state_of(expression)
    return LocusTyping(
        locus=locus,
        state=state,
        reported=reported,
        expression="" if state in UNCALLED else expression,
        method="NGS",
        stated_release=stated_release,
        quality=tuple(quality),
        references=tuple(references),
    )


def low_quality(locus: str, measure: str, where: str) -> Finding:
    """The finding about a call that the tool itself is not sure of; `measure` says by what."""
    return Finding("low_quality_call", f"the tool is not sure of this call: {measure}", where, locus)


def measures(labels: Sequence[str], values: Sequence[str]) -> tuple[Printed, ...]:
    """The tool's own measures, as printed, without empty ones."""
    return tuple([Printed(label, value) for label, value in zip(labels, values, strict=False) if value])


@lru_cache(maxsize=1024)  # a tool has the same few measures of every gene
def labels_of(copy: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    """The labels of a copy's measures."""
    return tuple(f"{copy} {label}" for label in labels)


def nothing_called(tool: str) -> ParseError:
    """The refusal of a result without any call."""
    return ParseError(
        f"this {tool} result holds no call",
        where="the file",
        expected="at least one gene with a call, or with the words for none",
        advice="Look at the tool's own log: it may have failed.",
    )
