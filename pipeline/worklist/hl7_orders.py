"""Orders for the work list from HL7 v2: OML^O21, OML^O33 and ORM^O01.

    OML^O33   MSH [PID] { SPM { ORC OBR } }     the specimen stands before its orders
    OML^O21   MSH [PID] { ORC OBR [SPM] }       the specimen stands behind its order
    ORM^O01   MSH [PID] { ORC OBR }             no SPM: the filler's number (OBR-3), else the placer's (OBR-2)

ORC-1 says what becomes of an order: CA, DC, OC and CR withdraw it, everything else orders it. PID-3 is taken as the
subject's pseudonym; names and birth dates are read by nobody here.
"""

from typing import NamedTuple

from parsers.er7 import Message, Segment, parse_message
from parsers.errors import ParseError
from pipeline.worklist.orders import ROUTINE, Order

KINDS = frozenset({"OML", "ORM"})
WITHDRAWS = frozenset({"CA", "DC", "OC", "CR"})


class WrongKind(ParseError):
    """A message that orders nothing."""


class Ordered(NamedTuple):
    """What a message orders, and what it withdraws."""

    new: list[Order]
    withdrawn: list[Order]


class _Request(NamedTuple):
    control: str
    obr: Segment
    specimen: str


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
    new = [each for each in requests if each.control not in WITHDRAWS]
    withdrawn = [each for each in requests if each.control in WITHDRAWS]
    return Ordered(_by_specimen(new, subject), _by_specimen(withdrawn, subject))


def _requests(message: Message) -> list[_Request]:
    found: list[_Request] = []
    before, control = "", "NW"
    for segment in message.segments:
        if segment.name == "ORC":
            control = segment.value(1) or "NW"
        elif segment.name == "OBR":
            found.append(_Request(control, segment, before))
        elif segment.name == "SPM" and (number := segment.value(2)):
            if found and not found[-1].specimen:
                found[-1] = found[-1]._replace(specimen=number)
            else:
                before = number
    return found


def _by_specimen(requests: list[_Request], subject: str) -> list[Order]:
    tests: dict[str, list[str]] = {}
    for request in requests:
        specimen = request.specimen or request.obr.value(3) or request.obr.value(2)
        code = request.obr.value(4)
        if not specimen or not code:
            raise ParseError(
                "an order lacks its specimen or its test",
                where=request.obr.where,
                expected="SPM-2, OBR-3 or OBR-2, and OBR-4",
            )
        tests.setdefault(specimen, []).append(code)
    return [
        Order(specimen=specimen, tests=tuple(dict.fromkeys(codes)), priority=ROUTINE, subject=subject)
        for specimen, codes in tests.items()
    ]
