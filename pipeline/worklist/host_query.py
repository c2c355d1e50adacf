r"""The host's side of a host query (LIS02-A2): an analyser asks in a message H,Q,L what it is to measure.

    Q|1|^A9999||ALL        the second component of Q-3 names the specimen; the first, if any, the patient
    Q|1|A9999||ALL         the specimen alone
    Q|1|2^1^  A9999^B      Sysmex: rack, place, the sample number padded, how it was read; sent back as it came
    Q|1|ALL                everything there is for this analyser

Racks, places and patients have small numbers as specimens do, so nothing but the specimen's own component is looked up.
Which one that is where there are more than the standard's two, the analyser's model says (`query_specimen`); where it
does not, nothing is known.

The answer is H,P,O,..,L with the analyser's own delimiters, one order for each specimen that is in the work list, or
H,L with the code I (no information) if none is.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from parsers.astm_messages import Delimiters, Record, messages_of, unescape
from parsers.astm_writer import LOSSLESS, Written, write_header, write_record
from parsers.errors import ParseError
from pipeline.worklist.orders import Order, Worklist

ABORTED: Final = "A"
EVERYTHING: Final = "ALL"
NORMAL, NO_INFORMATION = "N", "I"
NEW_ORDER, ANSWER_TO_QUERY = "N", "Q"

Asked = tuple[tuple[str, ...], Order]
"""How the analyser named a specimen, and what is to be measured on it."""


class Asking(NamedTuple):
    """An analyser's name in the site file, what it is to measure, and which component of Q-3 names a specimen."""

    instrument: str
    worklist: Worklist
    place: int | None


def answers(
    message: bytes, worklist: Worklist, instrument: str, *, sender: str, now: datetime, place: int | None = None
) -> list[bytes]:
    """The messages to send back for a message of an analyser: one for each query in it, none for results.

    `place` is the number of the component of Q-3 that names the specimen; None for the standard's.
    """
    if b"Q" not in message:
        return []
    try:
        asked = messages_of(message.decode(LOSSLESS))
    except ParseError:
        return []  # it is in quarantine with the reason; there is nothing to answer
    return [
        _answer(records, Asking(instrument, worklist, place), sender, now)
        for records in asked
        if any(_is_query(record) for record in records)
    ]


def _is_query(record: Record) -> bool:
    return record.type == "Q" and record.raw(13) != ABORTED


def _answer(records: list[Record], asking: Asking, sender: str, now: datetime) -> bytes:
    header = records[0]
    delimiters = header.delimiters
    found = [each for record in records if _is_query(record) for each in _found(record, asking)]
    lines = [_header(header, sender, now)]
    for number, (named, order) in enumerate(found, start=1):
        lines.append(write_record(["P", str(number), order.subject], delimiters))
        lines.append(_order(named, order, delimiters))
    lines.append(write_record(["L", "1", NORMAL if found else NO_INFORMATION], delimiters))
    return "".join(lines).encode(LOSSLESS, "replace")


def _found(query: Record, asking: Asking) -> Iterator[Asked]:
    for repeat in query.raw(3).split(query.delimiters.repeat):
        parts = repeat.split(query.delimiters.component)
        named = tuple(unescape(part, query.delimiters) for part in parts)
        if repeat.strip().upper() == EVERYTHING:
            yield from (((order.specimen,), order) for order in asking.worklist.for_instrument(asking.instrument))
        elif order := asking.worklist.of(_specimen(named, asking.place), asking.instrument):
            yield named, order


def _specimen(named: tuple[str, ...], place: int | None) -> str:
    """The component that names the specimen; empty if there is none, or nobody has said which it is."""
    if place is not None:
        return "".join(named[place - 1 : place]).strip()
    return "" if any(part.strip() for part in named[2:]) else named[:2][-1].strip()


def _order(named: tuple[str, ...], order: Order, delimiters: Delimiters) -> str:
    tests = [("", "", "", test) for test in order.tests]
    specimen = named if len(named) > 2 else (order.specimen,)
    fields: list[Written] = [
        "O",
        "1",
        specimen,
        "",
        tests,
        order.priority,
        "",
        order.collected,
        "",
        "",
        "",
        NEW_ORDER,
        "",
        "",
        "",
    ]
    return write_record([*fields, order.material, *[""] * 9, ANSWER_TO_QUERY], delimiters)


def _header(asked: Record, sender: str, now: datetime) -> str:
    receiver = asked.components(5)[0] if asked.raw(5) else ""
    version = asked.raw(13)
    fields = ["", "", sender, "", "", "", "", receiver, "", "P", version, f"{now:%Y%m%d%H%M%S}"]
    return write_header(fields, asked.delimiters)
