"""The consensus sequences beside a typing: what they were aligned to, and whether their coordinates fit.

    consensus-sequence @date
      reference-database+ @name @version @availability @curated ...
        reference-sequence+ @id @name @accession @start @end ...
      consensus-sequence-block+ @reference-sequence-id @start @end @phase-set @expected-copy-number ...
        sequence  variant*  sequence-quality*

Coordinates count from 0 and leave out the end, so a block holds `end - start` bases (MIRING 4.2.3). Some software
counts from 1 and includes the end; the typing stands, but whoever takes the sequences up must know. The sequences
themselves are counted, not kept.
"""

import msgspec
from lxml import etree

from parsers.records import Printed
from parsers.xml_walk import LOCAL_NAMES, Walk

DATE = frozenset({"date"})
DATABASE_FIELDS = frozenset({"availability", "name", "description", "version", "curated", "uri"})
REFERENCE_FIELDS = frozenset({"id", "name", "description", "start", "end", "accession", "strand", "uri"})
MEASURES = ("phase-set", "expected-copy-number")
BLOCK_FIELDS = frozenset(
    {"reference-sequence-id", "start", "end", "strand", "phasing-group", "continuity", "description", *MEASURES}
)


class Consensus(msgspec.Struct, gc=False):
    """What the consensus sequences of one typing say about its call."""

    references: list[Printed] = []
    measures: dict[str, dict[str, None]] = {}
    spans: dict[str, tuple[str, str]] = {}
    odd_block: etree._Element | None = None
    """The first block whose coordinates do not fit."""

    @property
    def quality(self) -> tuple[Printed, ...]:
        """The values of each measure over all blocks."""
        return tuple(Printed(name, ",".join(values)) for name, values in self.measures.items())


def read_consensus(walk: Walk, element: etree._Element, path: str, found: Consensus) -> None:
    """Take up one consensus-sequence element."""
    walk.fields(element, path, DATE)
    for child in walk.children(element, path):
        match LOCAL_NAMES[child.tag]:
            case "reference-database":
                _read_database(walk, child, f"{path}/reference-database", found)
            case "consensus-sequence-block":
                _read_block(walk, child, f"{path}/consensus-sequence-block", found)
            case _:
                walk.leave(child, path)


def _read_database(walk: Walk, element: etree._Element, path: str, found: Consensus) -> None:
    walk.fields(element, path, DATABASE_FIELDS)
    found.references.append(_printed("reference-database", element, DATABASE_FIELDS))
    for child in walk.children(element, path):
        if LOCAL_NAMES[child.tag] != "reference-sequence":
            walk.leave(child, path)
            continue
        field = walk.fields(child, f"{path}/reference-sequence", REFERENCE_FIELDS)
        found.spans[field("id", "")] = (field("start", ""), field("end", ""))
        found.references.append(_printed("reference-sequence", child, REFERENCE_FIELDS))


def _printed(label: str, element: etree._Element, known: frozenset[str]) -> Printed:
    """The attributes of an element as one text, `name=value;name=value`."""
    return Printed(label, ";".join(f"{name}={element.get(name)}" for name in map(str, element.keys()) if name in known))


def _read_block(walk: Walk, element: etree._Element, path: str, found: Consensus) -> None:
    field = walk.fields(element, path, BLOCK_FIELDS)
    bases = 0
    for child in walk.children(element, path):
        if LOCAL_NAMES[child.tag] == "sequence":
            bases += len("".join((child.text or "").split()))
        walk.leave(child, path)
    for name in MEASURES:
        if value := field(name, ""):
            found.measures.setdefault(name, {})[value] = None
    reference = found.spans.get(field("reference-sequence-id", ""), ("", ""))
    if not _fits(field("start", ""), field("end", ""), reference, bases):
        found.odd_block = element if found.odd_block is None else found.odd_block


def _fits(start: str, end: str, reference: tuple[str, str], bases: int) -> bool:
    """Whether a block lies inside its reference and is as long as its sequence; what is not stated contradicts none."""
    if not (start.isdecimal() and end.isdecimal()):
        return not (start or end)
    first, last = int(start), int(end)
    low, high = reference
    inside = not (low.isdecimal() and high.isdecimal()) or int(low) <= first <= last <= int(high)
    return first <= last and inside and bases in (0, last - first)
