"""What a command is asked about, by the name of a file or the id of a receipt: the typings in it."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from parsers.records import TypingReport
from pipeline.cli.session import Session
from pipeline.errors import SiteError


class Side(NamedTuple):
    """Typings as printed, an id that the same bytes give again, and when they were written or came (ISO 8601)."""

    typings: list[TypingReport]
    document_id: str
    moment: str


def side_of(what: str, format_name: str, session: Session) -> Side:
    """The typings in a file or receipt. Raises SiteError if there is nothing of this name, ParseError."""
    path = session.at(Path(what))
    return _file(path, session.format_named(format_name), session) if path.exists() else _receipt(what, session)


def _file(path: Path, format_name: str, session: Session) -> Side:
    from pipeline.reading import read_file  # noqa: PLC0415

    raw = path.read_bytes()
    reports = read_file(raw, path.name, format_name, session.site.bench).parsed.reports
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    return Side([each for each in reports if isinstance(each, TypingReport)], _id(sha256(raw).hexdigest()), moment)


def _receipt(receipt: str, session: Session) -> Side:
    from pipeline.store import queries  # noqa: PLC0415

    found = queries.show(session.site.ready_store(), receipt)
    if found is None:
        raise SiteError(f'"{receipt}" is neither a file nor a receipt; see: graftline dump receipts')
    printed = [each["printed"] for each in found["reports"] if each["kind"] == "typing"]
    return Side([msgspec.convert(each, TypingReport) for each in printed], _id(found["sha256"]), found["received"])


def _id(digest: str) -> str:
    return digest[:16]
