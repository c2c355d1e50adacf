"""What hl7apy, the HL7 authority of the house, says about a message.

It is slow (some twenty messages a second) and silently leaves out segments that it has no place for, so it never
stands in the way of the messages: tests and `check` ask it, and what it left out is a problem too.
"""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from parsers.er7 import parse_message


def problems(message: str) -> list[str]:
    """Every breach of HL7 in a message, in plain words; none for a message that is right."""
    from hl7apy.exceptions import HL7apyException  # noqa: PLC0415  # half a second, and only here
    from hl7apy.parser import parse_message as judge  # noqa: PLC0415

    try:
        judged = judge(message)
    except HL7apyException as refusal:
        return [f"it cannot be read: {refusal}"]
    return [*_verdicts(judged), *_left_out(message, judged.to_er7())]


def _verdicts(judged: Any) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.txt"
        try:
            judged.validate(report_file=str(report))
        except Exception as refusal:  # hl7apy raises whatever its first error happens to be
            return _errors_in(report) or [str(refusal)]
        return _errors_in(report)


def _errors_in(report: Path) -> list[str]:
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    return [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]


def _left_out(message: str, judged: str) -> list[str]:
    kept = Counter(segment.name for segment in parse_message(judged).segments)
    names = Counter(segment.name for segment in parse_message(message).segments)
    return [f"{count} {name} stand where the standard has no place for them" for name, count in (names - kept).items()]
