"""The command that writes typings for others: write."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.answers import counted
from pipeline.cli.session import Here, Session

if TYPE_CHECKING:
    from parsers.records import TypingReport


@dataclass
class Sender:
    """What a document says of its sender, and a report does not print.

    Parameters
    ----------
    centre
        HML: the reporting centre's id.
    organisation
        WMDA: the listing organisation.
    pool
        WMDA and Atlas: the donor pool.
    date
        A day (2026-11-01) for typings that print none.
    """

    centre: str = ""
    organisation: str = ""
    pool: str = ""
    date: str = ""


Target = Literal["hml", "fhir", "glsc", "wmda", "atlas"]


def write(
    target: Target,
    what: str,
    *,
    format_name: str = "",
    sender: Annotated[Sender | None, Parameter(name="*")] = None,
    session: Here,
) -> int:
    """Print the typings of a file or a receipt in the format of a registry, a clinic or a matcher.

    Parameters
    ----------
    target
        hml (HML 1.0.1), fhir (FHIR R4), glsc (a table of GL String Codes), wmda (inventory XML), atlas (donor import).
    what
        A file, or a receipt's id.
    format_name
        The format to read a file as; found out if not given.
    """
    from pipeline.exchange.record import Dispatch  # noqa: PLC0415
    from pipeline.exchanging import written  # noqa: PLC0415

    records, document, moment = _records(what, format_name, session)
    if records is None:
        return 2
    facility = session.site.settings.site.name
    dispatch = Dispatch(document_id=document, written=moment, facility=facility, **asdict(sender or Sender()))
    made = written(target, records, dispatch)
    if session.answers.json:
        left_out = [each._asdict() for each in made.left_out]
        session.answers.object({"document": made.text, "left_out": left_out})
    else:
        session.answers.out.write(made.text)
        for each in made.left_out:
            session.answers.say(f"left out: {each.locus or 'the whole sample'}: {each.reason}")
    if made.left_out:
        session.answers.say(f"{counted(len(made.left_out), 'statement')} left out")
    return int(bool(made.left_out) or not made.text)


def _records(what: str, format_name: str, session: Session) -> "tuple[list[TypingReport] | None, str, str]":
    """The typings, an id for the document, and its time; no typings if there is nothing of this name."""
    path = session.at(Path(what))
    if path.exists():
        return _of_file(path, session.format_named(format_name), session)
    from pipeline.cli.records import found_receipt  # noqa: PLC0415
    from pipeline.exchanging import records_of_receipt  # noqa: PLC0415

    found = found_receipt(what, session)
    if found is None:
        return None, "", ""
    return records_of_receipt(found["reports"]), found["sha256"][:16], found["received"]


def _of_file(path: Path, format_name: str, session: Session) -> "tuple[list[TypingReport] | None, str, str]":
    from parsers.errors import ParseError  # noqa: PLC0415
    from pipeline.exchanging import document_id, records_of_file  # noqa: PLC0415
    from pipeline.reading import read_file  # noqa: PLC0415

    raw = path.read_bytes()
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    try:
        reading = read_file(raw, path.name, format_name, session.site.bench)
    except ParseError as error:
        session.answers.say(f"{path}: {error.explain()}")
        return [], document_id(raw), moment
    return records_of_file(reading, session.site.bench.normaliser), document_id(raw), moment
