"""One sample of an HML message, of any version: its typings, each with what was assigned and by which method.

    sample @id @center-code
      property*  collection-method?
      typing+ @gene-family @date
        property*  ASSIGNMENT* @date @allele-db @allele-version > haploid* genotype-list* glstring*
        typing-method > sso | ssp | sbt-sanger | sbt-ngs @locus @test-id @test-id-source @scores

What the versions write differently stands in a Dialect: the name of ASSIGNMENT, and where the methods stand.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from lxml import etree

from parsers.errors import ParseError
from parsers.hml_genotypes import genotype_list
from parsers.hml_methods import METHODS, Method, combined, method_of, methods_of
from parsers.hml_sequences import Consensus, read_consensus
from parsers.hml_statements import MEANINGS, Assigned, Haploid, Statement, statements_of
from parsers.records import LocusTyping, Printed, TypingReport
from parsers.typing_states import gene_name
from parsers.xml_walk import LOCAL_NAMES, Walk, place

if TYPE_CHECKING:
    from parsers.hml_message import Message

URI = frozenset({"uri"})
PROPERTY_FIELDS = frozenset({"name", "value"})
SAMPLE_FIELDS = frozenset({"id", "center-code"})
TYPING_FIELDS = frozenset({"date", "gene-family"})
ASSIGNMENT_FIELDS = frozenset({"date", "allele-db", "allele-version"})
HAPLOID_FIELDS = frozenset({"locus", "method", "type"})
METHOD_FIELDS = frozenset({"locus", "ref-id", "test-id", "test-id-source", "scores"})

MIXED = etree.XPath("boolean(descendant::text()[../*])")
"""Whether any text stands beside elements."""


class Dialect(msgspec.Struct, frozen=True):
    """What the versions of HML that one format reads write in their own way."""

    format: str
    assignment: str
    """The element that holds what was assigned."""
    counted: frozenset[str]
    """Paths that are left out on purpose."""
    bare_methods: bool = False
    """Whether a method may stand in the typing itself, without a typing-method around it."""


class Paths(msgspec.Struct, frozen=True):
    """The paths of the elements of a sample."""

    sample: str
    typing: str
    assignment: str
    glstring: str
    haploid: str
    consensus: str
    method: str
    methods: dict[str, str]
    """The path of each method below `method`."""
    bare_methods: dict[str, str]
    """The same for methods that stand in the typing itself, as they did before 0.9.4; none where that is a mistake."""


@lru_cache(maxsize=16)
def paths_below(sample: str, assignment: str, *, bare_methods: bool) -> Paths:
    """The paths below a sample that stands here, under the dialect's name for what was assigned."""
    typing = f"{sample}/typing"
    assigned, method = f"{typing}/{assignment}", f"{typing}/typing-method"
    return Paths(
        sample=sample,
        typing=typing,
        assignment=assigned,
        glstring=f"{assigned}/glstring",
        haploid=f"{assigned}/haploid",
        consensus=f"{typing}/consensus-sequence",
        method=method,
        methods={name: f"{method}/{name}" for name in METHODS},
        bare_methods={name: f"{typing}/{name}" for name in METHODS} if bare_methods else {},
    )


class Origin(msgspec.Struct, frozen=True, gc=False):
    """When and under which release something was assigned."""

    database: str
    release: str
    date: str
    references: tuple[Printed, ...] = ()


@lru_cache(maxsize=1024)  # the typings of a run share it
def origin_of(tested: str, date: str, database: str, release: str) -> Origin:
    """The origin of an assignment; the date of the typing stands in for one that is missing, or beside another."""
    other_date = (Printed("typing date", tested),) if tested and date not in ("", tested) else ()
    return Origin(database, release, date or tested, other_date)


class Assignment(msgspec.Struct, gc=False):
    """The element that assigned something, and its origin; the typing itself where nothing was assigned."""

    element: etree._Element
    origin: Origin


Stated = tuple[Statement, Assignment]
SILENCE = Statement(locus="", state="failed", oddities=("no_assignment",))


