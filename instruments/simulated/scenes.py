"""An instrument of a model, playing what it would send on a line: `graftline simulate`. Everything sent is invented."""

from collections.abc import Iterator
from typing import Final, Literal

from instruments.links.mllp import frame
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender, Faults, PowerCut
from instruments.simulated.separator import SeparatorRun
from instruments.simulated.wire import Wire

Fault = Literal["garble", "lose-ack", "power-cut"]
MEASURED: Final = "20261120131500"
ORU: Final = (
    b"MSH|^~\\&|INVENTED|LAB|GRAFTLINE|SITE|20261120131500||ORU^R01^ORU_R01|%d|P|2.5.1\r"
    b"PID|1||INVENTED-1\rOBR|1|||58410-2^CBC panel^LN\r"
    b"OBX|1|NM|6690-2^Leukocytes^LN||5.6|10*3/uL^^UCUM|4.0-10.0|N|||F\r"
)


def play(link: str, wire: Wire, count: int, faults: frozenset[Fault]) -> Iterator[str]:
    """Send so many messages as an instrument with this link does; what happened to each. Raises ValueError, OSError."""
    if link not in SCENES:
        raise ValueError(f"nothing is known to play over the link {link}; expected {', '.join(SCENES)}")
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
    return "answered" if wire.read(10.0) else "no answer came"


def _separator(wire: Wire, _number: int, _faults: frozenset[Fault]) -> str:
    lines = list(SeparatorRun().lines())
    for line in lines:
        wire.write(line)
    return f"{len(lines)} lines of a run were printed"


SCENES: Final = {"astm": _analyser, "mllp": _hl7_sender, "lines": _separator}
