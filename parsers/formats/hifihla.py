"""PacBio hifihla's results: HLA from long reads, in any of the three files that it writes for a sample.

    <sample>_hifihla_report.tsv    no header; a gene and its star names, and here `/` parts the two COPIES
        HLA-A     *01:01:01:01/*26:01:01:01
        HLA-DRB5  *01:01:01
    <sample>_hifihla_summary.tsv   a header and a row for each sequence that was typed, which is one copy of its gene
        queryId  qLen nMatches gType gPctId gPctCov gEdit cdnaType exCovered exEdit coverage errRate  Type
        HLA-A_1  3503 1 HLA-A*01:01:01:01 100.0 100.0 0 HLA-A*01:01:01 1,2,3 0 15 0.003  HLA-A*01:01:01:01
    <sample>_hifihla_report.json   the same by gene and sequence, with every equal match
        {"sample_id": "S", "hla_calls": {"HLA-A": {"HLA-A_1": [{"star_name": "HLA-A*01:01:01:01",
            "match_name": "*01:01:01:01", "coding_diffs": 0, "noncode_eddist": 0, ...}]}}}

A name alone is one copy. A gene without fields, or a sequence that differs in its exons from every known one, is a
novel allele. Take in one of the three files: together they say the same typing three times.

Source: hifihla's description of its output.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from parsers.elements import NOTHING, Element, read_json
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, LocusTyping, Parsed, Printed
from parsers.tables import first_line
from parsers.tool_calls import (
    Line,
    Told,
    called,
    cells_of,
    labels_of,
    lines_of,
    measures,
    nothing_called,
    report_of,
    sample_of,
)
from parsers.typing_states import gene_name, gene_of
from parsers.xml_document import text_of

REPORT_ENDINGS = ("_hifihla_report.tsv", ".hifihla_report.tsv", "_report.tsv", ".tsv")
SUMMARY_ENDINGS = ("_hifihla_summary.tsv", ".hifihla_summary.tsv", "_summary.tsv", ".tsv")
JSON_ENDINGS = ("_hifihla_report.json", ".hifihla_report.json", "_report.json", ".json")
_STAR = r"(?:HLA-[A-Z]+[0-9]?)?\*[0-9:]*[A-Z]?"
STAR = re.compile(_STAR)
FIRST = re.compile(rf"HLA-[A-Z]+[0-9]?\t{_STAR}(?:/{_STAR})?")
JSON_HEAD = re.compile(r'\s*\{\s*(?:"sample_id"\s*:\s*"[^"]*"\s*,\s*)?"hla_calls"\s*:')
NEEDED = ("queryId", "gType", "exEdit", "Type")
MEASURES = ("allele_id", "star_name", "coding_diffs", "noncode_eddist", "coverage", "error_rate")
NO_DIFFERENCE = ("0", "")


def looks_like(head: bytes) -> bool:
    """Whether the first line is hifihla's summary's or report's, or the JSON begins with its calls."""
    line = first_line(head).strip("\n")
    if _is_summary(line) or FIRST.fullmatch(line):
        return True
    return JSON_HEAD.match(text_of(head[:512])) is not None


def _is_summary(line: str) -> bool:
    return set(NEEDED) <= set(line.split("\t"))


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    line = first_line(document.head)
    if line.lstrip().startswith("{"):
        return _read_json(document)
    lines, is_ended = lines_of(document.raw)
    summary = _is_summary(line)
    told, last = _summary_loci(lines) if summary else _report_loci(lines)
    if not told:
        raise nothing_called("hifihla")
    sample = sample_of(document.name, SUMMARY_ENDINGS if summary else REPORT_ENDINGS)
    return report_of("hifihla", "hifihla", sample, told, None if is_ended else last)


def _report_loci(lines: list[Line]) -> tuple[list[Told], str]:
    """A gene for each line, and that of the last line."""
    loci = [_report_locus(line) for line in lines]
    return [(each, ()) for each in loci], loci[-1].locus if loci else ""


def _report_locus(line: Line) -> LocusTyping:
    gene, cell, *_ = cells_of(line, 2, "a gene and its star names, separated by a tab")
    names = cell.split("/") if cell else []
    if len(names) > 2 or not all(STAR.fullmatch(each) for each in names):
        expected = "one or two names like *01:01:01:01, parted by /"
        raise ParseError("these are no star names", found=cell, where=f"line {line[0]}", expected=expected)
    gene = gene_name(gene)
    return called(gene, [f"{gene}*{each.rpartition('*')[2] or 'NEW'}" for each in names], cell)


