"""STC-Seq's result: HLA from targeted capture, with alternatives and a verdict for each gene.

    ##Valid allele pair
    Locus   Genotype                  Alternative_genotype                        Quality      separated by tabs
    A       A*02:01:01,A*11:01:01     A*02:01:01,A*11:01:02;A*02:01:09,A*11:01:01 PASS
    DRB4    null                      null                                        NOT PASS

A comma joins the two copies, `;` the alternative genotypes. What did not pass is no result: the locus has failed, and
its genotype stays as printed. `null` is no call.

Source: STC-Seq's description of its output.
"""

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Parsed, Printed
from parsers.tables import first_line
from parsers.tool_calls import Line, Told, called, cells_of, lines_of, low_quality, nothing_called, report_of, sample_of
from parsers.typing_states import gene_name

TITLE = "##Valid allele pair"
COLUMNS = ["Locus", "Genotype", "Alternative_genotype", "Quality"]
ENDINGS = (".hla.txt", ".result.txt", ".txt", ".tsv")
NONE, PASSED = "null", "PASS"
NO_COPY = (NONE, "-", "")


def looks_like(head: bytes) -> bool:
    """Whether STC-Seq's title stands on the first line."""
    return first_line(head).strip("\n\t ") == TITLE


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    if len(lines) < 3 or cells_of(lines[1], len(COLUMNS), ", ".join(COLUMNS))[: len(COLUMNS)] != COLUMNS:
        raise nothing_called("STC-Seq")
    told = [_typing(line) for line in lines[2:]]
    unfinished = None if is_ended else told[-1][0].locus
    return report_of("stc_seq", "STC-Seq", sample_of(document.name, ENDINGS), told, unfinished)


def _typing(line: Line) -> Told:
    locus, genotype, alternatives, quality = cells_of(line, len(COLUMNS), ", ".join(COLUMNS), len(COLUMNS))
    gene, where = gene_name(locus), f"line {line[0]}"
    if quality not in (PASSED, f"NOT {PASSED}"):
        raise ParseError(
            "this is no verdict of STC-Seq", found=quality, where=where, expected=f"{PASSED} or NOT {PASSED}"
        )
    references = [Printed("alternative genotypes", alternatives)] if alternatives != NONE else []
    copies = [each for each in genotype.split(",") if each not in NO_COPY] if quality == PASSED else []
    doubts = [] if quality == PASSED or genotype == NONE else [low_quality(gene, quality, where)]
    return called(gene, copies, genotype, [Printed("quality", quality)], references), doubts


FORMAT = Format(
    name="stc_seq",
    title="STC-Seq result",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
    ignores=(TITLE,),
)
