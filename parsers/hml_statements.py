"""What one allele-assignment of an HML message states, locus by locus.

The schema lets one assignment say its result as `haploid` elements, as a `genotype-list`, as the text of a `glstring`,
as a `glstring` that is only a uri, or as several of these at once. Here they become one statement per locus: the text
of the glstring where there is one, else the genotype-list, else the haploids; what does not win becomes a reference.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from parsers.glstring_code import unwrapped
from parsers.name_blanks import closed_up
from parsers.records import Printed, State
from parsers.typing_states import UNCALLED, WMDA_WORDS, gene_name, gene_of, in_usual_words, state_of

DNA_METHODS = ("", "DNA", "RNA")
NUMBERED = re.compile(r"[0-9]+")

MEANINGS = {
    "coordinates_differ": "start and end of a consensus sequence (here the first) do not fit its bases or reference",
    "doctype_left_out": "the document names a DTD; it was neither fetched nor read",
    "duplicate_sample_id": "another sample of this message has the same id",
    "glstring_by_reference": "the result is given only as the address of a GL String; it was not fetched",
    "hemizygous_product": "the message says by an empty gssp element that one copy was sequenced by itself",
    "haploid_differs": "the glstring and the haploid elements of one assignment contradict each other",
    "locus_differs": "the typing method names another locus than the alleles",
    "locus_stated_twice": "one assignment states this locus more than once",
    "missing_prefix": "some alleles of this GL String lack the prefix HLA- that others carry",
    "more_than_two_copies": "more than two copies are stated for one locus",
    "no_assignment": "this typing has no allele-assignment",
    "no_call": "the assignment is empty: no glstring, genotype-list or haploid with a result",
    "no_hmlid": "the message has no hmlid: it cannot be told from a corrected version of itself",
    "no_locus": "neither the alleles nor the method name a locus",
    "no_typing": "this sample has no typing",
    "no_version": "the message does not say its version; it was read as 1.0.1",
    "releases_differ": "the message names more than one nomenclature release",
    "serology": "the types of a serological haploid are kept as printed and not written as alleles",
    "text_before_declaration": "something stands before the XML declaration, where nothing may; it was left out",
    "unknown_element": "an element that the schema does not know; it was counted and not read",
    "unknown_version": "a version that was not known when this reader was written; it was read as 1.0.2",
}
"""What each finding in an HML message means."""


class Haploid(msgspec.Struct, frozen=True, gc=False):
    """One haploid element: half of a typing at one locus, as printed."""

    locus: str
    method: str
    type: str

    @property
    def allele(self) -> str:
        """The type with its gene in front, unless it brings one; empty if blank."""
        name = closed_up(self.type)
        if not name or "*" in name.lstrip("*"):
            return name
        return f"{self.locus.strip()}*{name.lstrip('*')}"


class Assigned(msgspec.Struct, gc=False):
    """The children of one allele-assignment that state a result."""

    glstrings: list[str] = []
    uris: list[str] = []
    genotype_lists: list[str] = []
    haploids: list[Haploid] = []
    database: str = ""
    release: str = ""
    """Both as HML 0.3 states them, at the genotype-list."""

    def add_glstring(self, text: str, uri: str) -> None:
        """Take a glstring: its text, its uri, or both."""
        if text:
            self.glstrings.append(text)
        if uri:
            self.uris.append(uri)


class Statement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One locus of one assignment: how it is printed, what that says, and what else was said beside it."""

    locus: str
    state: State
    reported: str = ""
    expression: str = ""
    method: str = ""
    references: tuple[Printed, ...] = ()
    oddities: tuple[str, ...] = ()
    release: str = ""
    """The release that a GL String Code names; it stands before that of the assignment."""


def statements_of(assigned: Assigned) -> Sequence[Statement]:
    """Every locus that an assignment states, in the order of the message; one without a locus if it states none."""
    texts = assigned.glstrings or assigned.genotype_lists
    if len(texts) == 1 and not (assigned.haploids or assigned.uris or assigned.genotype_lists):
        return _from_text(texts[0])
    stated = [each for text in texts for each in _from_text(text)]
    if assigned.haploids:
        stated = _with_haploids(stated, list(_by_locus(assigned.haploids)))
    if not stated:
        stated = [_nothing_readable(assigned)]
    if references := _references(assigned):
        return [_with_references(each, references) for each in stated]
    return stated