def _copy(gene: str, name: str, *, differs: bool) -> str:
    """A copy in GL String grammar: novel if its exons differ from what is known, not stated if it has no fields."""
    fields = name.rpartition("*")[2] if "*" in name else ""
    if differs:
        return f"{gene}*NEW"
    return f"{gene}*{fields}" if fields else ""


def _summary_loci(lines: list[Line]) -> tuple[list[Told], str]:
    """The copies of each gene, in the order of the rows, with what was found without a name; the last row's gene."""
    header = [cell.strip() for cell in lines[0][1].split("\t")]
    genes: dict[str, list[tuple[int, dict[str, str]]]] = {}
    gene = ""
    for line in lines[1:]:
        row = dict(zip(header, cells_of(line, len(header), ", ".join(header)), strict=False))
        gene = gene_of(row["Type"]) or gene_name(row["Type"])
        if not gene:
            raise ParseError(
                "this sequence has no type, not even a gene",
                where=f"line {line[0]}",
                expected="an allele or a gene under Type",
            )
        genes.setdefault(gene, []).append((line[0], row))
    return [(_summary_locus(*each), list(_unnamed(*each))) for each in genes.items()], gene


def _summary_locus(gene: str, rows: list[tuple[int, dict[str, str]]]) -> LocusTyping:
    copies = [_copy(gene, row["Type"], differs=row["exEdit"] not in NO_DIFFERENCE) for _, row in rows]
    quality = [each for _, row in rows for each in _row_measures(row)]
    references = [Printed("queryId", row["queryId"], f"line {number}") for number, row in rows]
    return called(gene, copies, "+".join(row["Type"] for _, row in rows), quality, references)


def _row_measures(row: dict[str, str]) -> tuple[Printed, ...]:
    names = tuple([name for name in row if name not in ("queryId", "Type")])
    return measures(labels_of(row["queryId"], names), [row[name] for name in names])


def _unnamed(gene: str, rows: list[tuple[int, dict[str, str]]]) -> Iterator[Finding]:
    for number, row in rows:
        if not _copy(gene, row["Type"], differs=row["exEdit"] not in NO_DIFFERENCE):
            yield _no_call(gene, f"line {number}")


def _no_call(gene: str, where: str) -> Finding:
    return Finding("no_call", "this sequence has a gene and no allele, and no difference explains it", where, gene)


def _read_json(document: Document) -> Parsed:
    root = read_json(document.raw)
    genes: dict[str, list[Element]] = {}
    for locus in root.first("hla_calls").members:
        genes.setdefault(locus.name, []).append(locus)
    told = [_json_locus(each) for each in genes.values()]
    if not told:
        raise nothing_called("hifihla")
    sample = root.read("sample_id") or sample_of(document.name, JSON_ENDINGS)
    return replace(report_of("hifihla", "hifihla", sample, told), ignored=root.ignored())


def _json_locus(parts: list[Element]) -> Told:
    """A gene's copies, one for each sequence; equal matches of one sequence are alternatives.

    The sequences stand in one object, or each in an object of its own under one name.
    """
    gene = gene_name(parts[0].name)
    records: dict[str, list[Element]] = {}
    for place, part in enumerate(parts, start=1):
        for match in part.members:
            records.setdefault(match.name if len(parts) == 1 else f"{match.name} {place}", []).append(match)
    copies = {name: _alternatives(gene, matches) for name, matches in records.items()}
    reported = ["/".join(dict.fromkeys(map(_match_name, matches))) for matches in records.values()]
    quality = [each for name, matches in records.items() for match in matches for each in _match_measures(name, match)]
    doubts = [_no_call(gene, f"HLA-{gene}, {name}") for name, copy in copies.items() if not copy]
    return called(gene, copies.values(), "+".join(reported), quality), doubts


def _alternatives(gene: str, matches: list[Element]) -> str:
    exact = [each for each in matches if each.read("coding_diffs") in NO_DIFFERENCE]
    names = [_copy(gene, _match_name(each), differs=not exact) for each in exact or matches]
    return "/".join(dict.fromkeys(filter(None, names)))


def _match_name(match: Element) -> str:
    """The allele that a sequence matches, blank if it matches none; its star name where the report says no more."""
    return match.read("star_name" if match.first("match_name") is NOTHING else "match_name")


def _match_measures(name: str, match: Element) -> tuple[Printed, ...]:
    return measures(labels_of(name, MEASURES), [match.read(each) for each in MEASURES])


FORMAT = Format(
    name="hifihla",
    title="hifihla report (TSV, JSON) and summary (TSV)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
