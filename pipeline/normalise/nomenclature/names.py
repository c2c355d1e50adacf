"""The grammar of one HLA name, without asking any release whether the name exists.

    HLA-A*24:02:01:02L        [HLA-] gene * field : field : field : field suffix

A first field has one to four digits, the others two to four. The suffix says what is known of expression: N null,
L low, S secreted, C cytoplasm, A aberrant, Q questionable. A G group has three fields and ends in G, a P group has two
and ends in P. `02:XX` means every allele of that first field, `02:AAUW` (two letters and more) is a multiple allele
code, `02:01g` the alleles that share an lgx name, and the words NNNN, XXXX, UUUU and NEW stand in place of an allele.
Only NEW may follow fields (`02:NEW`, a novel allele of A*02): `02:NNNN` is a multiple allele code like any other.
Names without colons (`A*0201`, `Cw*0702`, `A*01BC`) are those of before April 2010 and are not read as today's:
`DPB1*1001` would be two different alleles. HLA-C was called Cw then. It is one gene under either name, so what is
written with the old one is a name of C whose fields begin with `w`: `Cw*0702` is `w0702` of C. All of these are **old**
spellings, and `old_spellings.py` says what they mean today. So it does of an accession number (`HLA00001`), which names
an allele without saying its gene.

A novel allele may be written in small letters and without a colon (`01:new`, `02:01new`), or told by a vendor's mark, a
small v, i, e or x with a number (`02:01v1`): `01:NEW`, `02:01:NEW`.

A serological antigen has no asterisk: letters and a number, `A2`, `Cw7`, `DR52`. It belongs to the gene that
config/codes/antigens.csv names, and its letters are part of its fields: `HLA-DR52` is `DR52` of DRB3.

Only HLA genes carry the prefix `HLA-`; MICA, MICB, TAP1, TAP2 and HFE are named without it. DRBX stands for whichever
of DRB3, DRB4 and DRB5 a haplotype carries; it has no alleles of its own, only words.
"""

import re
from functools import lru_cache
from typing import Literal

from parsers.glstring_code import ACCESSION
from pipeline.normalise.tables import rows

Kind = Literal["allele", "G", "P", "lg", "XX", "MAC", "word", "serology", "old", "malformed"]
SortKey = tuple[int, str, tuple[tuple[int, int, str], ...], str]

LOCUS_ORDER = {row["locus"]: rank for rank, row in enumerate(rows("loci.csv"))}
PREFIXES = {row["locus"]: row["prefix"] for row in rows("loci.csv")}
EVERYBODYS = frozenset(row["locus"] for row in rows("loci.csv") if row["everybody"])
"""Genes that no haplotype lacks."""
WORDS = {row["word"]: row for row in rows("allele_words.csv")}
EXPRESSION = {row["suffix"]: row for row in rows("expression.csv")}
SUFFIXES = ("", *EXPRESSION, "G", "P", "g", *(f"{letter}g" for letter in EXPRESSION))
"""What may stand behind the last digit of a name: an expression letter, the letter of a group, `g` for lg."""

LETTERS_OF_SUFFIXES = "".join(SUFFIXES)

ANTIGENS = {row["letters"] + row["number"]: row["locus"] for row in rows("antigens.csv")}
"""The gene of an antigen's letters, or of one antigen where its letters are another gene's as a rule."""

LETTERS = {row["locus"]: row["letters"] for row in reversed(rows("antigens.csv"))}
"""The letters that the antigens of a gene's alleles carry: those of its first row."""

