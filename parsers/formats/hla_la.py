"""HLA*LA's `R1_bestguess_G.txt` and `R1_bestguess.txt`: the best pair of G groups, or of alleles, of each gene.

    Locus  Chromosome  Allele         Q1  Q2   AverageCoverage  ...  perfectG      separated by tabs
    A      1           A*11:01:01G    1   -70  49.3
    A      2           A*01:01:01G    1   -70  49.3

`Chromosome` counts the copies and is no phase. Q1 is the probability of the call; DRB3 and DRB4 are reported also where
nobody has them, with a coverage near nothing. Without `_G` an `Allele` may be a list, `;` between its names. The tool
writes one folder for each sample, so the sample is the folder above, unless the file is named after it.

Source: the example outputs of HLA*LA.
"""

from itertools import groupby

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, LocusTyping, Parsed, TypingReport
from parsers.tables import first_line
from parsers.tool_calls import called, cells_of, labels_of, lines_of, low_quality, measures, nothing_called, sample_of
from parsers.typing_states import gene_name

ENDINGS = ("_bestguess_G.txt", "_bestguess.txt", "_output_G.txt", "_output.txt")
USUAL = "R1"
FIRST_COLUMNS = ["Locus", "Chromosome", "Allele", "Q1", "Q2"]
SURE, COVERED = 0.9, 5.0
"""Below this probability, or this average depth, the tool's authors advise against relying on a call."""


def looks_like(head: bytes) -> bool:
    """Whether the header is HLA*LA's."""
    return first_line(head).lstrip("\ufeff").split("\t")[:5] == FIRST_COLUMNS


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    (header, *lines), findings = _lines(document.raw)
    names = cells_of(header, len(FIRST_COLUMNS), ", ".join(FIRST_COLUMNS))
    if names[: len(FIRST_COLUMNS)] != FIRST_COLUMNS:
        raise ParseError(
            "this is not the header of HLA*LA", found=header[1][:80], where="line 1", expected=", ".join(FIRST_COLUMNS)
        )
    rows = [(number, cells_of((number, text), len(names), f"{len(names)} cells by tabs")) for number, text in lines]
    genes = [(gene, list(each)) for gene, each in groupby(rows, key=lambda row: gene_name(row[1][0]))]
    labels = tuple(names[3:])
    places = {name: place for place, name in enumerate(names)}
    doubts = [doubt for gene, each in genes for number, cells in each for doubt in _doubts(gene, number, places, cells)]
    return Parsed(
        reports=(
            TypingReport(
                format="hla_la",
                sample=sample_of(document.name, ENDINGS, USUAL),
                software="HLA*LA",
                loci=tuple(_typing(gene, labels, [cells for _, cells in each]) for gene, each in genes),
                findings=(*_once(doubts), *findings),
            ),
        )
    )


def _lines(raw: bytes) -> tuple[list[tuple[int, str]], tuple[Finding, ...]]:
    lines, findings = lines_of(raw)
    if len(lines) < 2:
        raise nothing_called("HLA*LA")
    return lines, findings


def _typing(gene: str, labels: tuple[str, ...], rows: list[list[str]]) -> LocusTyping:
    alleles = [cells[2].replace(";", "/") for cells in rows]
    quality = [measure for cells in rows for measure in measures(labels_of(cells[1], labels), cells[3:])]
    return called(gene, [each for each in alleles if "*" in each], "+".join(cells[2] for cells in rows), quality)


def _once(doubts: list[Finding]) -> list[Finding]:
    first: dict[tuple[str, str], Finding] = {}
    for doubt in doubts:
        first.setdefault((doubt.locus, doubt.message), doubt)
    return list(first.values())


def _doubts(gene: str, number: int, places: dict[str, int], cells: list[str]) -> list[Finding]:
    where = f"line {number}"
    first, depth = cells[places["Q1"]], cells[places["AverageCoverage"]] if "AverageCoverage" in places else "inf"
    found = []
    if _number(first, where) < SURE:
        found.append(low_quality(gene, f"Q1 is {first}, below {SURE}", where))
    if _number(depth, where) < COVERED:
        found.append(low_quality(gene, f"the average depth is {depth}, below {COVERED}", where))
    if "perfectG" in places and cells[places["perfectG"]] == "0":
        found.append(low_quality(gene, "no G group fits exactly (perfectG is 0)", where))
    return found


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ParseError("this is not a number", found=text, where=where, expected="a number") from None


FORMAT = Format(
    name="hla_la",
    title="HLA*LA best guess (alleles or G groups)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    ignores=("Chromosome",),
)
