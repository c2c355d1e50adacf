"""The orders of an ORU^R01 message: which results, notes and specimens belong together.

    MSH [PID [NTE...]] { [ORC] OBR [NTE...] { OBX [NTE...] }... [SPM...] }...

The standard puts SPM behind the results; many senders put it before them, or leave out OBR. What stands between two
OBR belongs to the first of them, and what stands before the first belongs to it as well. Where a patient's first SPM
stands before the first OBR and the first OBX, the sender puts it in front: then one that stands behind the results of
an OBR belongs to the next.
"""

import re
from typing import NamedTuple

from parsers.er7 import Message, Segment
from parsers.errors import ParseError
from parsers.hl7_codes import LOINC_ALONE, Coding

_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")


class Result(NamedTuple):
    """An OBX with the notes behind it; `locus` and `misspelt` are as `Coding.observed` gives them.

    `code` and `system` are OBX-3.1 and OBX-3.3, what was observed; `sub_id` is OBX-4, which groups results of an order.
    """

    obx: Segment
    notes: list[Segment]
    locus: str | None
    code: str
    system: str
    misspelt: bool
    sub_id: str


class Order(NamedTuple):
    """One OBR with its patient, results and specimens; `notes` are those of the order, `remarks` the patient's."""

    header: Segment
    patient: Segment | None
    request: Segment | None
    results: list[Result]
    specimens: list[Segment]
    notes: list[Segment]
    remarks: list[Segment]

    @property
    def status(self) -> str:
        """OBR-25, the status of all results together; empty where none is stated."""
        return self.request.value(25).strip() if self.request else ""


def orders_of(message: Message, coding: Coding = LOINC_ALONE) -> list[Order]:
    """The orders of a message that hold results. Raises ParseError on a line that is no segment."""
    orders = [_empty(message.header, None)]
    for segment in message.segments[1:]:
        if not _NAME.fullmatch(segment.name) or segment.line[3:4] not in ("", segment.encoding.field):
            raise _not_a_segment(segment)
        _place(segment, orders, coding)
    return [order for order in orders if order.results]


def _empty(header: Segment, patient: Segment | None) -> Order:
    return Order(header, patient, None, [], [], [], [])


def _place(segment: Segment, orders: list[Order], coding: Coding) -> None:
    order = orders[-1]
    match segment.name:
        case "PID":
            orders.append(_empty(order.header, segment))
        case "OBR" if order.request is None and not order.results:
            orders[-1] = order._replace(request=segment)
        case "OBR":
            specimens = _taken_in_front(orders)
            orders.append(_empty(order.header, order.patient)._replace(request=segment, specimens=specimens))
        case "OBX":
            code, system, locus, misspelt = coding.observed(segment)
            order.results.append(Result(segment, [], locus, code, system, misspelt, segment.text(4)))
        case "SPM":
            order.specimens.append(segment)
        case "NTE":
            _notes_before(order).append(segment)


def _taken_in_front(orders: list[Order]) -> list[Segment]:
    """The specimens that stand in front of the next OBR, taken from the order before it."""
    order = orders[-1]
    first = next(each for each in orders if each.patient is order.patient)
    last = order.results[-1].obx if order.results else order.request
    if last is None or not first.specimens or first.specimens[0].number > _start(first):
        return []
    in_front = [each for each in order.specimens if each.number > last.number]
    order.specimens[:] = [each for each in order.specimens if each.number < last.number]
    return in_front


def _start(order: Order) -> int:
    """The number of the first segment that is the order itself, not what stands in front of it."""
    own = (order.request, *(each.obx for each in order.results[:1]))
    return min(each.number for each in own if each)


def _notes_before(order: Order) -> list[Segment]:
    """The notes of what was named last: a result, the order, or the patient."""
    return order.results[-1].notes if order.results else order.notes if order.request else order.remarks


def _not_a_segment(segment: Segment) -> ParseError:
    return ParseError(
        "a line of this message is not a segment",
        found=segment.line,
        where=f"segment {segment.number}",
        expected="three letters and a field separator, such as OBX|",
        advice="A line end inside a value must be sent as an escape.",
    )