@lru_cache(maxsize=8192)  # a laboratory repeats its typings
def _from_text(text: str) -> tuple[Statement, ...]:
    """A GL String, which may be a GL String Code, one statement per locus."""
    stated = unwrapped(text)
    return tuple(_from_expression(part.strip(), stated.release) for part in stated.glstring.split("^"))


def _from_expression(reported: str, release: str) -> Statement:
    written = in_usual_words(closed_up(reported), WMDA_WORDS)
    state = state_of(written)
    return Statement(
        locus=sys.intern(gene_of(written)),  # a run has many statements and some twenty genes
        state=state,
        reported=reported,
        expression="" if state in UNCALLED else written,
        oddities=tuple(_oddities(written)),
        release=release,
    )


def _oddities(written: str) -> Iterator[str]:
    if written.count("HLA-") not in (0, written.count("*")):
        yield "missing_prefix"
    if written.count("+") > 1 and any(genotype.count("+") > 1 for genotype in written.split("|")):
        yield "more_than_two_copies"


def _by_locus(haploids: list[Haploid]) -> Iterator[Statement]:
    groups: dict[tuple[str, str], list[Haploid]] = {}
    for each in haploids:
        method = "" if each.method in DNA_METHODS else each.method
        groups.setdefault((gene_name(each.locus), method), []).append(each)
    for (locus, method), group in groups.items():
        yield _from_haploids(locus, method, tuple(group))


@lru_cache(maxsize=8192)
def _from_haploids(locus: str, method: str, group: tuple[Haploid, ...]) -> Statement:
    expression = in_usual_words("+".join(filter(None, (each.allele for each in group))), WMDA_WORDS)
    state = state_of(expression)
    return Statement(
        locus=locus,
        state=state,
        reported="+".join(filter(None, (each.type.strip() for each in group))),
        expression="" if method or state in UNCALLED else expression,
        method=method,
        oddities=("serology",) if method else ("more_than_two_copies",) if len(group) > 2 else (),
    )


def _with_haploids(stated: list[Statement], haploids: list[Statement]) -> list[Statement]:
    """The statements with the haploids of the same locus as references; those of other loci stand for themselves."""
    for said in haploids:
        same = [number for number, each in enumerate(stated) if each.locus == said.locus and not said.method]
        for number in same:
            stated[number] = _beside(stated[number], said)
        if not same:
            stated.append(said)
    return stated


def _beside(statement: Statement, said: Statement) -> Statement:
    odd = () if _agree(statement.expression, said.expression) else ("haploid_differs",)
    reference = Printed("haploid", said.reported)
    return msgspec.structs.replace(
        statement, references=(*statement.references, reference), oddities=statement.oddities + odd
    )


def _agree(expression: str, haploids: str) -> bool:
    """Whether some genotype of an expression and the haploids can be the same typing, no name looked up."""
    types = haploids.split("+")
    for genotype in expression.split("|"):
        copies = [copy.split("/") for copy in genotype.split("+")]
        met = [[any(_may_be(allele, each) for allele in copy) for each in types] for copy in copies]
        if all(map(any, met)) and all(map(any, zip(*met, strict=True))):
            return True
    return False


def _may_be(allele: str, other: str) -> bool:
    """Whether two names agree in every field that both spell out in digits; a code in letters may be anything."""
    first, second = (name.rpartition("*")[2].split(":") for name in (allele, other))
    if first[0] != second[0]:
        return False
    digits = ((NUMBERED.match(left), NUMBERED.match(right)) for left, right in zip(first, second, strict=False))
    return all(left is None or right is None or left[0] == right[0] for left, right in digits)


def _nothing_readable(assigned: Assigned) -> Statement:
    if assigned.uris:
        return Statement(locus="", state="candidates", oddities=("glstring_by_reference",))
    return Statement(locus="", state="failed", oddities=("no_call",))


def _references(assigned: Assigned) -> tuple[Printed, ...]:
    lists = assigned.genotype_lists if assigned.glstrings else []
    if not (lists or assigned.uris):
        return ()
    return (
        *(Printed("glstring uri", uri) for uri in assigned.uris),
        *(Printed("genotype-list", text) for text in lists),
    )


def _with_references(statement: Statement, references: tuple[Printed, ...]) -> Statement:
    return msgspec.structs.replace(statement, references=statement.references + references)
