"""An instrument of a model, playing what it would send on a line: `graftline simulate`. Everything sent is invented."""

from collections.abc import Iterator
from typing import Final, Literal

from instruments.links.mllp import frame
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender, Faults, NotDelivered, PowerCut
from instruments.simulated.separator import SeparatorRun
from instruments.simulated.wire import Wire

Fault = Literal["garble", "lose-ack", "power-cut"]
MEASURED: Final = "20261120131500"
ORU: Final = (
    b"MSH|^~\\&|INVENTED|LAB|GRAFTLINE|SITE|20261120131500||ORU^R01^ORU_R01|%d|P|2.5.1\r"
    b"PID|1||INVENTED-1\rOBR|1|||58410-2^CBC panel^LN\r"
    b"OBX|1|NM|6690-2^Leukocytes^LN||5.6|10*3/uL^^UCUM|4.0-10.0|N|||F\r"
)


def known(link: str, format: str, faults: frozenset[Fault]) -> None:
    """Raises ValueError if nothing can be played for this link and format, or not with these faults."""
    if not link:
        raise ValueError("this model has no line: it leaves files in a folder")
    if link not in SCENES or (link == "lines" and format != "separator_log"):
        raise ValueError(f"nothing is known to play for {format} over the link {link}; see: graftline instruments")
    if faults and link != "astm":
        raise ValueError(f"--fault is for models whose link is astm, and the link of this one is {link}")


def play(link: str, wire: Wire, count: int, faults: frozenset[Fault]) -> Iterator[str]:
    """Send so many messages as an instrument with this link does; what happened to each.

    Raises NotDelivered, OSError.
    """
    for number in range(1, count + 1):
        yield SCENES[link](wire, number, faults)


def _analyser(wire: Wire, number: int, faults: frozenset[Fault]) -> str:
    message = records(
        specimen=f"INVENTED-{number}", counts=harvest_counts(number), measured=MEASURED, control_id=str(number)
    )
    sender = AstmSender(
        wire,
        faults=Faults(
            garble=frozenset({2}) if "garble" in faults else frozenset(),
            lose_ack=frozenset({3}) if "lose-ack" in faults else frozenset(),
            power_cut_after=4 if "power-cut" in faults else 0,
        ),
    )
    try:
        repeated = sender.send(message)
    except PowerCut:
        return "the power was cut in the middle of the message"
    return f"acknowledged, {repeated} frames were sent again"


def _hl7_sender(wire: Wire, number: int, _faults: frozenset[Fault]) -> str:
    wire.write(frame(ORU % number))
    if not wire.read(10.0):
        raise NotDelivered("no answer came")
    return "answered"


def _separator(wire: Wire, _number: int, _faults: frozenset[Fault]) -> str:
    lines = list(SeparatorRun().lines())
    for line in lines:
        wire.write(line)
    return f"{len(lines)} lines of a run were printed"


SCENES: Final = {"astm": _analyser, "mllp": _hl7_sender, "lines": _separator}
