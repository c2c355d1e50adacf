"""HLA Fusion's typing report (One Lambda SSO and SSP kits), saved as text: labels with their values, kit by kit.

    ALF2
    Sample ID:   D-1        Sample Date:  2024-05-02
    Session ID:  S-7        Catalog:      RSSO1A      Locus:  A      Test Pos:  2, 5, 9
    Nom. Date:   2024-01    Imgt Ver:     3.55.0
    Possible Allele Pairs:  A*01:01 A*02:01     A*01:01 A*02:09     Other Assignment:

Cells move between versions, so labels are looked for and not columns: a cell that ends a name with `:` is a label, and
what follows it up to the next label is its value. A label that repeats begins another kit, and a kit without a sample
of its own belongs to the sample above it. XYXYXY is a well without a sample.

The pairs are what the reactions leave possible, and nobody has assigned one of them: they are candidates. A pair with
FP# or FN# is possible only if probes are disregarded; it is kept beside the others and not among them, and so is one
with marks that nobody has described (`~` is said to mean phased). A list of pairs that has no end may have lost some:
it is refused.

Source: public descriptions of the report; no file of the software has been seen.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.open_end import with_open_end
from parsers.records import Finding, Ignored, LocusTyping, Parsed, Printed, TypingReport
from parsers.remembered import remembered
from parsers.tables import Row, is_workbook, separator_of, text_rows
from parsers.text_encoding import decoded
from parsers.typing_states import gene_name, gene_of
from parsers.xml_document import text_of

FIRST = re.compile(r'"?ALF[^\n]*\n')
LABEL = re.compile(r"([A-Za-z][A-Za-z0-9 ./]*?) *: *(.*)", re.DOTALL)
ALLELE = re.compile(r"(?:HLA-)?[A-Z]+[0-9]*\*[0-9]{2,}[0-9A-Z:/]*")
DISREGARDED = re.compile(r"\bF[PN]#")
SAMPLE, PAIRS, END, LOCUS = "Sample ID", "Possible Allele Pairs", "Other Assignment", "Locus"
DATES = ("Nom. Date", "Nomenclature Date")
KNOWN = frozenset({SAMPLE, PAIRS, END, LOCUS, *DATES, "Sample Date", "Session ID", "Catalog", "Test Pos", "Imgt Ver"})
BLANK_WELL = "XYXYXY"


class Value(NamedTuple):
    """What stands behind a label: its cells, each with its line, and all of it as one text."""

    line: int
    cells: tuple[Printed, ...]
    text: str


Kit = dict[str, Value]
"""What the report says of one sample under one kit, by label."""


def looks_like(head: bytes) -> bool:
    """Whether the first cell is Fusion's mark and a sample is named below it."""
    text = text_of(head).replace("\r", "\n")
    return not is_workbook(head) and FIRST.match(text) is not None and f"{SAMPLE}:" in text


def parse(document: Document) -> Parsed:
    """A report for each sample. Raises ParseError."""
    text = decoded(document.raw)
    unread: Counter[str] = Counter()
    kits = _kits(_values(text_rows(text, separator_of(text[:8192])), unread))
    reports = [_report(*each) for each in _by_sample(kits, unread).items()]
    if not reports:
        raise ParseError("this report holds no sample", where="the file", expected=f"{SAMPLE}: and {PAIRS}: below it")
    if not text.endswith("\n"):
        reports = [with_open_end(each) for each in reports]  # a list of pairs has an end of its own
    ignored = tuple(Ignored(path, count) for path, count in sorted(unread.items()))
    return Parsed(reports=tuple(reports), ignored=ignored)


def _values(rows: Iterable[Row], unread: Counter[str]) -> list[tuple[str, Value]]:
    """Every known label with its value, in the order of the cells; what else stands there is counted."""
    values: list[tuple[str, Value]] = []
    label, line, cells = "", 1, list[Printed]()
    for row in rows:
        for cell in filter(None, row.cells):
            named, text = _labelled(cell)
            if named:
                values += _kept(label, line, cells, unread)
                label, line, cells = named, row.line, []
            if text:
                cells.append(Printed(label, text, f"line {row.line}"))
    return [*values, *_kept(label, line, cells, unread)]


@remembered
def _labelled(cell: str) -> tuple[str, str]:
    """The label that a cell begins with, if any, and the text behind it."""
    found = LABEL.fullmatch(cell)
    return (found[1], found[2]) if found else ("", cell)


def _kept(label: str, line: int, cells: list[Printed], unread: Counter[str]) -> list[tuple[str, Value]]:
    if label in KNOWN:
        return [(label, Value(line, tuple(cells), " ".join([each.text for each in cells])))]
    if cells:
        unread[label or "the head"] += len(cells)
    return []


