"""HL7 v2: our tokeniser and our renderer beside python-hl7 and hl7apy, on one invented message of 20 OBX.

"Every component" reads each one of them and decodes its escapes; without it, a tokeniser may leave the splitting for
later. Figures are the best of several rounds. python-hl7 is a peer only: where it is not installed its row says so.
"""

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from itertools import cycle
from typing import Any

from parsers.er7 import Message, parse_message, unescape
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


Rows = list[tuple[str, list[tuple[int, str]]]]
"""Segments as their names and their fields' numbers and values, escaped: what a peer builds a message from."""


def run(lasting: float = SECONDS, rounds: int = ROUNDS) -> list[Figure]:
    """Messages a second, ours and theirs, and how many times faster ours are; rounds last so many seconds."""

    def messages(work: Callable[[], object]) -> float:
        return rate(work, lasting, rounds)

    reports = cycle([report(number) for number in range(REPORTS)])
    whole, rendered = messages(parse_to_the_last_component), messages(lambda: render(next(reports), ENVELOPE))
    return [
        Figure("tokenise", messages(parse), "messages/s", "into fields; components when asked for"),
        Figure("tokenise, every component", whole, "messages/s"),
        Figure("render a report", rendered, "messages/s"),
        Figure("read back into a report", messages(lambda: read(MESSAGE)), "messages/s"),
        *beside_hl7apy(messages, whole, rendered),
        *beside_python_hl7(messages, whole, rendered),
    ]


def beside_hl7apy(messages: Callable[[Callable[[], object]], float], whole: float, rendered: float) -> list[Figure]:
    """The same with hl7apy."""
    parser: Any = importlib.import_module("hl7apy.parser")
    core: Any = importlib.import_module("hl7apy.core")
    rows = segment_rows()

    def build() -> list[str]:
        return [_with_hl7apy(core, name, fields) for name, fields in rows]

    theirs = (messages(lambda: parser.parse_message(MESSAGE)), messages(build))
    return beside("hl7apy", theirs, (whole, rendered), GOAL_HL7APY)


def _with_hl7apy(core: Any, name: str, fields: list[tuple[int, str]]) -> str:
    segment = core.Segment(name, version="2.5.1")
    for number, value in fields:
        setattr(segment, f"{name.lower()}_{number}", value)
    text: str = segment.to_er7()
    return text


def beside_python_hl7(messages: Callable[[Callable[[], object]], float], whole: float, rendered: float) -> list[Figure]:
    """The same with python-hl7, if it is installed."""
    if find_spec("hl7") is None:
        return [Figure("python-hl7", None, "messages/s", "not installed")]
    hl7: Any = importlib.import_module("hl7")
    rows = segment_rows()

    def build() -> str:
        return str(hl7.Message("\r", [_with_python_hl7(hl7, name, fields) for name, fields in rows]))

    return beside(
        "python-hl7", (messages(lambda: hl7.parse(MESSAGE)), messages(build)), (whole, rendered), GOAL_PYTHON_HL7
    )


def _with_python_hl7(hl7: Any, name: str, fields: list[tuple[int, str]]) -> Any:
    cells = [name] + [""] * max(number for number, _ in fields)
    for number, value in fields:
        cells[number] = value
    return hl7.Segment("|", [hl7.Field("~", [_repetition(hl7, each) for each in cell.split("~")]) for cell in cells])


def _repetition(hl7: Any, text: str) -> Any:
    return hl7.Repetition("^", [hl7.Component("&", component.split("&")) for component in text.split("^")])


def segment_rows() -> Rows:
    """The segments behind the header, whose separators are a special case in both libraries."""
    return [
        (
            segment.name,
            [(number, segment.field(number)) for number in range(1, len(segment.fields)) if segment.field(number)],
        )
        for segment in parse().segments
        if segment.name != "MSH"
    ]


def beside(peer: str, theirs: tuple[float, float], ours: tuple[float, float], goal: int) -> list[Figure]:
    """A peer's rates at parsing and at building the message, and ours as multiples of them."""
    parsing, building = theirs
    return [
        Figure(f"tokenise, {peer}", parsing, "messages/s"),
        Figure(f"every component, of {peer}", ours[0] / parsing, "times", f"goal: {goal}"),
        Figure(f"build the same segments, {peer}", building, "messages/s"),
        Figure(f"render a report, of {peer}", ours[1] / building, "times", f"goal: {goal}"),
    ]


def parse() -> Message:
    """The message in its segments and fields, which are split no further before they are asked for."""
    return parse_message(MESSAGE)


def parse_to_the_last_component() -> list[str]:
    """Every component of the message as a value."""
    parsed = parse_message(MESSAGE)
    encoding = parsed.encoding
    return [
        unescape(text, encoding)
        for segment in parsed.segments
        for number in segment.filled()
        for *_, text in segment.leaves(number)
    ]
