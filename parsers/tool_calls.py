"""What the results of open typing tools have in common: calls by gene, measures, a sample in the name of the file.

These tools type from sequencing reads. Most of their files name neither the sample nor a nomenclature release: the
sample is what stands in the file's name before the ending that the tool gives it; where that says nothing of a sample
(`winners.hla.txt`, `final.result.txt`), it is the folder that the tool was told to write to.

One allele of a gene is one copy stated and no more: whether the other is the same, missing or not seen, the tool does
not say, unless its reader knows better. A call that the tool itself is not sure of carries `low_quality_call`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from parsers.errors import ParseError
from parsers.format import Document
from parsers.open_end import with_open_end
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.sample_names import says_nothing
from parsers.text_encoding import decoded
from parsers.typing_states import UNCALLED, state_of, uncalled
from parsers.xml_document import text_of

Line = tuple[int, str]
"""A line's number, from 1, and its text."""

NumberedCells = tuple[int, list[str]]
"""A line's number, and its cells."""

Told = tuple[LocusTyping, Sequence[Finding]]
"""A locus, and what the tool itself doubts of it."""


def lines_of(raw: bytes) -> tuple[list[Line], bool]:
    """The lines that are not blank, and whether the last one has an end. Raises ParseError where it is no text."""
    text = decoded(raw)
    lines = [line for line in enumerate(text.split("\n"), start=1) if line[1].strip()]
    return lines, text.endswith("\n")


def head_text(head: bytes) -> str:
    """The first bytes as text, with every kind of line end as a line feed and without a byte order mark."""
    return text_of(head).replace("\r\n", "\n").replace("\r", "\n")


def report_of_lines(
    document: Document, name: str, software: str, endings: Sequence[str], typing: Callable[[Line], LocusTyping]
) -> Parsed:
    """The report of a result that has a gene on each line and nothing else. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    if not lines:
        raise nothing_called(software)
    loci = [typing(line) for line in lines]
    unfinished = None if is_ended else loci[-1].locus
    return report_of(name, software, sample_of(document.name, endings), ((each, ()) for each in loci), unfinished)


def report_of(
    name: str,
    software: str,
    sample: str,
    told: Iterable[Told],
    unfinished: str | None = None,
    properties: tuple[Printed, ...] = (),
) -> Parsed:
    """The one report of a result, with what the tool doubts of each locus.

    `unfinished` is the locus on a last line without an end, empty if none stands there.
    """
    made = list(told)
    report = TypingReport(
        format=name,
        sample=sample,
        software=software,
        loci=tuple(locus for locus, _ in made),
        properties=properties,
        findings=tuple([doubt for _, doubts in made for doubt in doubts]),
    )
    return Parsed(reports=(report if unfinished is None else with_open_end(report, unfinished),))


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

    Where that says nothing of a sample, or is what this tool has as the `usual` name, it is the nearest folder above
    that says something. A file that somebody named otherwise is nobody's: its folder may hold those of many. Raises
    ParseError if no sample can be had.
    """
    *folders, file_name = name.replace("\\", "/").split("/")
    ending = next((each for each in endings if file_name.endswith(each)), None)
    if ending is not None:
        own = file_name.removesuffix(ending)
        names = [*folders, *([] if own in usual else [own])]
        if sample := next((each for each in reversed(names) if not says_nothing(each)), ""):
            return sample
    raise nameless(name, endings)


def nameless(name: str, endings: Sequence[str]) -> ParseError:
    """The refusal of a result whose sample nobody knows; of a file that was given another ending its folder is none."""
    file_name = name.replace("\\", "/").rpartition("/")[2]
    how = ", or take in the folder of the sample" if file_name.endswith(tuple(endings)) else ", with this ending"
    return ParseError(
        "this result names no sample, and neither does the name of its file",
        found=file_name,
        where="the file name",
        expected=f"the sample followed by {' or '.join(endings)}",
        advice=f"Name the file after its sample{how}.",
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


def counted(typing: LocusTyping, stated: str, names: Sequence[str], where: str) -> Told:
    """The typing if the tool names as many alleles as it states; else it contradicts itself, and nothing is called.

    The same allele twice may be counted once.
    """
    if stated in (str(len(names)), str(len(set(names)))):
        return typing, ()
    message = f"the tool states {stated} alleles and names {len(names)}; nothing is called"
    return uncalled(typing), [Finding("copies_differ", message, where, typing.locus)]


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
