"""SureTyper's report XML (One Lambda LinkSeq kits): real-time PCR with sequence-specific primers, one sample.

    sureTyperHlaReport @sessionName
      testInfoSection/testInfoEntry @name             Test Date, Kit Name, Kit Lot #, Sample ID, Patient ID, Plate 1 ID
      hlaTestSummarySection/hlaTestResultList/hlaTestResult @testName > genotype, phenotype, epitype; footnoteList/entry
      labAssignmentSection/labAssignmentEntryList/labAssignmentEntry @name     what the laboratory decided
      reviewSection/reviewEntryList/reviewEntry @actionName > userName, actionDate
      testResultsSection/testResultsList/testResult @testName/hlaTestCallList/hlaTestCall @callName
        hlaTestCallGroup @groupName/hlaTestCallAntigenList/hlaTestCallAntigen > antigen, alleles;  footnoteList/entry
      sessionHistorySection                           a text that names the program's version

The laboratory's assignment is the typing. Where it is in antigens (`A3 A24`), the genotype gives the alleles only if
its own phenotype is the same antigens; else they are kept as printed. Without an assignment a genotype counts as called
only if a person chose it (MANUALLY chosen); what the program chose is a candidate. `DRB4 DRB4*01` is one copy, and
`Cw7 Blank` one antigen: no second one was found. What is neither allele nor antigen is not called, nor is a genotype
whose antigens are called null (`DR53-Null`) while none of its alleles is. A d or e behind an allele marks it as rare
and is left off in the expression. Ranges of alleles need their release and are kept as text.

Source: exports of SureTyper 5.0.6.
"""

import re
from collections.abc import Iterator

import msgspec
from lxml import etree

from parsers.format import Document, Format
from parsers.glstring_code import BLANK, NULL_UNNAMED, unnamed_null
from parsers.records import Finding, LocusTyping, Parsed, Printed, State, TypingReport
from parsers.result_statuses import is_value
from parsers.typing_states import UNCALLED, Words, gene_name, gene_within, state_of
from parsers.xml_document import root_name
from parsers.xml_selection import Selection, nobody, select_in
from parsers.xml_walk import place

ROOT = "sureTyperHlaReport"
RELEASE = re.compile(r"(IMGT/HLA) release: version (\d+\.\d+\.\d+)")
VERSION = re.compile(r"SureTyper version [0-9.]+(?: build [0-9-]+)?")
BETWEEN = re.compile(r"[\s,]+")
RARE = re.compile(r"(?<=[0-9NLSCAQ])[de]$")
ANTIGEN = re.compile(r"[A-Z]+w?[0-9]+(?:\([0-9w,]+\))?")
CHOSEN = "MANUALLY chosen"
FORCED = "FORCED"
WORDS = Words(not_tested=("UUUU", "Not Tested")).states()
BW = "Bw"


class Result(msgspec.Struct):
    """What the report says of one locus, as printed."""

    assigned: str = ""
    genotype: str = ""
    phenotype: str = ""
    epitype: str = ""
    manual: bool = False
    alleles: tuple[Printed, ...] = ()

    @property
    def stated(self) -> str:
        """The assignment, or what was found if there is none."""
        return self.assigned or self.genotype or self.epitype or self.phenotype

    @property
    def _called(self) -> list[str]:
        """What the typing calls, without marks of rarity: alleles or antigens."""
        is_own = self.assigned and _in_order(self.assigned) != _in_order(self.phenotype)
        text = self.assigned if is_own else self.genotype
        names = [RARE.sub("", name) for name in _stated_in(text)]
        written = {name.partition("*")[0] for name in names if "*" in name}
        return [name for name in names if name not in written]

    @property
    def names(self) -> list[str]:
        """The alleles of the typing; none if they are not to be had, or are called null and do not say so."""
        return self._alleles if not self.hides_null else []

    @property
    def _alleles(self) -> list[str]:
        """What the typing calls if all of it is alleles."""
        return self._called if all("*" in name for name in self._called) else []

    @property
    def hides_null(self) -> bool:
        """Whether an antigen is called null, and no allele that is called beside it."""
        return bool(self._alleles) and unnamed_null(f"{self.assigned} {self.phenotype}", self._alleles)

    @property
    def antigens(self) -> list[str]:
        """The antigens that are stated; none if anything else stands among them."""
        found = _stated_in(self.stated)
        return found if all(map(ANTIGEN.fullmatch, found)) else []


