r"""The host's side of a host query (LIS02-A2): an analyser asks in a message H,Q,L what it is to measure.

    Q|1|^A9999||ALL        the second component of Q-3 names the specimen; the first, if any, the patient
    Q|1|2^1^  A9999^B      Sysmex: rack, place, the sample number padded, how it was read; sent back as it came
    Q|1|ALL                everything there is for this analyser

The answer is H,P,O,..,L with the analyser's own delimiters, one order for each specimen that is in the work list, or
H,L with the code I (no information) if none is.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

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


def answers(message: bytes, worklist: Worklist, instrument: str, *, sender: str, now: datetime) -> list[bytes]:
    """The messages to send back for a message of an analyser: one for each query in it, none for results."""
    if b"Q" not in message:
        return []
    try:
        asked = messages_of(message.decode(LOSSLESS))
    except ParseError:
        return []  # it is in quarantine with the reason; there is nothing to answer
    return [
        _answer(records, worklist, instrument, sender, now)
        for records in asked
        if any(_is_query(record) for record in records)
    ]


def _is_query(record: Record) -> bool:
    return record.type == "Q" and record.raw(13) != ABORTED


def _answer(records: list[Record], worklist: Worklist, instrument: str, sender: str, now: datetime) -> bytes:
    header = records[0]
    delimiters = header.delimiters
    found = [each for record in records if _is_query(record) for each in _found(record, worklist, instrument)]
    lines = [_header(header, sender, now)]
    for number, (named, order) in enumerate(found, start=1):
        lines.append(write_record(["P", str(number), order.subject], delimiters))
        lines.append(_order(named, order, delimiters))
    lines.append(write_record(["L", "1", NORMAL if found else NO_INFORMATION], delimiters))
    return "".join(lines).encode(LOSSLESS, "replace")


def _found(query: Record, worklist: Worklist, instrument: str) -> Iterator[Asked]:
    for repeat in query.raw(3).split(query.delimiters.repeat):
        parts = repeat.split(query.delimiters.component)
        named = tuple(unescape(part, query.delimiters) for part in parts)
        if repeat.strip().upper() == EVERYTHING:
            yield from (((order.specimen,), order) for order in worklist.for_instrument(instrument))
        elif order := _order_for(named, worklist, instrument):
            yield named, order


def _order_for(named: tuple[str, ...], worklist: Worklist, instrument: str) -> Order | None:
    """The order for the one component that the work list knows; the later ones first, as the patient's comes before."""
    candidates = (part.strip() for part in reversed(named))
    return next((order for part in candidates if part and (order := worklist.of(part, instrument))), None)


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
