"""HML 1.0, 1.0.1 and 1.0.2, the Histoimmunogenetics Markup Language: XML, one message with one or more samples.

    hml @version @project-name
      property*  hmlid @root @extension  reporting-center @reporting-center-id
      sample+ @id @center-code
        property*  collection-method
        typing+ @gene-family @date
          property*  allele-assignment* @date @allele-db @allele-version > haploid* genotype-list* glstring*
          typing-method > sso | ssp | sbt-sanger | sbt-ngs @locus @test-id @test-id-source @scores
          consensus-sequence* > reference-database+ consensus-sequence-block+
      typing-test-names* > typing-test-name+

Elements are known by their local name: prefixes and foreign namespaces occur in real messages, and so do attributes
that no schema knows. A breach of the schema is a finding. What is refused: another version, a message that is not
whole, a message without a sample, a sample without an id. Sequences and raw reads are counted, not read; what a
sequence was aligned to stands beside the call.

Source: the schemas hml-1.0.xsd, hml-1.0.1.xsd and hml-1.0.2.xsd of the NMDP, and what laboratories' software writes.
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

READ_VERSION = re.compile(r"1\.0(\.[0-9]+)?")
KNOWN_VERSIONS = ("1.0", "1.0.0", "1.0.1", "1.0.2")

TYPING = "hml/sample/typing"
ASSIGNMENT = f"{TYPING}/allele-assignment"
METHOD = f"{TYPING}/typing-method"
CONSENSUS = f"{TYPING}/consensus-sequence"
COUNTED = frozenset(
    {
        f"{CONSENSUS}/consensus-sequence-block/sequence",
        f"{CONSENSUS}/consensus-sequence-block/sequence-quality",
        f"{CONSENSUS}/consensus-sequence-block/variant",
        f"{METHOD}/sbt-ngs/raw-reads",
        f"{METHOD}/sbt-sanger/amplification",
        f"{METHOD}/sbt-sanger/sub-amplification",
        f"{METHOD}/sbt-sanger/gssp",
        f"{ASSIGNMENT}/genotype-list/diploid-combination/locus-block/allele-list/allele",
    }
)
"""Elements that no record holds: primary results, and alleles that were tested and are not there."""

DIALECT = Dialect("hml", "allele-assignment", COUNTED)


def looks_like(head: bytes) -> bool:
    """Whether the root element is `hml`, in any namespace, and its version is not one before 1.0."""
    return root_name(head) == "hml" and not root_attribute(head, "version").startswith("0.")


def parse(document: Document, whole_tree: int = WHOLE_TREE) -> Parsed:
    """One TypingReport per sample; a message of more than `whole_tree` bytes is read sample by sample.

    Raises ParseError.
    """
    try:
        root, children = open_xml(document.raw, "hml", "sample", whole_tree)
    except ParseError:
        check_version(root_attribute(document.head, "version"))
        raise
    if local(root) != "hml":
        raise ParseError(
            "the root element is not that of an HML message", found=local(root), where=place(root), expected="hml"
        )
    message = Message(root, DIALECT)
    check_version(message.version)
    return message.parsed(children, KNOWN_VERSIONS)


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


FORMAT = Format(
    name="hml",
    title="HML 1.0 to 1.0.2 (NMDP Histoimmunogenetics Markup Language)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    syntax=("xml",),
    ignores=(
        "hml/@version",
        f"{TYPING}/@gene-family",
        f"{ASSIGNMENT}/haploid/@method",
        f"{CONSENSUS}/@date",
        f"{CONSENSUS}/consensus-sequence-block",
    ),
)
