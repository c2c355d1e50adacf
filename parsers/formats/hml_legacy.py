"""HML before 1.0: versions 0.3, 0.3.3 and 0.9.3 to 0.9.7, as archives and old laboratory systems still hold them.

    hml @version                                   0.3: project @name and reporting-center @code around the samples
      typing_test_names @ref-id > typing-test-name*  0.9.3: with an underscore, in front of the samples
      sample+ @id @center-code
        typing+ @gene-family @date                 0.3 to 0.9.3: no date; the methods stand here, without typing-method
          interpretation @date @allele-db @allele-version > haploid* genotype-list* glstring*
          sbt | sso | ssp | sbt-sanger | sbt-ngs   sbt is of 0.3; an empty gssp in it is a hemizygous product

What later became allele-assignment is called interpretation here; dates are written `20040123` or `2004-01-23`. Names
without colons (`A*0102`, the allele code `01BC`) are kept as printed: what they are called today is not a parser's
question.

Files of 0.3 name a DTD, and some begin with a comment before the XML declaration, where nothing may stand. Both are
taken out before the document is read, each with a finding; the DTD is never fetched. A DOCTYPE that defines anything
itself is refused.

Source: the schema hml-0.9.7.xsd, and the examples of 0.3, 0.3.3 and 0.9.3 that the NMDP publishes.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.hml_message import Message
from parsers.hml_sample import Dialect
from parsers.records import Parsed
from parsers.xml_document import root_attribute, root_name
from parsers.xml_stream import WHOLE_TREE, open_xml
from parsers.xml_walk import local, place

KNOWN_VERSIONS = ("0.3", "0.3.3", "0.9.3", "0.9.4", "0.9.5", "0.9.6", "0.9.7")
BEFORE_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<!--(?>.*?-->))++(?=<\?xml\s)", re.DOTALL)
REMARKS = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<!--(?>.*?-->)|<\?(?>.*?\?>))*+", re.DOTALL)
LITERAL = rb"""(?:"[^"]*"|'[^']*')"""
BARE_DOCTYPE = re.compile(
    rb"<!DOCTYPE\s+[\w:.-]+(?:\s+PUBLIC\s+"
    + LITERAL
    + rb"(?:\s+"
    + LITERAL
    + rb")?|\s+SYSTEM\s+"
    + LITERAL
    + rb")?\s*>"
)
"""A document type definition that only names where its grammar is to be had."""

SAMPLES = ("hml/sample", "hml/project/sample")
TYPINGS = tuple(f"{sample}/typing" for sample in SAMPLES)
METHODS = tuple(path for typing in TYPINGS for path in (typing, f"{typing}/typing-method"))
PRIMARY_RESULTS = (
    "sbt/sequence",
    "sbt/gssp",
    "sbt-sanger/amplification",
    "sbt-sanger/sub-amplification",
    "sbt-sanger/gssp",
    "sbt-ngs/consensus-sequence",
    "sbt-ngs/raw-reads",
    "sbt-ngs/targeted-region",
)
ALLELE = "interpretation/genotype-list/diploid-combination/locus-block/allele-list/allele"
COUNTED = frozenset(
    [f"{method}/{result}" for method in METHODS for result in PRIMARY_RESULTS]
    + [f"{typing}/{ALLELE}" for typing in TYPINGS]
)
"""Elements that no record holds: primary results, and alleles that were tested and are not there."""

DIALECT = Dialect("hml_legacy", "interpretation", COUNTED, bare_methods=True)


def looks_like(head: bytes) -> bool:
    """Whether the root element is `hml` and its version one before 1.0."""
    return root_name(head) == "hml" and root_attribute(head, "version").startswith("0.")


def parse(document: Document, whole_tree: int = WHOLE_TREE) -> Parsed:
    """One TypingReport per sample. Raises ParseError."""
    check_version(root_attribute(document.head, "version"))
    raw, taken_out = without_prolog(document.raw)
    root, children = open_xml(raw, "hml", "sample", whole_tree)
    if local(root) != "hml":
        raise ParseError(
            "the root element is not that of an HML message", found=local(root), where=place(root), expected="hml"
        )
    message = Message(root, DIALECT)
    for code in taken_out:
        message.note(code, root)
    return message.parsed(children, KNOWN_VERSIONS)


def check_version(version: str) -> None:
    """Raise ParseError unless this is a version before 1.0 that is known."""
    if version not in KNOWN_VERSIONS:
        raise ParseError(
            "this HML is of a version that is not read",
            found=version,
            where="hml/@version",
            expected="one of the versions " + ", ".join(KNOWN_VERSIONS),
            advice="Ask the sender to export HML 1.0.1.",
        )


def without_prolog(raw: bytes) -> tuple[bytes, list[str]]:
    """The document without a bare DOCTYPE and what stands before its declaration, line for line; and what was found."""
    taken_out = []
    if before := BEFORE_DECLARATION.match(raw):
        declared = raw.find(b"?>", before.end()) + 2
        raw = raw[before.end() : declared] + line_ends(before[0]) + raw[declared:]
        if before[0] != b"\xef\xbb\xbf":
            taken_out.append("text_before_declaration")
    remarks = REMARKS.match(raw)
    if remarks and (doctype := BARE_DOCTYPE.match(raw, remarks.end())):
        raw = raw[: doctype.start()] + line_ends(doctype[0]) + raw[doctype.end() :]
        taken_out.append("doctype_left_out")
    return raw, taken_out


def line_ends(text: bytes) -> bytes:
    """As many line ends as a text has, so that the lines after it keep their numbers."""
    return b"\n" * text.count(b"\n")


FORMAT = Format(
    name="hml_legacy",
    title="HML 0.3 to 0.9.7 (NMDP Histoimmunogenetics Markup Language)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    syntax=("xml",),
    ignores=(
        "hml/@version",
        *(f"{typing}/@gene-family" for typing in TYPINGS),
        *(f"{typing}/interpretation/haploid/@method" for typing in TYPINGS),
    ),
)
