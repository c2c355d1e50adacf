"""Orders for the work list from HL7 v2: OML^O21, OML^O33 and ORM^O01.

    OML^O33   MSH [PID] { SPM { ORC OBR } }     the specimen stands before its orders
    OML^O21   MSH [PID] { ORC OBR [SPM] }       the specimen stands behind its order
    ORM^O01   MSH [PID] { ORC OBR }             no SPM: the filler's number (OBR-3), else the placer's (OBR-2)

ORC-1 says what becomes of an order: CA, DC, OC and CR withdraw it, XO, RP and RU put what follows in its place, all
else orders. Where RO follows, the replacement is there, and RP or RU names what is withdrawn for it. An order is known
by its number (ORC-2, else OBR-2), or by its test where it has none.

Its priority is the first of TQ1-9, OBR-5, OBR-27 and ORC-7 that says one which analysers know. PID-3 is taken as the
subject's pseudonym; names and birth dates are read by nobody here.
"""

from collections.abc import Iterator
from typing import NamedTuple

from parsers.er7 import Message, Segment, parse_message
from parsers.errors import ParseError
from pipeline.worklist.orders import PRIORITIES, ROUTINE, Order, Ordered

KINDS = frozenset({"OML", "ORM"})
WITHDRAWS = frozenset({"CA", "DC", "OC", "CR"})
CHANGES, REPLACES, REPLACEMENT = "XO", frozenset({"RP", "RU"}), "RO"


class WrongKind(ParseError):
    """A message that orders nothing."""


class _Request(NamedTuple):
    """An OBR with what stands before it: its ORC and TQ1, if it has any, and the number of its specimen."""

    obr: Segment
    orc: Segment | None
    timing: Segment | None
    specimen: str

    @property
    def control(self) -> str:
        return self.orc.value(1) if self.orc else ""

    @property
    def number(self) -> str:
        return (self.orc and self.orc.value(2)) or self.obr.value(2)

    @property
    def priority(self) -> str:
        stated = (each for each in self._priorities() if each in list(PRIORITIES))
        return next(stated, ROUTINE)

    def _priorities(self) -> Iterator[str]:
        if self.timing:
            yield self.timing.value(9)
        yield self.obr.value(5)
        yield self.obr.value(27, 6)
        if self.orc:
            yield self.orc.value(7, 6)

    def order(self, subject: str) -> Order:
        """What is ordered. Raises ParseError if it is not told on which specimen, or what."""
        specimen = self.specimen or self.obr.value(3) or self.obr.value(2)
        test = self.obr.value(4)
        if not specimen or not test:
            raise ParseError(
                "an order lacks its specimen or its test",
                where=self.obr.where,
                expected="SPM-2, OBR-3 or OBR-2, and OBR-4",
            )
        return Order(specimen=specimen, tests=(test,), priority=self.priority, subject=subject, number=self.number)


def read_orders(payload: bytes) -> Ordered:
    """The orders of a message. Raises WrongKind for another type of message, ParseError for one that lacks a number."""
    message = parse_message(payload)
    kind = message.header.value(9)
    if kind not in KINDS:
        raise WrongKind("the message is no order", where="MSH-9", expected="OML or ORM")
    subject = next((segment.value(3) for segment in message.named("PID")), "")
    requests = _requests(message)
    if not requests:
        raise ParseError("the message holds no order", expected="an OBR segment")
    controls = {each.control for each in requests}
    withdraws = WITHDRAWS | REPLACES if REPLACEMENT in controls else WITHDRAWS
    replaces = REPLACES - withdraws | {CHANGES}
    return Ordered(
        new=[each.order(subject) for each in requests if each.control not in withdraws | replaces],
        replacing=[each.order(subject) for each in requests if each.control in replaces],
        withdrawn=[each.order(subject) for each in requests if each.control in withdraws],
    )


def _requests(message: Message) -> list[_Request]:
    found: list[_Request] = []
    before = ""
    orc: Segment | None = None
    timing: Segment | None = None
    for segment in message.segments:
        if segment.name == "ORC":
            orc, timing = segment, None
        elif segment.name == "TQ1":
            timing = segment
        elif segment.name == "OBR":
            found.append(_Request(segment, orc, timing, before))
        elif segment.name == "SPM" and (number := segment.value(2)):
            if found and not found[-1].specimen:
                found[-1] = found[-1]._replace(specimen=number)
            else:
                before = number
    return found
