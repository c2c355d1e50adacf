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
from parsers.hml_statements import MEANINGS, Assigned, Haploid, Statement, statements_of
from parsers.records import LocusTyping, Printed, TypingReport
from parsers.xml_walk import LOCAL_NAMES, Walk, place

if TYPE_CHECKING:
    from parsers.hml_message import Message

URI = frozenset({"uri"})
PROPERTY_FIELDS = frozenset({"name", "value"})
SAMPLE_FIELDS = frozenset({"id", "center-code"})
TYPING_FIELDS = frozenset({"date", "gene-family"})
ASSIGNMENT_FIELDS = frozenset({"date", "allele-db", "allele-version"})
HAPLOID_FIELDS = frozenset({"locus", "method", "type"})
METHOD_ORDER = ("locus", "test-id", "test-id-source", "scores")
METHOD_FIELDS = frozenset(METHOD_ORDER)

MIXED = etree.XPath("boolean(descendant::text()[../*])")
"""Whether any text stands beside elements."""


class Dialect(msgspec.Struct, frozen=True):
    """What the versions of HML that one format reads write in their own way."""

    format: str
    assignment: str
    """The element that holds what was assigned."""
    counted: frozenset[str]
    """Paths that are left out on purpose."""


class Paths(msgspec.Struct, frozen=True):
    """The paths of the elements of a sample."""

    sample: str
    typing: str
    assignment: str
    glstring: str
    haploid: str
    method: str
    methods: dict[str, str]


@lru_cache(maxsize=16)
def paths_below(sample: str, assignment: str) -> Paths:
    """The paths below a sample that stands here, under the dialect's name for what was assigned."""
    typing = f"{sample}/typing"
    assigned = f"{typing}/{assignment}"
    method = f"{typing}/typing-method"
    methods = {name: f"{method}/{name}" for name in METHODS}
    return Paths(sample, typing, assigned, f"{assigned}/glstring", f"{assigned}/haploid", method, methods)


class Assignment(msgspec.Struct, gc=False):
    """When and under which release something was assigned; the typing itself where nothing was."""

    element: etree._Element
    database: str
    release: str
    date: str
    references: tuple[Printed, ...] = ()


Stated = tuple[Statement, Assignment]
SILENCE = Statement(locus="", state="failed", oddities=("no_assignment",))


class Sample(Walk):
    """One sample of a message. Raises ParseError if it has no id."""

    def __init__(self, element: etree._Element, message: "Message", path: str) -> None:
        super().__init__(MEANINGS, message.counted, message.unread)
        self.message = message
        self.paths = paths_below(path, message.dialect.assignment)
        self.loci: list[LocusTyping] = []
        self.dates: list[str] = []
        self.mixed = bool(MIXED(element))
        self._read(element)

    def report(self) -> TypingReport:
        """The typing of this sample, with what the whole message says."""
        message = self.message
        return TypingReport(
            format=message.dialect.format,
            sample=self.id,
            report_id=message.report_id,
            centre=message.centre,
            project=message.project,
            date=self.dates[0] if len(set(self.dates)) == 1 else "",
            software=self.message.software,
            loci=tuple(self.loci),
            properties=(*message.properties, *self.properties),
            findings=tuple(self.findings),
        )

    def _read(self, element: etree._Element) -> None:
        path = self.paths.sample
        field = self.fields(element, path, SAMPLE_FIELDS)
        self.id = field("id", "").strip()
        self.keep("center-code", field("center-code", ""))
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

    def _read_typing(self, typing: etree._Element) -> None:
        path, assignment = self.paths.typing, self.message.dialect.assignment
        tested = self.fields(typing, path, TYPING_FIELDS)("date", "")
        self.dates.append(tested)
        assignments: list[etree._Element] = []
        methods: list[Method] = []
        stated: list[Stated] = []
        for child in self.children(typing, path):
            name = LOCAL_NAMES[child.tag]
            if name == assignment:
                assignments.append(child)
            elif name == "typing-method":
                self._read_methods(child, methods)
            elif name == "property":
                keep_property(self, child, path)
            else:
                self.leave(child, path)
        for element in assignments:
            self._read_assignment(element, tested, stated)
        if not stated:
            stated = [(SILENCE, Assignment(typing, "", "", tested))]
        if len(methods) > 1:
            stated += untold(stated, methods, Assignment(typing, "", "", tested))
        for statement, source in stated:
            self._add(statement, methods_of(statement.locus, methods) if len(methods) > 1 else methods, source)

    def _read_methods(self, element: etree._Element, methods: list[Method]) -> None:
        path = self.paths.method
        self.fields(element, path)
        for child in self.children(element, path):
            name = LOCAL_NAMES[child.tag]
            if below := self.paths.methods.get(name):
                self.fields(child, below, METHOD_FIELDS)
                for primary_result in self.children(child, below):
                    self.leave(primary_result, below)
                methods.append(method_of(name, *map(child.get, METHOD_ORDER)))
            else:
                self.leave(child, path)

    def _read_assignment(self, element: etree._Element, tested: str, found: list[Stated]) -> None:
        field = self.fields(element, self.paths.assignment, ASSIGNMENT_FIELDS)
        date, database, release = field("date", ""), field("allele-db", ""), field("allele-version", "")
        if release:
            self.message.releases.add((database, release))
        other_date = (Printed("typing date", tested),) if tested and date not in ("", tested) else ()
        assignment = Assignment(element, database, release, date or tested, other_date)
        stated = statements_of(self._assigned(element))
        if len(stated) > 1:
            self._note_repeated(stated, element)
        for each in stated:
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
                case "glstring":
                    field = self.fields(child, paths.glstring, URI)
                    assigned.add_glstring(self.text(child, paths.glstring), field("uri", ""))
                case "haploid":
                    field = self.fields(child, paths.haploid, HAPLOID_FIELDS)
                    assigned.haploids.append(Haploid(field("locus", ""), field("method", ""), field("type", "")))
                case "genotype-list":
                    text, _ = genotype_list(self, child, f"{paths.assignment}/genotype-list")
                    assigned.genotype_lists.append(text)
                case "property":
                    keep_property(self, child, paths.assignment)
                case _:
                    self.leave(child, paths.assignment)
        return assigned

    def _add(self, statement: Statement, used: list[Method], assignment: Assignment) -> None:
        method = used[0] if len(used) == 1 else combined(used)
        locus = statement.locus or method.locus
        for code in statement.oddities:
            self.note(code, assignment.element, locus)
        if not locus:
            self.note("no_locus", assignment.element)
        references = statement.references
        if method.locus != locus or len(used) > 1:
            references += self._other_loci(used, locus, assignment.element)
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
                references=references + assignment.references,
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