ANTIGEN_LETTERS = sorted({row["letters"] for row in rows("antigens.csv")})
ANTIGEN = re.compile("(" + "|".join(ANTIGEN_LETTERS) + ")([0-9]{1,4})")
NUMBER = re.compile(r"[0-9]{1,18}")
FIELDS = r"[0-9]{1,4}(?::[0-9]{2,4})"
WORD = re.compile(f"(?:{FIELDS}{{0,3}}:)?(NEW)|{'|'.join(WORDS)}")
NOVEL = re.compile(f"({FIELDS}{{0,3}})(?::?new|[viex][0-9]+)|({FIELDS}{{1,3}})NEW|new")
"""How else than `02:01:NEW` a novel allele is written."""
OLD_GENE, OLD_LETTER = "Cw", "w"
KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("old", re.compile(rf"{OLD_LETTER}.+|[0-9]{{4,8}}[NLSCAQ]?|[0-9]{{2}}[A-Z]{{2,}}|{ACCESSION.pattern}")),
    ("allele", re.compile(FIELDS + r"{0,3}[NLSCAQ]?")),
    ("G", re.compile(FIELDS + r"{2}G")),
    ("P", re.compile(FIELDS + r"P")),
    ("lg", re.compile(FIELDS + r"[NLSCAQ]?g")),
    ("XX", re.compile(r"[0-9]{1,4}:XX")),
    ("word", WORD),
    ("MAC", re.compile(r"[0-9]{1,4}:[A-Z]{2,}")),
    ("serology", ANTIGEN),
)


@lru_cache(maxsize=100_000)
def split_name(token: str) -> tuple[str, str]:
    """Gene and fields of a token: `HLA-A*01:01` gives `A` and `01:01`; the gene is empty if none is named."""
    gene, star, fields = token.removeprefix("HLA-").partition("*")
    if star:
        fields = f"*{fields}" if ANTIGEN.fullmatch(fields) else _as_new(fields)
        return ("C", OLD_LETTER + fields) if gene == OLD_GENE and fields else (gene, fields)
    antigen = ANTIGEN.fullmatch(gene)
    return (ANTIGENS.get(gene) or ANTIGENS[antigen[1]], gene) if antigen else ("", token)


def _as_new(fields: str) -> str:
    """`01:new`, `01new` and `01v1` as `01:NEW`, `new` as `NEW`."""
    if not (found := NOVEL.fullmatch(fields)):
        return fields
    named = found[1] or found[2]
    return f"{named}:NEW" if named else "NEW"


def full_name(locus: str, fields: str) -> str:
    """The name as it stands in a canonical GL String: with `HLA-` if the gene is an HLA gene."""
    if fields[:1].isupper() and ANTIGEN.fullmatch(fields):
        return f"HLA-{fields}"
    if locus == "C" and fields[:1] == OLD_LETTER:
        return f"HLA-{OLD_GENE}*{fields[1:]}"
    return f"{PREFIXES.get(locus, '')}{locus}*{fields}"


@lru_cache(maxsize=100_000)
def kind_of(locus: str, fields: str) -> Kind:
    """What sort of token this is by its form alone."""
    if locus != "C" and fields[:1] == OLD_LETTER:
        return "malformed"
    return next((kind for kind, form in KINDS if form.fullmatch(fields)), "malformed")


def suffix_of(fields: str) -> str:
    """The expression letter of an allele name, or nothing."""
    return fields[-1] if fields[-1:] in EXPRESSION and fields[-2:-1].isdigit() else ""


@lru_cache(maxsize=100_000)
def word_of(fields: str) -> str:
    """The WMDA word that stands in place of an allele: `NEW` of `01:NEW`; empty if none does."""
    word = WORD.fullmatch(fields)
    return (word[1] or word[0]) if word else ""


@lru_cache(maxsize=100_000)
def sort_key(token: str) -> SortKey:
    """The order of names: by gene, by fields as numbers, then by suffix; what is no number comes after numbers."""
    locus, fields = split_name(token)
    if antigen := ANTIGEN.fullmatch(fields):
        return (LOCUS_ORDER.get(locus, len(LOCUS_ORDER)), locus, ((1, int(antigen[2]), antigen[1]),), "")
    bare = without_suffix(fields)
    numbered = tuple((0, int(field), "") if NUMBER.fullmatch(field) else (1, 0, field) for field in bare.split(":"))
    return (LOCUS_ORDER.get(locus, len(LOCUS_ORDER)), locus, numbered, fields[len(bare) :])


def without_suffix(fields: str) -> str:
    """The fields of a name without what stands behind the last digit."""
    bare = fields.rstrip(LETTERS_OF_SUFFIXES)
    return bare if bare[-1:].isdigit() and fields[len(bare) :] in SUFFIXES else fields
