"""What was decided once the bytes were in: frames of the spool like any other, so a rebuild takes the same decisions.

A person reads a quarantined receipt again, says which of two contradictory typings stands, or puts another nomenclature
release into use. What became of a message that went out is decided by its receiver.
"""

from typing import Literal

import msgspec

from instruments.errors import Refused
from pipeline.errors import IntegrityError, Unavailable
from pipeline.spool.frames import Envelope, Kind
from pipeline.spool.spool import Spool


class Resubmission(msgspec.Struct, frozen=True):
    """To read a quarantined receipt again, as another format if one is named."""

    seq: int
    format: str = ""


class Kept(msgspec.Struct, frozen=True):
    """That what a receipt says of these donors at these loci stands; all of them where none is named."""

    seq: int
    loci: tuple[str, ...] = ()
    donors: tuple[str, ...] = ()


class Renormalisation(msgspec.Struct, frozen=True):
    """To read under this release from here on, in place of the one before (empty: none)."""

    release: str
    before: str


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a message for one destination; `answer` is a code, never a value.

    `opened` says that the destination begins, and gets no message of receipts up to `seq`.
    """

    destination: str
    state: Literal["opened", "waiting", "sent", "refused"]
    seq: int
    ordinal: int = 0
    answer: str = ""


Decision = Resubmission | Kept | Renormalisation | Delivery
DECIDERS: dict[type[Decision], str] = {
    Resubmission: "quarantine",
    Kept: "review",
    Renormalisation: "renormalise",
    Delivery: "outbox",
}
"""Under which source each kind stands in the spool."""
_KINDS = {source: kind for kind, source in DECIDERS.items()}


def decide(spool: Spool, decision: Decision) -> Envelope:
    """Keep a decision; the loader carries it out. Raises Unavailable if it cannot be put on disk."""
    try:
        return record(spool, decision)
    except Refused as reason:
        raise Unavailable(f"the decision cannot be kept: {reason}") from reason


def record(spool: Spool, decision: Decision) -> Envelope:
    """The same for who tries again by itself. Raises Refused."""
    return spool.append(Kind.DECISION, DECIDERS[type(decision)], msgspec.json.encode(decision), refers=_about(decision))


def _about(decision: Decision) -> tuple[int, ...]:
    """The receipt that a decision is about, if it is about one."""
    if isinstance(decision, Renormalisation) or (isinstance(decision, Delivery) and decision.state == "opened"):
        return ()
    return (decision.seq,)


def decision_in(envelope: Envelope, payload: bytes) -> Decision | None:
    """The decision in a frame; None if it holds none. Raises IntegrityError for one that this program does not know."""
    if envelope.kind != Kind.DECISION:
        return None
    if envelope.source not in _KINDS:
        raise IntegrityError(
            f"frame {envelope.seq} of the spool is a decision of a kind that this program does not know "
            f'("{envelope.source}"): a newer one made it; install that one again'
        )
    return msgspec.json.decode(payload, type=_KINDS[envelope.source])
