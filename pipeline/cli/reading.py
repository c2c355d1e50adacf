"""Commands that read files or codes and store nothing: parse, check, hl7, identify, profile propose, profile test."""

import errno
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from instruments.sources.folder import printable
from parsers.errors import ParseError
from parsers.records import TypingReport
from pipeline.cli.answers import counted
from pipeline.cli.session import FormatName, Here, Session
from pipeline.normalise.nomenclature.release import Release
from pipeline.reading import Reading, breaches, breaches_of_structure, doubts, is_grave, legible, read_file, refusal

Files = Annotated[Path, Parameter(required=True)]


def parse(*files: Files, format_name: FormatName = "", session: Here) -> int:
    """Print the records of files as printed, JSON Lines; nothing is stored.

    Parameters
    ----------
    files
        The files to read.
    format_name
        The format to read them as; found out if not given.
    """

    def answer(_: Path, reading: Reading) -> int:
        grave = False

        def told() -> Iterator[dict[str, Any]]:
            nonlocal grave
            for report in reading.parsed.reports:
                normal = session.site.bench.normaliser.normalise(report)
                grave = grave or is_grave(normal)
                yield legible(report, normal)

        session.answers.objects(told())
        return int(grave)

    return _each(files, format_name, session, answer)


def check(*files: Files, format_name: FormatName = "", release: str = "", session: Here) -> int:
    """Hold files against their format, a nomenclature release, the identifiers' check characters and HL7.

    Parameters
    ----------
    files
        The files to check.
    format_name
        The format to read them as; found out if not given.
    release
        The nomenclature release; the site's if not given.
    """
    from pipeline.normalise.normaliser import Normaliser  # noqa: PLC0415

    site = session.site
    normaliser = Normaliser(site.release_named(release)) if release else site.bench.normaliser

    def answer(path: Path, reading: Reading) -> int:
        facility = site.bench.facility
        structure = breaches_of_structure(reading, site.home.schemas)
        found = [*structure, *doubts(reading, normaliser), *breaches(reading, normaliser, facility)]
        tell = session.answers.say if session.answers.json else session.answers.line
        tell(
            f"{path}: {reading.format}, {counted(len(reading.parsed.reports), 'report')}, "
            f"{counted(len(found), 'doubt')}, {named(normaliser.release)}"
        )
        return _print_doubts(path, reading.format, found, session)

    def refuse(path: Path, error: ParseError) -> int:
        return _print_doubts(path, "", [refusal(error)], session)

    return _each(files, format_name, session, answer, refuse)


def named(release: Release | None) -> str:
    """What the names were held against, in words."""
    return f"names held against {release.version}" if release else "no nomenclature release is installed"


def _print_doubts(path: Path, name: str, found: list[dict[str, str]], session: Session) -> int:
    """The doubts about a file, and 1 if one of them is an error."""
    rows = [{"path": str(path), "format": name, **doubt} for doubt in found]
    session.answers.table(rows, ("path", "severity", "sample", "code", "token", "message"))
    return int(any(doubt["severity"] == "error" for doubt in found))


def hl7(what: str, *, format_name: FormatName = "", session: Here) -> int:
    """Print the canonical ORU^R01 of a file's reports, dated like the file, or the messages of a receipt.

    Parameters
    ----------
    what
        A file, or a receipt's id.
    format_name
        The format to read a file as; found out if not given.
    """
    path = session.at(Path(what))
    if not path.exists():
        return _messages_of_receipt(what, session)

    def answer(_: Path, reading: Reading) -> int:
        from pipeline.hl7.message import render  # noqa: PLC0415

        bench = session.site.bench
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
        grave = False
        for ordinal, report in enumerate(reading.parsed.reports):
            normal = bench.normaliser.normalise(report)
            grave = grave or is_grave(normal)
            control_id = f"F-{sha256(path.read_bytes()).hexdigest()[:6]}.{ordinal}"
            envelope = bench.envelope(control_id, written)
            _print_message(render(normal, envelope), session)
        return int(grave)

    return _each([Path(what)], format_name, session, answer)


