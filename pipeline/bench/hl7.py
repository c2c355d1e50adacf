"""HL7 v2: our tokeniser and our renderer beside python-hl7 and hl7apy, on one invented message of 20 OBX.

"Every component" reads each one of them and decodes its escapes; without it, a tokeniser may leave the splitting for
later. Figures are the best of several rounds. python-hl7 is a peer only: where it is not installed its row says so.
"""

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from itertools import cycle
from typing import Any

from parsers.er7 import Message, parse_message, serialise, unescape
from pipeline.bench.figures import Figure, rate
from pipeline.hl7.message import Envelope, read, render
from pipeline.normalise.records import Identifier, NormalObservation, NormalObservations

ROUNDS = 5
SECONDS = 0.2
GOAL_HL7APY = 100
GOAL_PYTHON_HL7 = 3


def report(number: int) -> NormalObservations:
    """Twenty values of one specimen; no two numbers share a value."""
    return NormalObservations(
        sample=Identifier(scheme="DIN", value="A999924000123", printed="A999924000123"),
        subject=Identifier(scheme="GRID", value="9999TEST00000000118", printed="9999TEST00000000118"),
        report_id=f"F-{number}",
        date="2026-11-20T08:41",
        observations=tuple(_observation(f"{number}.{place}", place) for place in range(20)),
    )


def _observation(value: str, place: int) -> NormalObservation:
    return NormalObservation(
        label=f"Invented count {place}",
        code="6690-2",
        system="LN",
        value=value,
        number=float(value),
        unit="10*9/L",
        reference_range="4.0-11.0",
        analyser_flags=("H",),
        status="F",
        time="2026-11-20T08:41",
    )


ENVELOPE = Envelope(control_id="R1-abcdef.0", sent_at="2026-11-20T08:41:00Z", facility="Invented laboratory")
MESSAGE = render(report(0), ENVELOPE)
REPORTS = 500
"""Different ones, so that the renderer cannot remember their rows."""


def run(lasting: float = SECONDS, rounds: int = ROUNDS) -> list[Figure]:
    """Messages a second, ours and theirs, and how many times faster ours are; rounds last so many seconds."""

    def messages(work: Callable[[], object]) -> float:
        return rate(work, lasting, rounds)

    reports = cycle([report(number) for number in range(REPORTS)])
    parsed = parse()
    whole, written = messages(parse_to_the_last_component), messages(lambda: serialise(parsed))
    return [
        Figure("tokenise", messages(parse), "messages/s", "fields split when asked for"),
        Figure("tokenise, every component", whole, "messages/s"),
        Figure("write a parsed message", written, "messages/s"),
        Figure("render a report", messages(lambda: render(next(reports), ENVELOPE)), "messages/s"),
        Figure("read back into a report", messages(lambda: read(MESSAGE)), "messages/s"),
        *beside_hl7apy(messages, whole, written),
        *beside_python_hl7(messages, whole, written),
    ]


def beside_hl7apy(messages: Callable[[Callable[[], object]], float], whole: float, written: float) -> list[Figure]:
    """The same with hl7apy."""
    hl7apy: Any = importlib.import_module("hl7apy.parser")
    parsed = hl7apy.parse_message(MESSAGE)
    return beside(
        "hl7apy",
        messages(lambda: hl7apy.parse_message(MESSAGE)),
        messages(parsed.to_er7),
        (whole, written),
        GOAL_HL7APY,
    )


def beside_python_hl7(messages: Callable[[Callable[[], object]], float], whole: float, written: float) -> list[Figure]:
    """The same with python-hl7, if it is installed."""
    if find_spec("hl7") is None:
        return [Figure("python-hl7", None, "messages/s", "not installed")]
    hl7: Any = importlib.import_module("hl7")
    parsed = hl7.parse(MESSAGE)
    return beside(
        "python-hl7",
        messages(lambda: hl7.parse(MESSAGE)),
        messages(lambda: str(parsed)),
        (whole, written),
        GOAL_PYTHON_HL7,
    )


def beside(peer: str, parsing: float, writing: float, ours: tuple[float, float], goal: int) -> list[Figure]:
    """A peer's rates, and ours (every component, a parsed message written) as multiples of them."""
    return [
        Figure(f"tokenise, {peer}", parsing, "messages/s"),
        Figure(f"every component, of {peer}", ours[0] / parsing, "times", f"goal: {goal}"),
        Figure(f"write a parsed message, {peer}", writing, "messages/s"),
        Figure(f"write a parsed message, of {peer}", ours[1] / writing, "times", f"goal: {goal}"),
    ]


def parse() -> Message:
    """The message, its fields split when they are asked for."""
    return parse_message(MESSAGE)


def parse_to_the_last_component() -> list[str]:
    """Every component of the message as a value."""
    parsed = parse_message(MESSAGE)
    encoding = parsed.encoding
    return [unescape(text, encoding) for segment in parsed.segments for *_, text in segment.leaves()]
