"""HML 1.0, 1.0.1 and 1.0.2, the Histoimmunogenetics Markup Language: XML, one message with one or more samples.

    hml @version @project-name
      property*  hmlid @root @extension  reporting-center @reporting-center-id
      sample+ @id @center-code
        property*  collection-method
        typing+ @gene-family @date
          property*  allele-assignment* @date @allele-db @allele-version > haploid* genotype-list* glstring*
          typing-method > sso | ssp | sbt-sanger | sbt-ngs @locus @test-id @test-id-source
          consensus-sequence*
      typing-test-names*

Elements are known by their local name: prefixes and foreign namespaces occur in real messages, and so do attributes
that no schema knows. A breach of the schema is a finding. What is refused: another version, a message that is not
whole, a message without a sample, a sample without an id. Sequences and raw reads are counted, not read.

Source: the schemas hml-1.0.xsd, hml-1.0.1.xsd and hml-1.0.2.xsd of the NMDP, and what laboratories' software writes.
"""

import re
from collections import Counter
from collections.abc import Iterator

import msgspec
from lxml import etree

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.hml_methods import METHODS, Method, combined, methods_of
from parsers.hml_statements import MEANINGS, Assigned, Haploid, Statement, statements_of
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.typing_states import gene_name
from parsers.xml_document import read_xml, root_name, text_of
from parsers.xml_walk import Walk, local, place

READ_VERSION = re.compile(r"1\.0(\.[0-9]+)?")
KNOWN_VERSIONS = ("1.0", "1.0.0", "1.0.1", "1.0.2")
HEAD_VERSION = re.compile(r"""<(?:[\w.-]+:)?hml\s[^>]*?\bversion\s*=\s*["']([^"']*)""")

SAMPLE = "hml/sample"
TYPING = "hml/sample/typing"
ASSIGNMENT = "hml/sample/typing/allele-assignment"
METHOD = "hml/sample/typing/typing-method"
COUNTED = frozenset(
    {
        "hml/typing-test-names",
        f"{TYPING}/consensus-sequence",
        f"{METHOD}/sbt-ngs/raw-reads",
        f"{METHOD}/sbt-sanger/amplification",
        f"{METHOD}/sbt-sanger/sub-amplification",
        f"{METHOD}/sbt-sanger/gssp",
        f"{ASSIGNMENT}/genotype-list/diploid-combination/locus-block/allele-list/allele",
    }
)
"""Elements that no record holds: primary results, and alleles that were tested and are not there."""

GENOTYPE_LIST_LEVELS = (("diploid-combination", "|"), ("locus-block", "+"), ("allele-list", "~"), ("allele", "/"))

URI = frozenset({"uri"})
PRESENT = frozenset({"present"})
PROPERTY_FIELDS = frozenset({"name", "value"})
MESSAGE_FIELDS = frozenset({"version", "project-name", "software"})
HMLID_FIELDS = frozenset({"root", "extension"})
CENTRE_FIELDS = frozenset({"reporting-center-id", "reporting-center-context"})
SAMPLE_FIELDS = frozenset({"id", "center-code"})
TYPING_FIELDS = frozenset({"date", "gene-family"})
ASSIGNMENT_FIELDS = frozenset({"date", "allele-db", "allele-version"})
HAPLOID_FIELDS = frozenset({"locus", "method", "type"})
METHOD_FIELDS = frozenset({"locus", "test-id", "test-id-source", "scores"})


def looks_like(head: bytes) -> bool:
    """Whether the root element is `hml`, in any namespace and of any version."""
    return root_name(head) == "hml"


def parse(document: Document) -> Parsed:
    """One TypingReport per sample. Raises ParseError."""
    try:
        root = read_xml(document.raw)
    except ParseError:
        if old := HEAD_VERSION.search(text_of(document.head)):
            check_version(old[1])
        raise
    if local(root) != "hml":
        raise ParseError(
            "the root element is not that of an HML message", found=local(root), where=place(root), expected="hml"
        )
    return Message(root).parsed()


