"""The command that holds typings against each other: compare."""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from parsers.errors import ParseError
from parsers.records import TypingReport
from pipeline.cli.session import Here, Session
from pipeline.errors import SiteError
from pipeline.normalise.records import NormalTyping
from pipeline.normalise.typing import TypingNormaliser

COLUMNS = ("sample_a", "sample_b", "locus", "verdict", "fields", "a", "b")


def compare(a: str, b: str, *, ids: Path | None = None, format_name: str = "", session: Here) -> int:
    """Hold the typings of two files or receipts against each other: same, compatible, or contradictory.

    Parameters
    ----------
    a
        A file, or a receipt's id: the listed typing, say.
    b
        What to hold against it: the verification typing, say.
    ids
        A file with an id of A and the id of B for the same person in each line.
    format_name
        The format to read files as; found out if not given.
    """
    from pipeline.comparing import compared, read_id_map  # noqa: PLC0415
    from pipeline.normalise.comparison import Comparison  # noqa: PLC0415

    site = session.site
    typings = site.bench_of(site.working_release.version).normaliser.typings
    wanted = session.format_named(format_name)
    one, other = (_typings(side, wanted, typings, session) for side in (a, b))
    id_map = read_id_map(session.at(ids).read_text(encoding="utf-8-sig")) if ids else {}
    verdicts: Counter[str] = Counter()

    def told() -> Any:
        for row in compared(one, other, id_map, Comparison(site.working_release.allowed)):
            verdicts[row.verdict] += 1
            yield row._asdict()

    session.answers.table(told(), COLUMNS)
    session.answers.say(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) or "no typing")
    return int(verdicts["contradicts"] > 0)


def _typings(side: str, format_name: str, typings: TypingNormaliser, session: Session) -> list[NormalTyping]:
    """The typings of a file or a receipt, read under the release in use. Raises SiteError."""
    path = session.at(Path(side))
    reports = _reports_of_file(path, format_name, session) if path.exists() else _reports_of_receipt(side, session)
    return [typings.normalise(report) for report in reports if isinstance(report, TypingReport)]


def _reports_of_file(path: Path, format_name: str, session: Session) -> list[Any]:
    from pipeline.reading import read_file  # noqa: PLC0415

    try:
        return list(read_file(path.read_bytes(), path.name, format_name, session.site.bench).parsed.reports)
    except ParseError as error:
        raise SiteError(f"{path}: {error.explain()}") from error


def _reports_of_receipt(receipt: str, session: Session) -> list[TypingReport]:
    from pipeline.cli.records import found_receipt  # noqa: PLC0415

    found = found_receipt(receipt, session)
    if found is None:
        raise SiteError(f'"{receipt}" is neither a file nor a receipt')
    return [msgspec.convert(each["printed"], TypingReport) for each in found["reports"] if each["kind"] == "typing"]
