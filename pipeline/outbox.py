"""Delivering what the store has for its peers: the outbox of one destination, as a courier sees it."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from instruments.links.mllp_sender import Outcome, Reply
from instruments.sources.courier import Letter, Outbox, Settlement
from parsers.er7 import parse_message
from parsers.errors import ParseError
from pipeline.decisions import Delivery, decide, record
from pipeline.errors import SiteError
from pipeline.spool.spool import Spool
from pipeline.store.outbox import listed, opened, waiting
from pipeline.store.store import Store

AT_ONCE: Final = 100
OUTCOMES: Final[dict[str, Outcome]] = {
    "AA": "accepted",
    "CA": "accepted",
    "AE": "refused",
    "CE": "refused",
    "AR": "rejected",
    "CR": "rejected",
}
"""HL7 table 0008."""


def open_destinations(spool: Spool, store: Store, names: Iterable[str]) -> None:
    """Have peers that are new begin with what is loaded from now on. Raises Unavailable."""
    for name in sorted(set(names) - opened(store)):
        decide(spool, Delivery(name, "opened", store.last_seq))


class SiteOutbox:
    """The messages of one destination. What is settled stays settled here until the store says so too."""

    def __init__(self, destination: str, spool: Spool, store: Callable[[], Store]) -> None:
        self._destination = destination
        self._spool = spool
        self._store = store
        self._letters: deque[Letter] = deque()
        self._settled: set[tuple[int, int]] = set()

    def oldest(self) -> Letter | None:
        """The message that is due; None while there is none, or the store is out of reach."""
        if not self._letters:
            try:
                self._look()
            except SiteError:
                return None
        return self._letters[0] if self._letters else None

    def settle(self, letter: Letter, outcome: Settlement, answer: str) -> None:
        """Keep what became of the message. Raises Refused; the same message is then due again."""
        seq, ordinal = letter.number
        record(self._spool, Delivery(self._destination, outcome, seq, ordinal, answer))
        self._settled.add(letter.number)
        self._letters.popleft()

    def _look(self) -> None:
        rows = list(waiting(self._store(), self._destination, AT_ONCE + len(self._settled)))
        found = {(row["seq"], row["ordinal"]): row for row in rows}
        self._settled &= found.keys()
        self._letters += [
            Letter(number, f"{row['receipt']}.{row['ordinal']}", row["message"].encode())
            for number, row in found.items()
            if number not in self._settled
        ]


_: type[Outbox] = SiteOutbox


def read_reply(payload: bytes) -> Reply | None:
    """What an acknowledgement says; None for anything else."""
    try:
        message = parse_message(payload)
    except ParseError:
        return None
    verdict = next(message.named("MSA"), None)
    if verdict is None or verdict.value(1) not in OUTCOMES:
        return None
    conditions = [segment.value(3) for segment in message.named("ERR") if segment.value(3).isdigit()]
    return Reply(verdict.value(2), OUTCOMES[verdict.value(1)], " ".join([verdict.value(1), *conditions]))


def resubmit(spool: Spool, store: Store, message: str, destination: str = "") -> int:
    """Have a message delivered again, to every destination or this one; to how many. Raises Unavailable."""
    due = [row for row in listed(store) if row["message"] == message and destination in ("", row["destination"])]
    for row in due:
        decide(spool, Delivery(row["destination"], "waiting", row["seq"], row["ordinal"]))
    return len(due)