def check_version(version: str) -> None:
    """Raise ParseError unless this is a version 1.0."""
    if version and not READ_VERSION.fullmatch(version):
        raise ParseError(
            "this HML is of a version that is not read",
            found=version,
            where="hml/@version",
            expected="version 1.0, 1.0.1 or 1.0.2",
            advice="Ask the sender to export HML 1.0.1.",
        )


class Assignment:
    """When and under which release something was assigned, or the typing itself where nothing was."""

    def __init__(self, element: etree._Element, tested: str, fields: dict[str, str]) -> None:
        date = fields.get("date", "")
        self.element = element
        self.database = fields.get("allele-db", "")
        self.release = fields.get("allele-version", "")
        self.date = date or tested
        self.references = (Printed("typing date", tested),) if tested and date not in ("", tested) else ()


Stated = tuple[Statement, Assignment]


class Message(Walk):
    """One HML message: what all its samples share."""

    def __init__(self, root: etree._Element) -> None:
        super().__init__(MEANINGS, COUNTED, Counter())
        self.root = root
        fields = self.fields(root, "hml", MESSAGE_FIELDS)
        self.version = fields.get("version", "")
        self.project = fields.get("project-name", "")
        self.writer = fields.get("software", "")
        self.report_id = self.centre = ""
        self.releases: set[tuple[str, str]] = set()
        self.samples: list[etree._Element] = []
        check_version(self.version)

    def parsed(self) -> Parsed:
        """The reports, in the order of the samples. Raises ParseError."""
        self._read()
        reports = [Sample(element, self).report() for element in self.samples]
        self._note_contradictions()
        repeated = repeated_ids(reports)
        if self.findings or repeated:
            reports = [with_findings(each, [*self.findings, *repeated.get(each.sample, ())]) for each in reports]
        return Parsed(reports=tuple(reports), ignored=self.ignored)

    @property
    def software(self) -> str:
        """The program that wrote the message: an attribute that no schema knows, or a property of a gateway."""
        generators = (each.text for each in self.properties if each.label == "GeneratedBy")
        return self.writer or next(generators, "")

    def _read(self) -> None:
        for name, child in self.children(self.root, "hml"):
            match name:
                case "sample":
                    self.samples.append(child)
                case "property":
                    keep_property(self, child, "hml")
                case "hmlid":
                    fields = self.fields(child, "hml/hmlid", HMLID_FIELDS)
                    self.report_id = "^".join(filter(None, (fields.get("root"), fields.get("extension"))))
                case "reporting-center":
                    fields = self.fields(child, "hml/reporting-center", CENTRE_FIELDS)
                    self.centre = fields.get("reporting-center-id", "")
                    self.keep("reporting-center-context", fields.get("reporting-center-context", ""))
                case _:
                    self.leave(name, child, "hml")
        if not self.samples:
            raise ParseError(
                "this HML message holds no sample element",
                where=place(self.root),
                expected="at least one sample",
                advice="Ask the sender whether the export had finished.",
            )

    def _note_contradictions(self) -> None:
        if not self.version:
            self.note("no_version", self.root)
        elif self.version not in KNOWN_VERSIONS:
            self.note("unknown_version", self.root)
        if not self.report_id:
            self.note("no_hmlid", self.root)
        if len(self.releases) > len({database for database, _ in self.releases}):
            self.note("releases_differ", self.root)


def repeated_ids(reports: list[TypingReport]) -> dict[str, list[Finding]]:
    """A finding for every sample id that occurs more than once."""
    code = "duplicate_sample_id"
    counts = Counter(each.sample for each in reports)
    return {sample: [Finding(code, MEANINGS[code])] for sample, count in counts.items() if count > 1}


def with_findings(report: TypingReport, findings: list[Finding]) -> TypingReport:
    """The report with the findings about its message in front of its own."""
    return msgspec.structs.replace(report, findings=(*findings, *report.findings))