def _kits(values: Iterable[tuple[str, Value]]) -> Iterator[Kit]:
    """Each kit with the sample it belongs to. Raises ParseError on one that is not whole."""
    kit: Kit = {}
    for label, value in values:
        if kit and (label == SAMPLE or label in kit):
            yield _whole(kit)
            kit = {} if label == SAMPLE else {name: kit[name] for name in (SAMPLE, "Sample Date") if name in kit}
        kit[label] = value
    if kit:
        yield _whole(kit)


def _whole(kit: Kit) -> Kit:
    where = f"line {next(iter(kit.values())).line}"
    if not (SAMPLE in kit and kit[SAMPLE].text):
        raise ParseError("this kit belongs to no sample", where=where, expected=f"{SAMPLE}: above it, and a value")
    for label in (LOCUS, PAIRS, END):
        if label not in kit:
            raise ParseError(
                f'the kit of this sample has no "{label}:"; its list of pairs may not be whole',
                where=where,
                expected=f"{LOCUS}:, {PAIRS}: and, behind the pairs, {END}:",
                advice="Ask the sender to export the report again.",
            )
    return kit


def _by_sample(kits: Iterable[Kit], unread: Counter[str]) -> dict[str, list[Kit]]:
    samples: dict[str, list[Kit]] = {}
    for kit in kits:
        if kit[SAMPLE].text == BLANK_WELL:
            unread["blank well"] += 1
        else:
            samples.setdefault(kit[SAMPLE].text, []).append(kit)
    return samples


def _report(sample: str, kits: list[Kit]) -> TypingReport:
    loci = tuple(locus for kit in kits for locus in _loci(kit))
    counts = Counter(each.locus for each in loci)
    repeated = [
        Finding("locus_repeated", f"several kits type {locus}; they are kept apart", "", locus)
        for locus, count in counts.items()
        if count > 1
    ]
    return TypingReport(
        format="fusion",
        sample=sample,
        report_id=_distinct(kits, "Session ID"),
        date=_distinct(kits, "Sample Date"),
        software="HLA Fusion",
        loci=loci,
        findings=(*(finding for kit in kits for finding in _findings(kit)), *repeated),
    )


def _distinct(kits: list[Kit], label: str) -> str:
    return "+".join(dict.fromkeys(kit[label].text for kit in kits if label in kit))


@remembered
def _alleles(pair: str) -> tuple[str, ...]:
    """The alleles of a pair that is possible as it stands; none if it is not."""
    copies = pair.split()
    return tuple(copies) if len(copies) <= 2 and all(map(ALLELE.fullmatch, copies)) else ()


def _loci(kit: Kit) -> Iterator[LocusTyping]:
    """Every gene of the pairs; where there is no pair, every locus that the kit is for."""
    genes: dict[str, list[str]] = {}
    for pair in kit[PAIRS].cells:
        copies: dict[str, list[str]] = {}
        for allele in _alleles(pair.text):
            copies.setdefault(gene_of(allele), []).append(allele)
        for gene, alleles in copies.items():
            genes.setdefault(gene, []).append("+".join(alleles))
    named = [gene_name(each) for each in kit[LOCUS].text.split(",")]
    for gene in genes or dict.fromkeys(named):
        yield _locus(gene, "|".join(dict.fromkeys(genes.get(gene, []))), kit)


def _locus(gene: str, listed: str, kit: Kit) -> LocusTyping:
    texts = {label: value.text for label, value in kit.items()}
    references = [Printed(label, texts[label]) for label in (LOCUS, *DATES, END) if texts.get(label)]
    return LocusTyping(
        locus=gene,
        state="candidates" if listed or kit[PAIRS].cells else "failed",
        reported=listed or "|".join(each.text for each in kit[PAIRS].cells),
        kit=texts.get("Catalog", ""),
        stated_release=texts.get("Imgt Ver", ""),
        review="not assigned",
        quality=tuple(Printed(label, texts[label]) for label in ("Test Pos",) if texts.get(label)),
        references=(*references, *kit[PAIRS].cells),
    )


def _findings(kit: Kit) -> Iterator[Finding]:
    pairs, locus = kit[PAIRS].cells, "" if "," in kit[LOCUS].text else gene_name(kit[LOCUS].text)
    for pair in pairs:
        if DISREGARDED.search(pair.text):
            yield Finding("tolerance_used", "this pair is possible only if probes are disregarded", pair.where, locus)
        elif not _alleles(pair.text):
            yield Finding("not_an_allele", "this is no pair of alleles; it is kept as printed", pair.where, locus)
    if not pairs:
        yield Finding("no_call", "no pair of alleles is possible", f"line {kit[PAIRS].line}", locus)


FORMAT = Format(
    name="fusion",
    title="HLA Fusion typing report as text (One Lambda SSO, SSP)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
)
