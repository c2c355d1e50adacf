"""Where orders go that come over MLLP: into the work list, not into the spool, for they are no results."""

from collections.abc import Sequence

from instruments.errors import Refused
from instruments.links.link import Message, Part
from instruments.sources.source import Intake, Settled
from parsers.errors import ParseError
from pipeline.errors import SiteError
from pipeline.worklist.hl7_orders import WrongKind, read_orders
from pipeline.worklist.orders import Worklist


class OrderIntake:
    """The `Intake` of a sender of orders: what is acknowledged is in the work list on disk."""

    def __init__(self, worklist: Worklist) -> None:
        self._worklist = worklist

    def put(self, event: Part | Message) -> Settled:
        """The function that puts the orders of a message, which come in one piece, into the work list."""
        return lambda: self.keep(event.payload, whole=event.whole) if isinstance(event, Message) else None

    def keep(self, payload: bytes, *, name: str = "", whole: bool = True, note: str = "") -> str:
        """Put the orders of a message into the work list. Raises Refused, with HL7's code for the reason."""
        del name, note
        if not whole:
            return ""  # it was not acknowledged; the sender has it still
        try:
            self._worklist.change(read_orders(payload))
        except WrongKind as refusal:
            raise Refused(str(refusal), code="200", for_good=True) from refusal
        except ParseError as refusal:
            raise Refused(str(refusal), code="101", for_good=True) from refusal
        except (SiteError, OSError) as fault:
            raise Refused("the work list cannot be written") from fault
        return ""

    def keep_all(self, payloads: Sequence[bytes], names: Sequence[str] = ()) -> None:
        """One after the other."""
        del names
        for payload in payloads:
            self.keep(payload)

    def parts(self) -> list[bytes]:
        """Nothing is ever left over."""
        return []

    def noise(self, payload: bytes, reason: str) -> None:
        """What is no order is of no interest."""


_: type[Intake] = OrderIntake