def _stated_in(text: str) -> list[str]:
    return [each for each in BETWEEN.split(text) if each and each.upper() != BLANK]


def _in_order(antigens: str) -> list[str]:
    """Antigens as a set: which of the two is written first, and whether a comma parts them, says nothing."""
    return sorted(_stated_in(antigens.replace(",", " ")))


def looks_like(head: bytes) -> bool:
    """Whether the root element is that of a SureTyper report."""
    return root_name(head) == ROOT


def parse(document: Document) -> Parsed:
    """One TypingReport. Raises ParseError."""
    chosen = select_in(document.raw, ROOT)
    report = _report(chosen)
    return Parsed(reports=(report,), ignored=chosen.left())


def _report(chosen: Selection) -> TypingReport:
    root = chosen.root
    entries = {str(each.get("name")): each for each in chosen.all(root, "testInfoSection/testInfoEntry")}
    sample = _entry(entries, "Sample ID", chosen)
    if not sample:
        raise nobody(root, 'a testInfoEntry named "Sample ID"')
    results = _results(chosen)
    bw = results.pop(BW, Result())
    footnotes = chosen.texts(root, "hlaTestSummarySection/footnoteList/entry")
    common = _test_of(entries, footnotes, chosen)
    review, reviewer, reviews = _reviews(chosen)
    return TypingReport(
        format="suretyper",
        sample=sample,
        subject=_entry(entries, "Patient ID", chosen),
        report_id=chosen.attribute(root, "sessionName"),
        date=_entry(entries, "Test Date", chosen),
        software=_software(root),
        review=review,
        reviewer=reviewer,
        loci=tuple(typing for locus, result in results.items() for typing in _typings(locus, result, common)),
        properties=(
            *(Printed(name, _entry(entries, name, chosen)) for name in entries if name.startswith("Plate ")),
            *([Printed(BW, bw.stated)] if bw.stated else []),
            *reviews,
            *(Printed("footnote", text) for text in footnotes),
        ),
        findings=(*_findings(results, root, footnotes), *([] if review == "Reviewed By" else [not_reviewed(root)])),
    )


def _test_of(entries: dict[str, etree._Element], footnotes: list[str], chosen: Selection) -> LocusTyping:
    """What all loci of a report share: the kit, and the release that a footnote names."""
    release = RELEASE.search(" ".join(footnotes))
    return LocusTyping(
        locus="",
        state="failed",
        method="SSP",
        kit=_entry(entries, "Kit Name", chosen),
        kit_lot=_entry(entries, "Kit Lot #", chosen),
        allele_db=release[1] if release else "",
        stated_release=release[2] if release else "",
    )


def _software(root: etree._Element) -> str:
    """The program and its version, out of a history that else names people: that is left, and counted."""
    version = VERSION.search(root.findtext("{*}sessionHistorySection") or "")
    return version[0] if version else "SureTyper"


def not_reviewed(element: etree._Element) -> Finding:
    """Said of a report that names nobody who reviewed it."""
    return Finding("not_reviewed", "the report names nobody who reviewed it", place(element))


def _entry(entries: dict[str, etree._Element], name: str, chosen: Selection) -> str:
    chosen.attribute(entries.get(name), "name")
    return chosen.text(entries.get(name))


def _results(chosen: Selection) -> dict[str, Result]:
    """What is said of each locus, in the order of the summary."""
    results: dict[str, Result] = {}
    for each in chosen.all(chosen.root, "hlaTestSummarySection/hlaTestResultList/hlaTestResult"):
        results[gene_name(chosen.attribute(each, "testName"))] = Result(
            genotype=chosen.text(each, "genotype"),
            phenotype=chosen.text(each, "phenotype"),
            epitype=chosen.text(each, "epitype"),
        )
    for each in chosen.all(chosen.root, "labAssignmentSection/labAssignmentEntryList/labAssignmentEntry"):
        results.setdefault(gene_name(chosen.attribute(each, "name")), Result()).assigned = chosen.text(each)
    for each in chosen.all(chosen.root, "testResultsSection/testResultsList/testResult"):
        if result := results.get(gene_name(str(each.get("testName")))):
            _add_call(result, each, chosen)
    return results


