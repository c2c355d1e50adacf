"""The record that every writer starts from, and what all of them have to say about what they cannot write.

The record is the report as printed with each locus in its canonical GL String under the release in use; a locus that
has no meaning there keeps its printed text and the release that it was stated under. So one record gives HML, FHIR and
the rest, and the reader of each gives the record back, less what the target has no place for.

A record knows what a report's text alone does not: why nobody may use the report at all, and which of its names mean
nothing here. Which target is told what of it stands in `targets`.

A target that shows a state only by what it writes (a GL String, two fields) must not be given a locus whose state it
would show as another: candidates that nobody assigned would be read as a call. Such a locus is left out, and said.

Antigens that stand beside the alleles of a locus are a statement of their own, for a target has another place for them
than for alleles, or none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from parsers.records import LocusTyping, TypingReport
from parsers.typing_states import USUAL_WORDS, gene_of, state_of
from pipeline.exchange.antigens import states_antigens
from pipeline.normalise.findings import PRELIMINARY
from pipeline.normalise.nomenclature.names import full_name, split_name
from pipeline.normalise.records import Flag, NormalTyping
from pipeline.normalise.serology import METHOD as SEROLOGY
from pipeline.normalise.times import read_time

DATABASE = "IMGT/HLA"
"""What IPD-IMGT/HLA is called in messages."""
ANTIGENS_BESIDE = "serology"
"""What the readers of registries' records call antigens that stand beside alleles."""
NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that no document of XML 1.0 can hold, be it written as a reference; barcodes bring some (GS, 0x1D)."""
OPERATORS = re.compile(r"([?^|+~/])")
STATE_UNSAID = "the target shows no difference between this state and another"
CANDIDATES = "these are candidates; nobody has assigned one of them"
ALLELES_ONLY = "it was typed by serology, and the target holds alleles only"
NO_GLSTRING = "what is printed is no GL String, and the target holds nothing else"
NOT_XML = "a text of it holds a control character, which XML cannot; have the sender correct it"
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
    """What a document does not hold, and why; an empty locus stands for the whole sample.

    `part` names what is missing where the rest is written: the date of a locus, or of a report.
    """

    sample: str
    locus: str
    reason: str
    part: str = ""

    @property
    def what(self) -> str:
        """What is left out, in words."""
        if self.part:
            return f"the {self.part} of {self.locus or 'the report'}"
        return self.locus or "the whole sample"


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
    beside = (antigens for each in printed.loci for antigens in _antigens_beside(each))
    return Record(replace(printed, loci=(*loci, *beside)), _refusal(normal.flags), unread)


def _antigens_beside(locus: LocusTyping) -> Iterator[LocusTyping]:
    """What was found by serology and stands beside a typing by DNA, as a statement of its own."""
    for each in locus.references:
        if each.label == ANTIGENS_BESIDE:
            state = state_of(each.text)
            yield LocusTyping(locus=locus.locus, state=state, reported=each.text, method=SEROLOGY, date=locus.date)


def _refusal(flags: Iterable[Flag]) -> str:
    """The first of these doubts for which what it is about is not used; empty if there is none."""
    return next((flag.message for flag in flags if flag.severity == "error"), "")


def _expressed(locus: LocusTyping, glstring: str | None, release: str | None) -> LocusTyping:
    if not glstring:
        return locus
    return replace(locus, expression=glstring, stated_release=release or "", allele_db=DATABASE)


def glstring_of(locus: LocusTyping) -> str | None:
    """The GL String of a locus, a word where nothing is called; None if its state could not be read off it again.

    Antigens have none.
    """
    text = prefixed(locus.expression or f"{locus.locus}*{USUAL_WORDS.get(locus.state, '')}")
    told = not text.endswith("*") and "^" not in text and state_of(text) == locus.state
    return text if told and gene_of(text) == locus.locus else None


def why_not(locus: LocusTyping) -> str:
    """Why a locus has no GL String of its own."""
    if not locus.locus:
        return NO_LOCUS
    if states_antigens(locus):
        return ALLELES_ONLY
    if locus.state == "candidates":
        return CANDIDATES
    return STATE_UNSAID if locus.expression else NO_GLSTRING


def is_xml(*texts: str) -> bool:
    """Whether XML can hold these texts."""
    return not any(map(NO_XML.search, texts))


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
