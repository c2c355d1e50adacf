"""The instruments of the demo, each a thread with a part to play. All people and devices are invented.

Times in a part are fractions of the whole performance, so that it can be played in six seconds or in sixty.
"""

import threading
import time
from collections.abc import Callable
from itertools import pairwise

from instruments.simulated import analyser, export_folder
from instruments.simulated.astm_sender import SHORT_TIMERS, AstmSender, Faults
from instruments.simulated.mllp_client import MllpClient
from instruments.simulated.separator import SeparatorRun
from pipeline.demo.stage import SAMPLES, Stage

Tell = Callable[[str], None]
"""What an instrument has to say of its part, for the end."""
DIN = "A999924000123"
MEASURED = "20261120131500"


class Cue:
    """Keeps time for a part: waits until a fraction of the performance has passed, or until it is broken off."""

    def __init__(self, seconds: float, stop: threading.Event) -> None:
        self.seconds = seconds
        self._stop = stop
        self._began = time.monotonic()

    def at(self, fraction: float) -> bool:
        """Wait; false if the performance was broken off."""
        return not self._stop.wait(max(0.0, self._began + fraction * self.seconds - time.monotonic()))


def typing_laboratory(stage: Stage, cue: Cue, tell: Tell) -> None:
    """A share as it really is: renamed files, a slow one, re-exports, a broken file, and one that is no typing."""
    folder = stage.typing_folder
    renamed = ("donor-01.hml", "donor-02.hml", "donor-03.hml", "two-column-table.csv")
    for number, name in enumerate(renamed):
        cue.at(0.03 + 0.03 * number)
        export_folder.write_then_rename(folder, name, sample(name))
    export_folder.grow_slowly(folder, "donor-04.hml", sample("donor-04.hml"), pieces=8, pause=0.02 * cue.seconds)
    cue.at(0.35)
    export_folder.write_in_place(folder, "broken.hml", sample("broken.hml"))
    export_folder.write_in_place(folder, "not-a-typing.csv", sample("not-a-typing.csv"))
    cue.at(0.45)
    export_folder.write_then_rename(folder, "donor-01 re-export.hml", sample("donor-01.hml"))
    cue.at(0.5)
    export_folder.write_then_rename(folder, "donor-02 corrected.hml", sample("donor-02-corrected.hml"))
    for name in ("donor-05.hml", "donor-06.hml", "9999TEST00000000804_result.tsv"):
        export_folder.write_then_rename(folder, name, sample(name))
    tell("one report grew slowly on the share; it was taken when it was complete")
    tell("one report was exported again unchanged, one again with a correction")


def counting_analyser(stage: Stage, cue: Cue, tell: Tell) -> None:
    """Counts of a collected product over a serial line; one frame is garbled on the way, one ACK is lost."""
    faults = {
        "no fault": Faults(),
        "frame 3 was garbled on the way": Faults(garble=frozenset({3})),
        "the ACK of frame 4 was lost on the way": Faults(lose_ack=frozenset({4})),
    }
    for number, (happened, fault) in enumerate(faults.items()):
        cue.at(0.1 + 0.2 * number)
        message = analyser.records(
            specimen=DIN if number == len(faults) - 1 else f"INV-QC-{number}",
            counts=analyser.harvest_counts(number + 20),
            measured=MEASURED,
            control_id=str(number + 1),
        )
        sender = AstmSender(stage.analyser, settings=SHORT_TIMERS, faults=fault)
        repeated = sender.send(message)
        if repeated:
            tell(f"{happened}; it was sent again and taken once")


def cell_separator(stage: Stage, cue: Cue, tell: Tell) -> None:
    """A run that is streamed line by line, and the summary file it leaves at the end."""
    lines = list(SeparatorRun(din=DIN).lines())
    moments = [0.05 + 0.6 * number / len(lines) for number in range(len(lines) + 1)]
    for line, (moment, _) in zip(lines, pairwise(moments), strict=True):
        if not cue.at(moment):
            return
        stage.separator.write(line)
    cue.at(0.68)
    export_folder.write_then_rename(stage.summary_folder, "run-0042.txt", sample("separator-summary.txt"))
    tell(f"the run was streamed in {len(lines)} lines and left a summary file at its end")


def laboratory_system(stage: Stage, cue: Cue, tell: Tell) -> None:
    """ORU^R01 over MLLP; the second message is sent again, as a sender does whose link broke before the answer."""
    cue.at(0.15)
    with MllpClient(f"127.0.0.1:{stage.mllp_port}") as client:
        for moment, name in ((0.2, "oru-typing.hl7"), (0.4, "oru-cbc.hl7"), (0.55, "oru-cbc.hl7")):
            cue.at(moment)
            client.exchange(sample(name))
    tell("one message was sent twice, as by a sender that never saw the answer")


def sample(name: str) -> bytes:
    """An invented sample that comes with the program."""
    return (SAMPLES / name).read_bytes()


PARTS: dict[str, Callable[[Stage, Cue, Tell], None]] = {
    "typing-lab": typing_laboratory,
    "analyser": counting_analyser,
    "separator": cell_separator,
    "laboratory-system": laboratory_system,
}
