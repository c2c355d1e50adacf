"""The record that every writer starts from, and what all of them have to say about what they cannot write.

The record is the report as printed with each locus in its canonical GL String under the release in use; a locus that
has no meaning there keeps its printed text and the release that it was stated under. So one record gives HML, FHIR and
the rest, and the reader of each gives the record back, less what the target has no place for.

A record knows what a report's text alone does not: why nobody may use the report at all, and which of its names mean
nothing here. Which target is told what of it stands in `targets`.

A target that shows a state only by what it writes (a GL String, two fields) must not be given a locus whose state it
would show as another: candidates that nobody assigned would be read as a call. Such a locus is left out, and said.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from parsers.records import LocusTyping, State, TypingReport
from parsers.typing_states import gene_of, state_of
from pipeline.normalise.findings import PRELIMINARY
from pipeline.normalise.nomenclature.names import full_name, split_name
from pipeline.normalise.records import Flag, NormalTyping
from pipeline.normalise.times import read_time

DATABASE = "IMGT/HLA"
"""What IPD-IMGT/HLA is called in messages."""
WORDS: dict[State, str] = {"absent": "NNNN", "not_tested": "UUUU", "failed": "XXXX", "novel": "NEW"}
OPERATORS = re.compile(r"([?^|+~/])")
STATE_UNSAID = "the target shows no difference between this state and another"
NO_LOCUS = "the report names no locus for it"
NOTHING_LEFT = "none of its loci can be written"


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends a document, when, under which id; `date` stands in where a report prints none (ISO 8601, a day)."""

    document_id: str
    written: str
    facility: str
    centre: str = ""
    oid: str = ""
    organisation: str = ""
    pool: str = ""
    date: str = ""


class LeftOut(NamedTuple):
    """What a document does not hold, and why; an empty locus stands for the whole sample."""

    sample: str
    locus: str
    reason: str


class Written(NamedTuple):
    """A document, everything of the records that it does not hold, and how many of them it holds at all.

    Without a single one it is a well-formed document all the same.
    """

    text: str
    left_out: list[LeftOut]
    samples: int


class Record(NamedTuple):
    """A report with every locus that has a meaning in its canonical GL String.

    `barred` says why nobody may use the report, `unread` for the place of a locus why its names mean nothing here.
    """

    report: TypingReport
    barred: str = ""
    unread: Mapping[int, str] = MappingProxyType({})


def record_of(printed: TypingReport, normal: NormalTyping) -> Record:
    """The record of a report."""
    pairs = zip(printed.loci, normal.loci, strict=True)
    loci = tuple(_expressed(locus, each.glstring, each.release) for locus, each in pairs)
    doubts = ((place, _refusal(each.flags)) for place, each in enumerate(normal.loci) if not each.glstring)
    unread = {place: doubt for place, doubt in doubts if doubt}
    return Record(replace(printed, loci=loci), _refusal(normal.flags), unread)


def _refusal(flags: Iterable[Flag]) -> str:
    """The first of these doubts for which what it is about is not used; empty if there is none."""
    return next((flag.message for flag in flags if flag.severity == "error"), "")


def _expressed(locus: LocusTyping, glstring: str | None, release: str | None) -> LocusTyping:
    if not glstring:
        return locus
    return replace(locus, expression=glstring, stated_release=release or "", allele_db=DATABASE)


def glstring_of(locus: LocusTyping) -> str | None:
    """The GL String of a locus, a word where nothing is called; None if its state could not be read off it again."""
    text = prefixed(locus.expression or f"{locus.locus}*{WORDS.get(locus.state, '')}")
    told = not text.endswith("*") and "^" not in text and state_of(text) == locus.state
    return text if told and gene_of(text) == locus.locus else None


def why_not(locus: LocusTyping) -> str:
    """Why a locus has no GL String of its own."""
    if not locus.locus:
        return NO_LOCUS
    if locus.state == "candidates":
        return "these are candidates; nobody has assigned one of them"
    return STATE_UNSAID


def preliminary_loci(report: TypingReport) -> frozenset[str]:
    """The loci whose results the sender calls preliminary; all of them where it says so of the report."""
    named = frozenset(each.locus for each in report.loci)
    said = frozenset(each.locus for each in report.findings if each.code == PRELIMINARY)
    return said if said <= named else named


def prefixed(expression: str) -> str:
    """The expression with every name in full, `HLA-` where it belongs."""
    return "".join(_full(token) for token in OPERATORS.split(expression))


def _full(token: str) -> str:
    gene, fields = split_name(token)
    return full_name(gene, fields) if gene else token


def day_of(*texts: str) -> str:
    """The first of these times that is printed, as a day (ISO 8601); empty if it cannot be read or none is printed.

    A date that is printed and cannot be read is never replaced by another.
    """
    printed = next(filter(None, texts), "")
    return (read_time(printed)[0] or "")[:10]
