"""One HML message, of any version: what all its samples share, and its samples.

Its children may stand in any order, so the reports are made when the last of them has been read. A sample knows its
message and never the other way round: a circle would keep every tree in memory until the garbage collector comes by.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec
from lxml import etree

from parsers.errors import ParseError
from parsers.hml_sample import Dialect, Sample, keep_property
from parsers.hml_statements import MEANINGS
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.xml_walk import LOCAL_NAMES, Walk, place

MESSAGE_FIELDS = frozenset({"version", "project-name", "software", "reporting-center"})
HMLID_FIELDS = frozenset({"root", "extension"})
CENTRE_FIELDS = frozenset({"reporting-center-id", "reporting-center-context", "code"})
PROJECT_FIELDS = frozenset({"name"})
TEST_FIELDS = frozenset({"test-id", "ref-id"})
NAME_FIELDS = frozenset({"name"})


class Message(Walk):
    """One HML message in one of its dialects."""

    def __init__(self, root: etree._Element, dialect: Dialect) -> None:
        super().__init__(MEANINGS, dialect.counted, Counter())
        self.root = root
        self.dialect = dialect
        field = self.fields(root, "hml", MESSAGE_FIELDS)
        self.version = field("version", "")
        self.project = field("project-name", "")
        self.writer = field("software", "")
        self.centre = field("reporting-center", "")
        self.report_id = ""
        self.test_names: dict[str, Printed] = {}
        self.releases: set[tuple[str, str]] = set()

    def parsed(self, children: Iterable[etree._Element], known_versions: Iterable[str]) -> Parsed:
        """The reports, in the order of the samples. Raises ParseError."""
        samples = self._read(children)
        self._note_contradictions(known_versions)
        reports = [each.report() for each in samples]
        repeated = repeated_ids(reports) if len(reports) > 1 else {}
        if self.findings or repeated:
            reports = [
                with_findings(each, [*self.findings, *repeated.get((each.sample, each.sample_assigner), ())])
                for each in reports
            ]
        return Parsed(reports=tuple(reports), ignored=self.ignored)

    @property
    def software(self) -> str:
        """The program that wrote the message: an attribute that no schema knows, or a property of a gateway."""
        generators = (each.text for each in self.properties if each.label == "GeneratedBy")
        return self.writer or next(generators, "")

    def with_test_names(self, locus: LocusTyping) -> LocusTyping:
        """The locus with the names of the tests that its scores are of, one a digit, if the message lists them."""
        names = self.test_names.get(locus.test_id)
        return msgspec.structs.replace(locus, references=(*locus.references, names)) if names else locus

    def _read(self, children: Iterable[etree._Element]) -> list[Sample]:
        samples = list(self._read_children(self.between_texts(self.root, "hml", children), "hml"))
        if not samples:
            raise ParseError(
                "this HML message holds no sample element",
                where=place(self.root),
                expected="at least one sample",
                advice="Ask the sender whether the export had finished.",
            )
        return samples

    def _read_children(self, children: Iterable[etree._Element], path: str) -> Iterator[Sample]:
        for child in children:
            match LOCAL_NAMES[child.tag]:
                case "sample":
                    yield Sample(child, self, f"{path}/sample")
                case "property":
                    keep_property(self, child, path)
                case "hmlid":
                    field = self.fields(child, f"{path}/hmlid", HMLID_FIELDS)
                    self.report_id = "^".join(filter(None, (field("root", ""), field("extension", ""))))
                case "reporting-center":
                    field = self.fields(child, f"{path}/reporting-center", CENTRE_FIELDS)
                    self.centre = field("reporting-center-id", "") or field("code", "")
                    self.keep("reporting-center-context", field("reporting-center-context", ""))
                case "typing-test-names" | "typing_test_names":
                    self._read_test_names(child, f"{path}/{LOCAL_NAMES[child.tag]}")
                case "project" if path == "hml":
                    self.project = self.fields(child, "hml/project", PROJECT_FIELDS)("name", "") or self.project
                    yield from self._read_children(self.children(child, "hml/project"), "hml/project")
                case _:
                    self.leave(child, path)

    def _read_test_names(self, element: etree._Element, path: str) -> None:
        field = self.fields(element, path, TEST_FIELDS)
        names: list[str] = []
        for child in self.children(element, path):
            if LOCAL_NAMES[child.tag] == "typing-test-name":
                names.append(self.fields(child, f"{path}/typing-test-name", NAME_FIELDS)("name", ""))
            else:
                self.leave(child, path)
        test = field("test-id", "") or field("ref-id", "")
        self.test_names[test] = Printed("test names", ";".join(names))

    def _note_contradictions(self, known_versions: Iterable[str]) -> None:
        if not self.version:
            self.note("no_version", self.root)
        elif self.version not in known_versions:
            self.note("unknown_version", self.root)
        if not self.report_id:
            self.note("no_hmlid", self.root)
        if len(self.releases) > len({database for database, _ in self.releases}):
            self.note("releases_differ", self.root)


def repeated_ids(reports: list[TypingReport]) -> dict[tuple[str, str], list[Finding]]:
    """A finding for every sample id, of one centre, that occurs more than once."""
    code = "duplicate_sample_id"
    counts = Counter((each.sample, each.sample_assigner) for each in reports)
    return {sample: [Finding(code, MEANINGS[code])] for sample, count in counts.items() if count > 1}


def with_findings(report: TypingReport, findings: list[Finding]) -> TypingReport:
    """The report with the findings about its message in front of its own."""
    return msgspec.structs.replace(report, findings=(*findings, *report.findings))
