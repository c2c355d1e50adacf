"""Commands that read files or codes and store nothing: parse, check, hl7, identify, profile test."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from parsers.errors import ParseError
from pipeline.cli.session import Here, Session
from pipeline.reading import Reading, doubts, legible, read_file

FormatName = Annotated[str, Parameter(name="--format")]


def parse(*files: Path, format_name: FormatName = "", session: Here) -> int:
    """Print the records of files as printed, JSON Lines; nothing is stored.

    Example: graftline parse report.hml

    Parameters
    ----------
    files
        The files to read.
    format_name
        The format to read them as; found out if not given.
    """

    def answer(_: Path, reading: Reading) -> int:
        session.answers.objects(legible(reading, session.site.bench.normaliser))
        return 0

    return _each(files, format_name, session, answer)


def check(*files: Path, format_name: FormatName = "", session: Here) -> int:
    """Hold files against their format, the installed nomenclature and the identifiers' check characters.

    Example: graftline check report.hml

    Parameters
    ----------
    files
        The files to check.
    format_name
        The format to read them as; found out if not given.
    """

    def answer(path: Path, reading: Reading) -> int:
        found = doubts(reading, session.site.bench.normaliser)
        session.answers.say(f"{path}: {reading.format}, {len(reading.parsed.reports)} reports, {len(found)} doubts")
        rows = [{"path": str(path), "format": reading.format, **doubt} for doubt in found]
        session.answers.table(rows, ("severity", "sample", "code", "token", "message"))
        return int(any(doubt["severity"] == "error" for doubt in found))

    return _each(files, format_name, session, answer)


def hl7(what: str, *, format_name: FormatName = "", session: Here) -> int:
    """Print the canonical ORU^R01 of a file's reports, or the messages of a receipt.

    Example: graftline hl7 report.hml

    Parameters
    ----------
    what
        A file, or a receipt's id.
    format_name
        The format to read a file as; found out if not given.
    """
    path = session.at(Path(what))
    if not path.is_file():
        return _messages_of_receipt(what, session)

    def answer(_: Path, reading: Reading) -> int:
        from pipeline.hl7.message import Envelope, render  # noqa: PLC0415

        for ordinal, report in enumerate(reading.parsed.reports):
            envelope = Envelope(control_id=f"{path.stem}.{ordinal}", sent_at="", facility=session.site.bench.facility)
            _print_message(render(session.site.bench.normaliser.normalise(report), envelope), session)
        return 0

    return _each([Path(what)], format_name, session, answer)


def _messages_of_receipt(receipt: str, session: Session) -> int:
    from pipeline.store import queries  # noqa: PLC0415

    shown = queries.show(session.site.ready_store(), receipt)
    if shown is None:
        session.answers.say(f"{receipt} is neither a file nor a receipt of this store; see: graftline dump receipts")
        return 2
    for report in shown["reports"]:
        _print_message(report["message"], session)
    return 0


def _print_message(message: str, session: Session) -> None:
    """Segments on lines of their own for a person, or one JSON object."""
    if session.answers.json:
        session.answers.object({"message": message})
    else:
        session.answers.line(message.rstrip("\r").replace("\r", "\n"))


def _each(files: Sequence[Path], wanted: str, session: Session, answer: Callable[[Path, Reading], int]) -> int:
    """Answer for every file; 1 if any was refused or doubted, and the reason on stderr."""
    worst = 0
    for path in files:
        try:
            raw = session.at(path).read_bytes()
            worst = max(worst, answer(path, read_file(raw, path.name, wanted, session.site.bench)))
        except OSError as error:
            session.answers.say(f"{path}: {error.strerror}")
            worst = max(worst, 2)
        except ParseError as error:
            session.answers.say(f"{path}: {error.explain()}")
            worst = max(worst, 1)
    return worst


def identify(*codes: str, session: Here) -> int:
    """Decode and check GRID, DIN, ISBT 128 structures and SEC.

    Example: graftline identify 9999TEST00000000118

    Parameters
    ----------
    codes
        What a label says or a scanner sends.
    """
    from pipeline.normalise.isbt128 import identify as decode  # noqa: PLC0415

    decoded = [decode(code) for code in codes]
    if session.answers.json:
        session.answers.objects(decoded)
    else:
        for each in decoded:
            session.answers.line(
                f"{each.scheme}  {each.value}  {'valid' if each.valid else 'NOT VALID'}  {each.message}"
            )
            for part in each.parts:
                session.answers.line(f"    {part.label}: {part.value}")
    return int(not all(each.valid for each in decoded))


def profile_test(profile: str, file: Path, *, session: Here) -> int:
    """Show which labels of a log a profile maps, and which it does not.

    Example: graftline profile test graftsep run.log

    Parameters
    ----------
    profile
        The profile's name.
    file
        A log or table of that layout.
    """
    from pipeline.reading import labels_of  # noqa: PLC0415

    raw = session.at(file).read_bytes()
    try:
        mapped, unmapped = labels_of(raw, file.name, profile, session.site.profiles)
    except ParseError as error:
        session.answers.say(f"{file}: {error.explain()}")
        return 1
    rows = [{"label": label, "mapped": True} for label in mapped] + [
        {"label": label, "mapped": False} for label in unmapped
    ]
    session.answers.table(rows, ("label", "mapped"))
    session.answers.say(f"{len(mapped)} labels mapped, {len(unmapped)} not")
    return int(bool(unmapped))
