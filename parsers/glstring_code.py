"""GL Strings as messages carry them: wrapped as a GL String Code, several loci in one, sometimes misspelt.

    hla#3.58.0#HLA-A*01:01+HLA-A*02:01^HLA-B*08:01+HLA-B*44:02

The code has three fields, split at the first two `#`: the namespace, the release (or a date, where the release is not
known), the GL String. A misspelt GL String (`HLA-A:01:01G`, a stray `#`) is found and said, never mended.

Source: GL String Code, http://glstring.org; Mack 2023, doi:10.1111/tan.15126.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from parsers.kir import GENES as KIR
from parsers.name_blanks import closed_up
from parsers.records import Finding, LocusTyping
from parsers.typing_states import SEVERAL_GENES, gene_name, gene_of

WITH_DRBX = {*SEVERAL_GENES["DRB345"], "DRBX"}
CODE = re.compile(r"(?:hla|kir)#([^#]*)#(.*)", re.DOTALL)
ACCESSION = re.compile("HLA[0-9]{5,}")
"""The number of an allele, which stays with it whatever it is called."""
NAME = re.compile(
    r"(?:(?:HLA-)?[A-Za-z][A-Za-z0-9]*\*)?(?:[0-9]{1,8}[A-Z]*(?::[0-9A-Z]+)*(?:g|:?new|NEW|[viex][0-9]+)?|[A-Za-z]+|"
    + f"{ACCESSION.pattern})"
)
FIRST_GENE = re.compile(r"(?:HLA-)?([A-Z]+[0-9]*|Cw)[*:]")
WHOLE_RELEASE = re.compile(r"\d+\.\d+\.\d+(?:\.\d+)?|\d{4}-\d{2}-\d{2}")
ANTIGEN = re.compile(r"(?:HLA-)?(A|Bw?|Cw|DR|DQ|DPw)([0-9]{1,4})(?:\(w?[0-9]{1,4}\))?")
"""An antigen, perhaps with the one it was split from, or into, behind it: `A24(9)`, `Cw9(w3)`."""
GENES = {"A": "A", "B": "B", "Bw": "B", "Cw": "C", "DR": "DRB1", "DQ": "DQB1", "DPw": "DPB1"}
OTHER_GENES = {"DR51": "DRB5", "DR52": "DRB3", "DR53": "DRB4"}
BLANK = "BLANK"
"""Stands beside an antigen, in any case, where no second one was found."""
NULL = re.compile(r"(?<![A-Za-z])null(?![A-Za-z])", re.IGNORECASE)
"""Stands among antigens, or behind one (`DR53-Null`), where an allele is there and not expressed."""
NULL_ALLELE = re.compile(r"[0-9]N$")
SEROLOGY = "antigens, typed by serology; they are kept as printed and not written as alleles"
NULL_UNNAMED = "serology calls an allele null, and the alleles do not say which; the locus is kept as printed"
MALFORMED = "a name in this GL String is not spelt as an allele is; it is kept as printed and not mended"
CODINGS_DIFFER = "the value is coded more than once, and another code names other alleles; it is kept beside this one"
INCOMPLETE = "the release is named without its third number"


class Stated(NamedTuple):
    """A GL String and the release that its code names; empty where it names none."""

    glstring: str
    release: str


def unwrapped(text: str) -> Stated:
    """The GL String in a text, which may be a GL String Code."""
    found = CODE.fullmatch(text.strip()) if "#" in text else None
    return Stated(found[2], found[1]) if found else Stated(text, "")


def coded(release: str, glstring: str) -> str:
    """A GL String Code, in the namespace of its genes; the GL String alone where no release is stated."""
    return f"{namespace_of(gene_of(glstring))}#{release}#{glstring}" if release and "#" not in release else glstring


def namespace_of(gene: str) -> str:
    """Whose releases name the alleles of a gene: those of IPD-KIR, or those of IPD-IMGT/HLA."""
    return "kir" if gene.startswith(KIR) else "hla"


def names_in(text: str) -> set[str]:
    """Every name in a GL String, which may be a GL String Code, without `HLA-`."""
    return {gene_name(name) for name in re.split(r"[?^|+~/]", unwrapped(text).glstring)}


def is_well_formed(expression: str) -> bool:
    """Whether every name of an expression has the form of an allele, or is a word or number in place of one."""
    return all(map(NAME.fullmatch, re.split(r"[?^|+~/]", expression)))


def locus_of(expression: str) -> str:
    """The gene of a one-locus expression, also where its first name is misspelt; empty if none is named.

    Of DRB3, DRB4 and DRB5 one haplotype may carry one and the other another: then it is `DRB345`.
    """
    if is_well_formed(expression):
        genes = {gene_of(copy) for copy in re.split(r"[|+]", expression)}
        return "DRB345" if len(genes) > 1 and genes <= WITH_DRBX else gene_of(expression)
    found = FIRST_GENE.search(expression)
    return gene_name(found[1]) if found else ""


def antigen_locus(expression: str) -> str:
    """The gene whose antigens (`A1+A24(9)`, `DR17`) are all that an expression holds; empty if not so."""
    found = [ANTIGEN.fullmatch(name) for name in re.split(r"[?|+~/]", expression)]
    genes = {OTHER_GENES.get(f"{each[1]}{each[2]}", GENES[each[1]]) if each else "" for each in found}
    return genes.pop() if len(genes) == 1 else ""


def unnamed_null(antigens: str, alleles: Iterable[str]) -> bool:
    """Whether serology calls an allele null and none of these alleles says so by its name."""
    return NULL.search(antigens) is not None and not any(map(NULL_ALLELE.search, alleles))


def with_gene(expression: str, locus: str) -> str:
    """The expression with the gene put before names that leave it out.

    A lone field behind `/` (`DPB1*04:01/02`) may be a first field or a last one, and behind `~` stands another gene:
    neither is completed.
    """
    tokens = re.split(r"([|+~/])", expression)
    made = tokens[:]
    for place in range(0, len(tokens), 2):
        token, before = tokens[place], tokens[place - 1] if place else ""
        stands_alone = before == "~" or (before == "/" and ":" not in token)
        if locus and token and "*" not in token and not stands_alone:
            made[place] = f"{locus}*{token}"
    return "".join(made)


def release_findings(loci: Iterable[LocusTyping]) -> list[Finding]:
    """Said of a report whose loci are named under more than one release: each is read under its own."""
    differ = len({each.stated_release for each in loci} - {""}) > 1
    return [Finding("releases_differ", "the report names more than one nomenclature release")] if differ else []


def coding_findings(glstring: str, others: Iterable[str], where: str, locus: str) -> Iterator[Finding]:
    """Said of a value of which another code or text names alleles that the GL String does not."""
    if not all(names_in(each) <= names_in(glstring) for each in others):
        yield Finding("codings_differ", CODINGS_DIFFER, where, locus)


def glstring_findings(part: str, release: str, where: str, locus: str) -> list[Finding]:
    """What is odd about one locus of a GL String and the release it was stated under."""
    written = closed_up(part)
    found = []
    if written and not is_well_formed(written):
        found.append(Finding("malformed_glstring", MALFORMED, where, locus))
    if written.count("HLA-") not in (0, written.count("*")) and not found:
        found.append(Finding("missing_prefix", "some alleles of this GL String lack the prefix HLA-", where, locus))
    if release and not WHOLE_RELEASE.search(release):
        found.append(Finding("incomplete_release", INCOMPLETE, where, locus))
    return found
