"""The end of an HL7 message that has none: what stands on the last OBX may have been cut short, as on a last line.

A last segment that is whole but for its end is taken for whole: an OBX is if it gets as far as its status (OBX-11).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from parsers.er7 import Message, Segment
from parsers.open_end import with_open_end
from parsers.records import Finding, LocusTyping, Report, TypingReport

CUT = Finding("no_final_line_end", "the last segment has no end: the message may be cut short", "last segment")
ENDS = (b"\r", b"\n", b"\x1c", b"\0")


def with_cut_end(reports: Sequence[Report], message: Message) -> list[Report]:
    """The reports of a last message without an end; the loci that its last OBX states, or is about, are not called."""
    made, last = list(reports), message.segments[-1]
    if last.name != "OBX" or last.field(11):
        return made
    for number, report in enumerate(made):
        if isinstance(report, TypingReport) and (loci := _stated_by(last, message, report)):
            made[number] = with_open_end(report, *loci)
            return made
    made[-1] = replace(made[-1], findings=(*made[-1].findings, CUT))
    return made


def _stated_by(last: Segment, message: Message, report: TypingReport) -> list[str]:
    """The loci that an OBX states; of one that states none (a gene, a local attribute) those of its OBX-4."""
    sub_id = last.value(4)
    beside = {each.where for each in message.segments if sub_id and each.name == "OBX" and each.value(4) == sub_id}
    return _at({last.where}, report.loci) or _at(beside, report.loci)


def _at(places: set[str], loci: Sequence[LocusTyping]) -> list[str]:
    return [each.locus for each in loci if any(printed.where in places for printed in each.references)]
