"""The command that writes typings for others: write."""

from dataclasses import asdict, dataclass
from datetime import date as calendar_day
from typing import Annotated, Literal

from cyclopts import Parameter

from parsers.errors import ParseError
from pipeline.cli.answers import counted
from pipeline.cli.session import FormatName, Here
from pipeline.cli.sides import side_of


def is_day(_: type, text: str) -> None:
    """Raises ValueError for what is no day, or not written as one."""
    try:
        written = calendar_day.fromisoformat(text).isoformat() if text else text
    except ValueError:
        written = ""
    if written != text:
        raise ValueError("expected a day such as 2026-11-01")


Day = Annotated[str, Parameter(validator=is_day)]


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
    date: Day = ""


Target = Literal["hml", "fhir", "glsc", "wmda", "atlas"]


def write(
    target: Target,
    what: str,
    *,
    format_name: FormatName = "",
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
    from pipeline.exchange.record import Dispatch, record_of  # noqa: PLC0415
    from pipeline.exchange.targets import TARGETS  # noqa: PLC0415
    from pipeline.reading import is_grave  # noqa: PLC0415

    try:
        typings, document_id, moment = side_of(what, format_name, session)
    except ParseError as error:
        session.answers.say(f"{what}: {error.explain()}")
        return 1
    meaning = session.site.working_bench.normaliser.typings
    facility = session.site.settings.site.name
    dispatch = Dispatch(document_id=document_id, written=moment, facility=facility, **asdict(sender or Sender()))
    pairs = [(each, meaning.normalise(each)) for each in typings]
    made = TARGETS[target].write([record_of(*pair) for pair in pairs], dispatch)
    document = made.text if made.samples else ""
    if not typings:
        session.answers.say(f"{what} holds no typing, and nothing else can be written")
    if session.answers.json:
        left_out = [each._asdict() for each in made.left_out]
        session.answers.object({"document": document, "left_out": left_out})
    else:
        session.answers.out.write(document)
        for each in made.left_out:
            session.answers.say(f"left out: {each.what}: {each.reason}")
    if made.left_out:
        session.answers.say(f"{counted(len(made.left_out), 'statement')} left out")
    return int(bool(made.left_out) or not document or any(is_grave(normal) for _, normal in pairs))