def _messages_of_receipt(receipt: str, session: Session) -> int:
    from pipeline.store import queries  # noqa: PLC0415

    store = session.site.ready_store()
    shown = queries.show(store, printable(receipt))
    if shown is None:
        session.answers.say(f"{receipt} is neither a file nor a receipt of this store; see: graftline dump receipts")
        return 2
    for report in shown["reports"]:
        _print_message(report["message"], session)
    if not shown["reports"]:
        session.answers.say(f"{receipt} has no message, for it is {shown['state']}: {shown['reason']}")
    return int(not shown["reports"] or bool(queries.flagged(store, [shown["seq"]])))


def _print_message(message: str, session: Session) -> None:
    """Segments on lines of their own for a person, or one JSON object."""
    if session.answers.json:
        session.answers.object({"message": message})
    else:
        session.answers.line(message.rstrip("\r").replace("\r", "\n"))


Answerer = Callable[[Path, Reading], int]
Refuser = Callable[[Path, ParseError], int]


def _each(files: Sequence[Path], wanted: str, session: Session, answer: Answerer, refuse: Refuser | None = None) -> int:
    """Answer for every file; the worst exit code. A refusal is told on stderr, and to `refuse` if there is one."""
    session.format_named(wanted)

    def answered(path: Path) -> int:
        return _attempt(
            path, session, lambda raw: answer(path, read_file(raw, path.name, wanted, session.site.bench)), refuse
        )

    return max(map(answered, files), default=0)


def _attempt(path: Path, session: Session, work: Callable[[bytes], int], refuse: Refuser | None = None) -> int:
    """The exit code of work on a file's bytes, or of why there can be none, which is told on stderr."""
    try:
        return work(_bytes_of(session.at(path)))
    except OSError as error:
        session.answers.say(f"{path}: {error.strerror}")
        return 2
    except ParseError as error:
        session.answers.say(f"{path}: {error.explain()}")
        return refuse(path, error) if refuse else 1


def _bytes_of(path: Path) -> bytes:
    """A file's bytes. Raises OSError, also for what is no file: a pipe would keep us waiting for ever."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a file; name files")
    return path.read_bytes()


def identify(*codes: Annotated[str, Parameter(required=True)], session: Here) -> int:
    """Decode and check GRID, DIN, ISBT 128 structures and SEC.

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
                session.answers.line(f"    {part.label}: {part.value}" + (f" ({part.meaning})" if part.meaning else ""))
    return int(not all(each.valid for each in decoded))


def profile_propose(file: Path, *, session: Here) -> int:
    """Print a profile proposed for a laboratory's table, as TOML; what is doubtful in it stands there as a comment.

    Parameters
    ----------
    file
        The table: CSV, TSV or Excel.
    """
    from pipeline.reading import proposed_profile  # noqa: PLC0415

    def propose(raw: bytes) -> int:
        profile, parsed = proposed_profile(raw, file.name, session.site.formats)
        samples = len(parsed.reports)
        loci = sum(len(report.loci) for report in parsed.reports if isinstance(report, TypingReport))
        if session.answers.json:
            session.answers.object({"profile": profile, "samples": samples, "loci": loci})
        else:
            session.answers.line(profile.rstrip("\n"))
        session.answers.say(f"with this profile the file holds {counted(samples, 'sample')}, {loci} typed loci")
        return 0

    return _attempt(file, session, propose)


def profile_test(profile: str, file: Path, *, session: Here) -> int:
    """Show which labels of a log a profile maps, and which it does not.

    Parameters
    ----------
    profile
        The profile's name.
    file
        A log or table of that layout.
    """
    from pipeline.reading import labels_of  # noqa: PLC0415

    def test(raw: bytes) -> int:
        mapped, unmapped = labels_of(raw, file.name, profile, session.site.profiles)
        rows = [
            {"label": label, "mapped": told} for labels, told in ((mapped, True), (unmapped, False)) for label in labels
        ]
        session.answers.table(rows, ("label", "mapped"))
        session.answers.say(f"{counted(len(mapped), 'label')} mapped, {len(unmapped)} not")
        return int(bool(unmapped))

    return _attempt(file, session, test)
