"""StripScan's text export: strips of a reverse line blot (SSO) read by a scanner, a block for each type of strip.

    StripScan 2.0
    Strip Type: LiPA/HLA-A
    Strip ID <tab> Genotype                                           other columns may stand beside these
    D-1      <tab> A*01:01,A*01:02 + A*02:01 or A*01:03 + A*02:09
    D-2      <tab> A*03:01

`or` separates genotypes, `+` the two copies, a comma the alleles that cannot be told apart. A genotype without `+` is
said to mean a homozygous person; it states one copy all the same, and nobody here makes two of it. The locus is what
stands behind the last `/` of the strip's type.

Source: public descriptions of the export; no file of the software has been seen.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.name_blanks import closed_up
from parsers.open_end import with_open_end
from parsers.records import Finding, Ignored, LocusTyping, Parsed, Printed, TypingReport
from parsers.tables import first_line
from parsers.tool_calls import Line, lines_of, wrong_number_of_cells
from parsers.typing_states import UNCALLED, gene_name, gene_of, state_of

TITLE, TYPE = "StripScan ", "Strip Type:"
SAMPLE, GENOTYPE = "Strip ID", "Genotype"
OR = re.compile(r"\s+or\s+")


class Strip(NamedTuple):
    """One strip: its type and the locus in it, the line it stands on, its cells by the names of the header."""

    kind: str
    locus: str
    where: str
    cells: dict[str, str]


def looks_like(head: bytes) -> bool:
    """Whether the first line is StripScan's title."""
    return first_line(head).startswith(TITLE)


def parse(document: Document) -> Parsed:
    """A report for each strip. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    if not lines or not lines[0][1].startswith(TITLE):
        raise ParseError("this is no export of StripScan", where="line 1", expected=f'a line that begins "{TITLE}"')
    strips = list(_strips(lines[1:]))
    if not strips:
        raise ParseError("this export holds no strip", where="the file", expected=f"rows below {SAMPLE} and {GENOTYPE}")
    samples: dict[str, list[Strip]] = {}
    for strip in strips:
        samples.setdefault(_sample(strip), []).append(strip)
    reports = {sample: _report(sample, each, lines[0][1].strip()) for sample, each in samples.items()}
    if not is_ended:
        last = _sample(strips[-1])
        reports[last] = with_open_end(reports[last], strips[-1].locus)
    filled = Counter([name for strip in strips for name, cell in strip.cells.items() if cell])
    left = {name: count for name, count in filled.items() if name not in (SAMPLE, GENOTYPE)}
    return Parsed(reports=tuple(reports.values()), ignored=tuple(Ignored(*each) for each in sorted(left.items())))


def _strips(lines: list[Line]) -> Iterator[Strip]:
    """Every strip below its type and header. Raises ParseError on a line that is neither."""
    kind, locus, header = "", "", list[str]()
    for line in lines:
        number, text = line
        cells = list(map(str.strip, text.split("\t")))
        if text.lstrip().startswith(TYPE):
            kind, header = text.strip().removeprefix(TYPE).strip(), []
            locus = gene_name(kind.rpartition("/")[2])
        elif SAMPLE in cells:
            header = cells
        elif header and kind:
            if len(cells) < len(header):
                raise wrong_number_of_cells(line, cells, ", ".join(header))
            yield Strip(kind, locus, f"line {number}", dict(zip(header, cells, strict=False)))
        else:
            raise ParseError(
                "this line stands below no type of strip",
                found=text[:80],
                where=f"line {number}",
                expected=f'a line "{TYPE} .../LOCUS" and a header with {SAMPLE} and {GENOTYPE} above it',
            )


def _sample(strip: Strip) -> str:
    sample = strip.cells[SAMPLE]
    if not sample or GENOTYPE not in strip.cells:
        raise ParseError(
            "this strip has no id or no genotype", where=strip.where, expected=f"a value under {SAMPLE} and {GENOTYPE}"
        )
    return sample


def _report(sample: str, strips: list[Strip], software: str) -> TypingReport:
    strips_of = Counter(strip.locus for strip in strips)
    return TypingReport(
        format="strip_scan",
        sample=sample,
        software=software,
        loci=tuple(map(_typing, strips)),
        findings=tuple([finding for strip in strips for finding in _findings(strip, strips_of[strip.locus])]),
    )


def _typing(strip: Strip) -> LocusTyping:
    printed = strip.cells[GENOTYPE]
    expression = "|".join(_genotypes(printed, strip.locus))
    state = state_of(expression)
    return LocusTyping(
        locus=strip.locus,
        state=state,
        reported=printed,
        expression="" if state in UNCALLED else expression,
        method="SSO",
        kit=strip.kind,
        references=(Printed(TYPE.rstrip(":"), strip.kind, strip.where),),
    )


@lru_cache(maxsize=4096)  # the strips of a laboratory show the same few patterns
def _genotypes(printed: str, locus: str) -> tuple[str, ...]:
    """The genotypes that cannot be told apart, each in GL String grammar."""
    return tuple(_genotype(each, locus) for each in OR.split(printed) if each)


def _genotype(text: str, locus: str) -> str:
    """One genotype in GL String grammar, every allele with its gene where it is whole.

    What is short for an allele (`A*24:02,03`) stays so, for a GL String's reader to say that it may be two.
    """
    return "+".join("/".join(_alleles(copy, locus)) for copy in text.split("+"))


def _alleles(copy: str, locus: str) -> Iterator[str]:
    names = [closed_up(name) for name in copy.split(",") if name.strip()]
    for place, name in enumerate(names):
        fields = name.lstrip("*")
        whole = place == 0 or ":" in fields
        yield f"{locus}*{fields}" if whole and fields[:1].isdigit() else name


def _findings(strip: Strip, strips_of_locus: int) -> Iterator[Finding]:
    printed = strip.cells[GENOTYPE]
    if not printed:
        yield Finding("no_call", "no genotype stands here", strip.where, strip.locus)
    elif gene_of(_genotypes(printed, strip.locus)[0]) != strip.locus:
        yield Finding("locus_differs", f"the strip is for {strip.locus}, the genotype is not", strip.where, strip.locus)
    if strips_of_locus > 1:
        yield Finding("locus_repeated", "several strips of the sample are for this locus", strip.where, strip.locus)


FORMAT = Format(
    name="strip_scan",
    title="StripScan text export (reverse line blot SSO)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
)
