"""The targets that a record can be written for, by name, and what each of them may be told.

A report that nobody may use (a test message, a result of whom nobody knows) is written for none. What a target cannot
say beside a typing, it is not given: a patient's where every entry is a donor, a preliminary result where every result
is final, names that mean nothing here where whoever reads them takes them for checked.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from parsers.records import TypingReport
from pipeline.exchange import atlas, fhir, glsc, hml, wmda
from pipeline.exchange.record import NOTHING_LEFT, Dispatch, LeftOut, Record, Written, preliminary_loci
from pipeline.normalise.roles import is_recipient

PATIENT = "it is a patient's typing, and the target would show it as a donor's"
NOT_FINAL = "the sender calls this result preliminary, and the target would show it as final"
Said = Literal["patients", "preliminary", "unread"]
"""What a target may be able to hold so that its reader sees what it is: an unread locus has names unknown here."""


class Target(NamedTuple):
    """A target: how it is written, and the format that reads it back.

    `says` is what it can tell from a donor's final, understood typing; `accepted` whether the shape was held against a
    schema or examples of the receiver.
    """

    title: str
    suffix: str
    writer: Callable[[Sequence[TypingReport], Dispatch], Written]
    reader: str
    says: frozenset[Said]
    accepted: bool

    def write(self, records: Sequence[Record], dispatch: Dispatch) -> Written:
        """One document of all records that the target may be told of."""
        left_out: list[LeftOut] = []
        told = [report for each in records if (report := self._told(each, left_out))]
        made = self.writer(told, dispatch)
        return made._replace(left_out=left_out + made.left_out)

    def _told(self, record: Record, left_out: list[LeftOut]) -> TypingReport | None:
        """What the target is told of a record; the rest is added to `left_out`."""
        report = record.report
        name = report.sample or report.subject
        patient = PATIENT if is_recipient(report.project) and "patients" not in self.says else ""
        if reason := record.barred or patient:
            left_out.append(LeftOut(name, "", reason))
            return None
        refused = self._refused(record)
        left_out += [LeftOut(name, report.loci[place].locus, reason) for place, reason in refused.items()]
        if refused and len(refused) == len(report.loci):
            left_out.append(LeftOut(name, "", NOTHING_LEFT))
            return None
        return replace(report, loci=tuple(each for place, each in enumerate(report.loci) if place not in refused))

    def _refused(self, record: Record) -> dict[int, str]:
        """The places of the loci that the target is not told of, and why; one without a name is the writer's matter."""
        unread = {} if "unread" in self.says else dict(record.unread)
        early = frozenset() if "preliminary" in self.says else preliminary_loci(record.report)
        loci = enumerate(record.report.loci)
        refused = {
            place: NOT_FINAL if each.locus in early else unread.get(place, "") for place, each in loci if each.locus
        }
        return {place: reason for place, reason in refused.items() if reason}


TARGETS = {
    "hml": Target(
        title="HML 1.0.1",
        suffix=".xml",
        writer=hml.write,
        reader="hml",
        says=frozenset({"patients", "unread"}),
        accepted=True,
    ),
    "fhir": Target(
        title="FHIR R4 bundle",
        suffix=".json",
        writer=fhir.write,
        reader="fhir",
        says=frozenset({"patients", "preliminary", "unread"}),
        accepted=True,
    ),
    "glsc": Target(
        title="GL String Code table",
        suffix=".csv",
        writer=glsc.write,
        reader="glstring_table",
        says=frozenset({"unread"}),
        accepted=True,
    ),
    "wmda": Target(
        title="WMDA inventory XML",
        suffix=".xml",
        writer=wmda.write,
        reader="wmda_inventory",
        says=frozenset(),
        accepted=False,
    ),
    "atlas": Target(
        title="Atlas donor import",
        suffix=".json",
        writer=atlas.write,
        reader="atlas_donors",
        says=frozenset(),
        accepted=False,
    ),
}