def _add_call(result: Result, test: etree._Element, chosen: Selection) -> None:
    """Take the alleles behind the genotype of the summary, and whether a person chose it."""
    for call in chosen.all(test, "hlaTestCallList/hlaTestCall"):
        if call.get("callName") == (result.genotype or result.epitype or result.phenotype):
            result.manual = any(CHOSEN in text for text in chosen.texts(call, "footnoteList/entry"))
            result.alleles = tuple(dict.fromkeys(_alleles(call, chosen)))


def _alleles(call: etree._Element, chosen: Selection) -> Iterator[Printed]:
    for group in chosen.all(call, "hlaTestCallGroup"):
        for antigen in chosen.all(group, "hlaTestCallAntigenList/hlaTestCallAntigen"):
            label = f"{chosen.attribute(group, 'groupName')} {chosen.text(antigen, 'antigen')}"
            yield Printed(label.strip(), chosen.text(antigen, "alleles"))


def _typings(locus: str, result: Result, common: LocusTyping) -> Iterator[LocusTyping]:
    """The locus, or for DRB345 each of its genes that has an allele."""
    genes: dict[str, list[str]] = {}
    for name in result.names:
        genes.setdefault(gene_within(locus, name), []).append(name)
    for gene, names in genes.items() or {locus: list[str]()}.items():
        state = _state(result, names)
        yield msgspec.structs.replace(
            common,
            locus=gene,
            state=state,
            reported=result.stated,
            expression="" if state == "candidates" or state in UNCALLED else "+".join(names),
            review="assigned" if result.assigned else CHOSEN if result.manual else "",
            references=(
                *([] if gene == locus else [Printed("test", locus)]),
                *(
                    Printed(name, text)
                    for name in ("genotype", "phenotype", "epitype")
                    if (text := getattr(result, name))
                ),
                *result.alleles,
            ),
        )


def _state(result: Result, names: list[str]) -> State:
    if result.stated and not (result.assigned or result.manual):
        return "candidates"
    word = state_of("".join(result.stated.split()), WORDS)
    if word in UNCALLED or not is_value(result.stated):
        return word if word in UNCALLED else "failed"
    copies = names or result.antigens
    return state_of("+".join(copies)) if copies else "candidates"


def _reviews(chosen: Selection) -> tuple[str, str, list[Printed]]:
    """The last action that somebody signed, who that was, and when each was done."""
    review = reviewer = ""
    dates = []
    for each in chosen.all(chosen.root, "reviewSection/reviewEntryList/reviewEntry"):
        if user := chosen.text(each, "userName"):
            review, reviewer = chosen.attribute(each, "actionName"), user
            dates.append(Printed(review, chosen.text(each, "actionDate")))
    return review, reviewer, dates


def _findings(results: dict[str, Result], root: etree._Element, footnotes: list[str]) -> Iterator[Finding]:
    for locus, result in results.items():
        if _state(result, result.names) in ("not_tested", "absent"):
            continue
        if not is_value(result.stated):
            yield Finding("no_call", "neither alleles nor antigens stand here", place(root), locus)
        elif result.hides_null:
            yield Finding("serology_differs", NULL_UNNAMED, place(root), locus)
        elif not (result.names or result.antigens):
            message = "what stands here is neither alleles nor antigens; it is kept as printed"
            yield Finding("not_an_allele", message, place(root), locus)
        elif not result.names:
            yield Finding("serology", "antigens that are kept as printed, not written as alleles", place(root), locus)
    if any(FORCED in text for text in footnotes):
        yield Finding("reactions_edited", "a person changed the reactions of wells", place(root))


FORMAT = Format(
    name="suretyper",
    title="LinkSeq SureTyper report (One Lambda, XML)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    syntax=("xml",),
)