def keep_property(walk: Walk, element: etree._Element, path: str) -> None:
    """Keep a property element as a label and its text."""
    path = f"{path}/property"
    fields = walk.fields(element, path, PROPERTY_FIELDS)
    for name, child in walk.children(element, path):
        walk.leave(name, child, path)
    walk.keep(fields.get("name", ""), fields.get("value", ""), place(element))


class Sample(Walk):
    """One sample of a message."""

    def __init__(self, element: etree._Element, message: Message) -> None:
        super().__init__(MEANINGS, COUNTED, message.unread)
        self.element = element
        self.attributes = self.fields(element, SAMPLE, SAMPLE_FIELDS)
        self.message = message
        self.properties = list(message.properties)
        self.loci: list[LocusTyping] = []
        self.dates: list[str] = []

    def report(self) -> TypingReport:
        """The typing of this sample. Raises ParseError if it has no id."""
        self._read()
        return TypingReport(
            format="hml",
            sample=self._id(),
            report_id=self.message.report_id,
            centre=self.message.centre,
            project=self.message.project,
            date=self.dates[0] if len(set(self.dates)) == 1 else "",
            software=self.message.software,
            loci=tuple(self.loci),
            properties=tuple(self.properties),
            findings=tuple(self.findings),
        )

    def _id(self) -> str:
        sample = self.attributes.get("id", "").strip()
        if not sample:
            raise ParseError(
                "this sample has no id: nobody could tell whose typing it is",
                where=place(self.element),
                expected="sample/@id",
                advice="Ask the sender to name every sample.",
            )
        return sample

    def _read(self) -> None:
        self.keep("center-code", self.attributes.get("center-code", ""))
        for name, child in self.children(self.element, SAMPLE):
            match name:
                case "typing":
                    self._read_typing(child)
                case "property":
                    keep_property(self, child, SAMPLE)
                case "collection-method":
                    self.fields(child, f"{SAMPLE}/collection-method")
                    self.keep("collection-method", self.text(child, f"{SAMPLE}/collection-method"))
                case _:
                    self.leave(name, child, SAMPLE)
        if not self.dates:
            self.note("no_typing", self.element)

    def _read_typing(self, typing: etree._Element) -> None:
        tested = self.fields(typing, TYPING, TYPING_FIELDS).get("date", "")
        self.dates.append(tested)
        assignments: list[etree._Element] = []
        methods: list[Method] = []
        for name, child in self.children(typing, TYPING):
            match name:
                case "allele-assignment":
                    assignments.append(child)
                case "typing-method":
                    methods += self._methods(child)
                case "property":
                    keep_property(self, child, TYPING)
                case _:
                    self.leave(name, child, TYPING)
        stated = [each for element in assignments for each in self._statements(element, tested)]
        if not stated:
            silence = Statement(locus="", state="failed", oddities=("no_assignment",))
            stated = [(silence, Assignment(typing, tested, {}))]
        if len(methods) > 1:
            stated += untold(stated, methods, Assignment(typing, tested, {}))
        for statement, assignment in stated:
            self._add(statement, methods_of(statement, methods), assignment)

    def _methods(self, element: etree._Element) -> Iterator[Method]:
        self.fields(element, METHOD)
        for name, child in self.children(element, METHOD):
            if name not in METHODS:
                self.leave(name, child, METHOD)
                continue
            path = f"{METHOD}/{name}"
            fields = self.fields(child, path, METHOD_FIELDS)
            for below, primary_result in self.children(child, path):
                self.leave(below, primary_result, path)
            yield Method(
                locus=gene_name(fields.get("locus", "")),
                name=METHODS[name],
                test_id=fields.get("test-id", ""),
                test_source=fields.get("test-id-source", ""),
                quality=(Printed("scores", fields["scores"]),) if fields.get("scores") else (),
            )

    def _statements(self, element: etree._Element, tested: str) -> list[Stated]:
        assignment = Assignment(element, tested, self.fields(element, ASSIGNMENT, ASSIGNMENT_FIELDS))
        if assignment.release:
            self.message.releases.add((assignment.database, assignment.release))
        stated = statements_of(self._assigned(element))
        if len(stated) > 1:
            self._note_repeated(stated, element)
        return [(each, assignment) for each in stated]

    def _note_repeated(self, stated: list[Statement], element: etree._Element) -> None:
        by_alleles = Counter(each.locus for each in stated if not each.method)
        for locus in (locus for locus, count in by_alleles.items() if count > 1):
            self.note("locus_stated_twice", element, locus)

    def _assigned(self, element: etree._Element) -> Assigned:
        assigned = Assigned([], [], [], [])
        for name, child in self.children(element, ASSIGNMENT):
            match name:
                case "glstring":
                    fields = self.fields(child, f"{ASSIGNMENT}/glstring", URI)
                    assigned.add_glstring(self.text(child, f"{ASSIGNMENT}/glstring"), fields.get("uri", ""))
                case "haploid":
                    fields = self.fields(child, f"{ASSIGNMENT}/haploid", HAPLOID_FIELDS)
                    half = Haploid(fields.get("locus", ""), fields.get("method", ""), fields.get("type", ""))
                    assigned.haploids.append(half)
                case "genotype-list":
                    assigned.genotype_lists.append(self._nested(child, f"{ASSIGNMENT}/genotype-list"))
                case "property":
                    keep_property(self, child, ASSIGNMENT)
                case _:
                    self.leave(name, child, ASSIGNMENT)
        return assigned

    def _nested(self, element: etree._Element, path: str, depth: int = 0) -> str:
        """A genotype-list, or a part of one, as a GL String."""
        level, operator = GENOTYPE_LIST_LEVELS[depth]
        below, parts = f"{path}/{level}", []
        self.fields(element, path)
        for name, child in self.children(element, path):
            if name != level or child.get("present", "Y") != "Y":
                self.leave(name, child, path)
            elif level == "allele":
                self.fields(child, below, PRESENT)
                parts.append("".join(self.text(child, below).split()))
            else:
                parts.append(self._nested(child, below, depth + 1))
        return operator.join(parts)

    def _add(self, statement: Statement, used: list[Method], assignment: Assignment) -> None:
        method = combined(used)
        locus = statement.locus or method.locus
        self._note_oddities(statement, used, locus, assignment.element)
        others = [Printed("method locus", each.locus) for each in used if each.locus not in ("", locus)]
        self.loci.append(
            LocusTyping(
                locus=locus,
                state=statement.state,
                reported=statement.reported,
                expression=statement.expression,
                method=statement.method or method.name,
                test_id=method.test_id,
                test_source=method.test_source,
                allele_db=assignment.database,
                stated_release=assignment.release,
                date=assignment.date,
                quality=method.quality,
                references=(*statement.references, *others, *assignment.references),
            )
        )

    def _note_oddities(self, statement: Statement, used: list[Method], locus: str, element: etree._Element) -> None:
        for code in statement.oddities:
            self.note(code, element, locus)
        if not locus:
            self.note("no_locus", element)
            return
        for each in used:
            if not each.covers(locus):
                self.note("locus_differs", element, locus)


def untold(stated: list[Stated], methods: list[Method], typing: Assignment) -> list[Stated]:
    """A failed statement for every locus that one of several methods names and no statement tells of."""
    told = {method.locus for statement, _ in stated for method in methods_of(statement, methods)}
    missing = [each.locus for each in methods if each.locus not in told]
    return [(Statement(locus=locus, state="failed", oddities=("no_call",)), typing) for locus in missing]


FORMAT = Format(
    name="hml",
    title="HML 1.0 to 1.0.2 (NMDP Histoimmunogenetics Markup Language)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    ignores=("hml/@version", f"{TYPING}/@gene-family", f"{ASSIGNMENT}/haploid/@method"),
)