class Sample(Walk):
    """One sample of a message. Raises ParseError if it has no id."""

    def __init__(self, element: etree._Element, message: "Message", path: str) -> None:
        super().__init__(MEANINGS, message.counted, message.unread)
        self.message = message
        self.project = message.project
        dialect = message.dialect
        self.paths = paths_below(path, dialect.assignment, bare_methods=dialect.bare_methods)
        self.loci: list[LocusTyping] = []
        self.dates: list[str] = []
        self.odd_block: etree._Element | None = None
        self.mixed = bool(MIXED(element))
        self._read(element)
        self.odd_block = None  # nothing of the document is held longer than it is read

    def report(self) -> TypingReport:
        """The typing of this sample, with what the whole message says."""
        message = self.message
        return TypingReport(
            format=message.dialect.format,
            sample=self.id,
            report_id=message.report_id,
            centre=message.centre,
            sample_assigner=self.assigner if self.assigner != message.centre else "",
            project=self.project,
            date=self.dates[0] if len(set(self.dates)) == 1 else "",
            software=message.software,
            loci=tuple(map(message.with_test_names, self.loci) if message.test_names else self.loci),
            properties=(*message.properties, *self.properties),
            findings=tuple(self.findings),
        )

    def _read(self, element: etree._Element) -> None:
        path = self.paths.sample
        field = self.fields(element, path, SAMPLE_FIELDS)
        self.id = field("id", "").strip()
        self.assigner = field("center-code", "").strip()
        self.keep("center-code", self.assigner)
        for child in self.children(element, path):
            match LOCAL_NAMES[child.tag]:
                case "typing":
                    self._read_typing(child)
                case "property":
                    keep_property(self, child, path)
                case "collection-method":
                    below = f"{path}/collection-method"
                    self.fields(child, below)
                    self.keep("collection-method", self.text(child, below))
                case _:
                    self.leave(child, path)
        if not self.id:
            raise _nameless(element)
        if not self.dates:
            self.note("no_typing", element)
        if self.odd_block is not None:
            self.note("coordinates_differ", self.odd_block)

    def _read_typing(self, typing: etree._Element) -> None:
        paths, assignment = self.paths, self.message.dialect.assignment
        tested = self.fields(typing, paths.typing, TYPING_FIELDS)("date", "")
        assignments: list[etree._Element] = []
        methods: list[Method] = []
        consensus: Consensus | None = None
        for child in self.children(typing, paths.typing):
            name = LOCAL_NAMES[child.tag]
            if name == assignment:
                assignments.append(child)
            elif name == "typing-method":
                self._read_methods(child, methods)
            elif name == "consensus-sequence":
                consensus = consensus or Consensus()
                read_consensus(self, child, paths.consensus, consensus)
                self.odd_block = consensus.odd_block if self.odd_block is None else self.odd_block
            elif name == "property":
                keep_property(self, child, paths.typing)
            elif below := paths.bare_methods.get(name):
                methods.append(self._method(name, child, below))
            else:
                self.leave(child, paths.typing)
        stated = self._stated(typing, assignments, methods, tested)
        self.dates.append(tested or stated[0][1].origin.date)
        for statement, source in stated:
            used = methods_of(statement.locus, methods) if len(methods) > 1 else methods
            self._add(statement, used, source, consensus)

    def _stated(
        self, typing: etree._Element, assignments: list[etree._Element], methods: list[Method], tested: str
    ) -> list[Stated]:
        """What the assignments state, and what none of them tells of; at least one statement."""
        stated: list[Stated] = []
        for element in assignments:
            self._read_assignment(element, tested, stated)
        if not stated:
            stated = [(SILENCE, Assignment(typing, origin_of(tested, "", "", "")))]
        if len(methods) > 1:
            stated += untold(stated, methods, Assignment(typing, origin_of(tested, "", "", "")))
        return stated

    def _read_methods(self, element: etree._Element, methods: list[Method]) -> None:
        path = self.paths.method
        self.fields(element, path)
        for child in self.children(element, path):
            name = LOCAL_NAMES[child.tag]
            if below := self.paths.methods.get(name):
                methods.append(self._method(name, child, below))
            else:
                self.leave(child, path)

    def _method(self, name: str, element: etree._Element, path: str) -> Method:
        field = self.fields(element, path, METHOD_FIELDS)
        for child in self.children(element, path):
            below = LOCAL_NAMES[child.tag]
            if below == "property":
                keep_property(self, child, path)
                continue
            if below == "gssp" and not (len(child) or child.keys() or (child.text or "").strip()):
                self.note("hemizygous_product", child, gene_name(field("locus", "")))
            self.leave(child, path)
        test_id = field("test-id", "") or field("ref-id", "")
        return method_of(name, field("locus", ""), test_id, field("test-id-source", ""), field("scores", ""))

    def _read_assignment(self, element: etree._Element, tested: str, found: list[Stated]) -> None:
        field = self.fields(element, self.paths.assignment, ASSIGNMENT_FIELDS)
        assigned = self._assigned(element)
        date = field("date", "")
        database = field("allele-db", "") or assigned.database
        release = field("allele-version", "") or assigned.release
        if release:
            self.message.releases.add((database, release))
        assignment = Assignment(element, origin_of(tested, date, database, release))
        stated = statements_of(assigned)
        if len(stated) > 1:
            self._note_repeated(stated, element)
        for each in stated:
            if each.release:
                self.message.releases.add((database, each.release))
            found.append((each, assignment))

    def _note_repeated(self, stated: Sequence[Statement], element: etree._Element) -> None:
        by_alleles = Counter(each.locus for each in stated if not each.method)
        for locus in (locus for locus, count in by_alleles.items() if count > 1):
            self.note("locus_stated_twice", element, locus)

    def _assigned(self, element: etree._Element) -> Assigned:
        paths = self.paths
        assigned = Assigned()
        for child in self.children(element, paths.assignment):
            match LOCAL_NAMES[child.tag]:
                case "glstring" | "gl-resource":
                    field = self.fields(child, paths.glstring, URI)
                    assigned.add_glstring(self.text(child, paths.glstring), field("uri", ""))
                case "haploid":
                    field = self.fields(child, paths.haploid, HAPLOID_FIELDS)
                    assigned.haploids.append(Haploid(field("locus", ""), field("method", ""), field("type", "")))
                case "genotype-list":
                    text, field = genotype_list(self, child, f"{paths.assignment}/genotype-list")
                    assigned.genotype_lists.append(text)
                    assigned.database = field("db", "") or assigned.database
                    assigned.release = field("version", "") or assigned.release
                case "property":
                    keep_property(self, child, paths.assignment)
                case _:
                    self.leave(child, paths.assignment)
        return assigned

    def _add(
        self, statement: Statement, used: list[Method], assignment: Assignment, consensus: Consensus | None
    ) -> None:
        origin = assignment.origin
        method = used[0] if len(used) == 1 else combined(used)
        locus = statement.locus or method.locus
        for code in statement.oddities:
            self.note(code, assignment.element, locus)
        if not locus:
            self.note("no_locus", assignment.element)
        references = statement.references
        if method.locus != locus or len(used) > 1:
            references += self._other_loci(used, locus, assignment.element)
        references += origin.references
        quality = method.quality
        if consensus:
            references += tuple(consensus.references)
            quality += consensus.quality
        self.loci.append(
            LocusTyping(
                locus=locus,
                state=statement.state,
                reported=statement.reported,
                expression=statement.expression,
                method=statement.method or method.name,
                test_id=method.test_id,
                test_source=method.test_source,
                allele_db=origin.database,
                stated_release=statement.release or origin.release,
                date=origin.date,
                quality=quality,
                references=references,
            )
        )

    def _other_loci(self, used: list[Method], locus: str, element: etree._Element) -> tuple[Printed, ...]:
        """The loci that the methods name instead of this one."""
        others = [each for each in used if each.locus not in ("", locus)]
        if locus and not all(each.covers(locus) for each in others):
            self.note("locus_differs", element, locus)
        return tuple(Printed("method locus", each.locus) for each in others)


def keep_property(walk: Walk, element: etree._Element, path: str) -> None:
    """Keep a property element as a label and its text."""
    path = f"{path}/property"
    field = walk.fields(element, path, PROPERTY_FIELDS)
    for child in walk.children(element, path):
        walk.leave(child, path)
    walk.keep(field("name", ""), field("value", ""), place(element))


def untold(stated: list[Stated], methods: list[Method], typing: Assignment) -> list[Stated]:
    """A failed statement for every locus that one of several methods names and no statement tells of."""
    told = {method.locus for statement, _ in stated for method in methods_of(statement.locus, methods)}
    missing = [each.locus for each in methods if each.locus not in told]
    return [(Statement(locus=locus, state="failed", oddities=("no_call",)), typing) for locus in missing]


def _nameless(sample: etree._Element) -> ParseError:
    return ParseError(
        "this sample has no id: nobody could tell whose typing it is",
        where=place(sample),
        expected="sample/@id",
        advice="Ask the sender to name every sample.",
    )
