"""HL7 v2: our tokeniser and our renderer beside python-hl7 and hl7apy, on one invented message of 20 OBX.

"Every component" reads each one of them and decodes its escapes; without it, a tokeniser may leave the splitting for
later. Figures are messages a second, the best of five rounds.
"""

import time
from collections.abc import Callable

import hl7
from hl7apy.parser import parse_message as hl7apy_parse

from parsers.er7 import Message, parse_message, unescape
from pipeline.hl7.message import Envelope, read, render
from pipeline.normalise.records import Identifier, NormalObservation, NormalObservations

ROUNDS = 5
SECONDS = 0.2

REPORT = NormalObservations(
    sample=Identifier(scheme="DIN", value="A999924000123", printed="A999924000123"),
    subject=Identifier(scheme="GRID", value="9999TEST00000000118", printed="9999TEST00000000118"),
    report_id="F-1",
    date="2026-11-20T08:41",
    observations=tuple(
        NormalObservation(
            label=f"Invented count {number}",
            code="6690-2",
            system="LN",
            value=f"{number}.5",
            number=number + 0.5,
            unit="10*9/L",
            reference_range="4.0-11.0",
            analyser_flags=("H",),
            status="F",
            time="2026-11-20T08:41",
        )
        for number in range(20)
    ),
)
ENVELOPE = Envelope(control_id="R1-abcdef.0", sent_at="2026-11-20T08:41:00Z", facility="Invented laboratory")
MESSAGE = render(REPORT, ENVELOPE)


def run() -> list[tuple[str, float, str]]:
    """The figures as rows of name, figure, unit."""
    ours, whole = rate(parse_ours), rate(parse_ours_to_the_last_component)
    python_hl7, hl7apy = rate(lambda: hl7.parse(MESSAGE)), rate(lambda: hl7apy_parse(MESSAGE))
    return [
        ("tokenise, ours", ours, "messages/s"),
        ("tokenise, ours, every component", whole, "messages/s"),
        ("tokenise, python-hl7", python_hl7, "messages/s"),
        ("tokenise, hl7apy", hl7apy, "messages/s"),
        ("every component, ours : python-hl7", whole / python_hl7, "times"),
        ("every component, ours : hl7apy", whole / hl7apy, "times"),
        ("render, ours", rate(lambda: render(REPORT, ENVELOPE)), "messages/s"),
        ("render, python-hl7 (from a parsed message)", rate(python_hl7_text()), "messages/s"),
        ("render, hl7apy (from a parsed message)", rate(hl7apy_text()), "messages/s"),
        ("read back into a report, ours", rate(lambda: read(MESSAGE)), "messages/s"),
    ]


def rate(work: Callable[[], object]) -> float:
    """Calls a second: the best of several rounds."""
    return max(one_round(work) for _ in range(ROUNDS))


def one_round(work: Callable[[], object]) -> float:
    """Calls a second over one round."""
    calls = 0
    start = now = time.perf_counter()
    while now - start < SECONDS:
        work()
        calls += 1
        now = time.perf_counter()
    return calls / (now - start)


def parse_ours() -> Message:
    """The message, its fields split when they are asked for."""
    return parse_message(MESSAGE)


def parse_ours_to_the_last_component() -> list[str]:
    """Every component of the message as a value."""
    parsed = parse_message(MESSAGE)
    encoding = parsed.encoding
    return [unescape(text, encoding) for segment in parsed.segments for *_, text in segment.leaves()]


def python_hl7_text() -> Callable[[], object]:
    """python-hl7 writing a message that it has parsed."""
    parsed = hl7.parse(MESSAGE)
    return lambda: str(parsed)


def hl7apy_text() -> Callable[[], object]:
    """hl7apy writing a message that it has parsed."""
    parsed = hl7apy_parse(MESSAGE)
    return parsed.to_er7  # type: ignore[no-any-return]  # hl7apy is not typed
