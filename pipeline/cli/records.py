"""Commands that read the store: dump, show, quarantine."""

from collections.abc import Iterator
from typing import Annotated, Any

from cyclopts import Parameter

from instruments.sources.folder import printable
from pipeline.cli.answers import counted
from pipeline.cli.session import Here, Session

QUARANTINE_COLUMNS = ("receipt", "source", "name", "received", "reason")
Several = Annotated[tuple[str, ...], Parameter(negative="")]
"""An option that may be given several times."""


def dump(what: str, *, session: Here) -> int:
    """Print a table of the store as canonical JSON Lines, in the order of the spool.

    Parameters
    ----------
    what
        receipts, reports, typings, observations, procedures, donors, conflicts, messages, ignored or changes.
    """
    from pipeline.store import queries  # noqa: PLC0415

    named = {str(name): name for name in queries.DUMPS}
    if what not in named:
        session.answers.say(f'there is no table "{what}"; expected one of: {", ".join(named)}')
        return 2
    session.answers.objects(queries.dump(session.site.ready_store(), named[what]))
    return 0


def show(receipt: str, *, session: Here) -> int:
    """Show a receipt: raw, parsed, normalised and sent, side by side.

    Parameters
    ----------
    receipt
        The receipt's id.
    """
    found = found_receipt(receipt, session)
    if found is None:
        return 2
    raw = raw_of(found, session)
    if session.answers.json:
        session.answers.object({**found, "raw": raw})
        return 0
    session.answers.line("  ".join(found[key] for key in ("receipt", "source", "name", "received", "state", "reason")))
    session.answers.line(f"\n-- raw, {found['bytes']} bytes, sha-256 {found['sha256']}\n{raw}")
    for report in found["reports"]:
        _tell_report(report, session)
    for line in _beside(found):
        session.answers.line(line)
    return 0


def _tell_report(report: dict[str, Any], session: Session) -> None:
    line = session.answers.line
    line(f"\n-- report {report['ordinal']}, {report['kind']}, version {report['version']}, as parsed")
    _pretty(report["printed"], session)
    line("-- normalised")
    _pretty(report["normalised"], session)
    for flag in report["flags"]:
        line(f"   {flag['severity']}: {flag['message']}")
    line("-- sent")
    line(report["message"].rstrip("\r").replace("\r", "\n"))


def _beside(found: dict[str, Any]) -> Iterator[str]:
    """What a receipt's reports are evidence of or rest on, and what no report took up."""
    for each in found["evidence"]:
        role = "typing" if each["kind"] == "typing" else "bead counts"
        origin = f"{each['format']} from {each['source']}, {each['name']}"
        yield f"-- {role} of {each['sample']}: {each['receipt']}, {origin}"
    for field in found["ignored"]:
        yield f"-- ignored: {field['path']} ({field['count']} x)"


def found_receipt(receipt: str, session: Session) -> dict[str, Any] | None:
    """Everything about a receipt; None, and a word about it, if there is no such receipt."""
    from pipeline.store import queries  # noqa: PLC0415

    found = queries.show(session.site.ready_store(), printable(receipt))
    if found is None:
        session.answers.say(f'there is no receipt "{receipt}"; see: graftline dump receipts')
    return found


def raw_of(found: dict[str, Any], session: Session) -> str:
    """The bytes as they came, shown as text; what is no text is shown by its escape."""
    return (
        session.site.spool.payload(found["seq"])
        .decode("utf-8", "backslashreplace")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )


def _pretty(record: Any, session: Session) -> None:
    import msgspec  # noqa: PLC0415

    session.answers.line(msgspec.json.format(msgspec.json.encode(record)).decode())


def quarantine_list(*, session: Here) -> int:
    """List what was not loaded or contradicts another report, and why."""
    from pipeline.store import queries  # noqa: PLC0415

    count = session.answers.table(queries.quarantine(session.site.ready_store()), QUARANTINE_COLUMNS)
    session.answers.say(f"{counted(count, 'matter')} to look at" if count else "nothing is in quarantine")
    return 0


def quarantine_keep(receipt: str, *, locus: Several = (), donor: Several = (), session: Here) -> int:
    """Have what a receipt says stand against what contradicts it. The decision is kept in the spool.

    Parameters
    ----------
    receipt
        The receipt that is right.
    locus
        Only at this locus (A, DRB1 ...); may be given several times.
    donor
        Only about this donor, as `quarantine list` calls it; may be given several times.
    """
    from pipeline.quarantine import keep  # noqa: PLC0415

    if found_receipt(receipt, session) is None:
        return 2
    ended = keep(session.site, printable(receipt), locus, donor)
    if session.answers.json:
        session.answers.object({"receipt": receipt, "ended": ended})
    else:
        session.answers.line(f"{receipt}: {counted(ended, 'contradiction')} decided")
    return int(not ended)


def quarantine_show(receipt: str, *, session: Here) -> int:
    """Show one quarantined receipt: its reason, then its bytes.

    Parameters
    ----------
    receipt
        The receipt's id.
    """
    return show(receipt, session=session)


def quarantine_resubmit(receipt: str, *, format: str = "", session: Here) -> int:
    """Read a quarantined receipt again, as another format if one is named. The decision is kept in the spool.

    Parameters
    ----------
    receipt
        The receipt's id.
    format
        The format to read it as.
    """
    from pipeline.quarantine import resubmit  # noqa: PLC0415
    from pipeline.store import queries  # noqa: PLC0415

    found = found_receipt(receipt, session)
    if found is None:
        return 2
    waiting = {row["receipt"] for row in queries.quarantine(session.site.ready_store())}
    if found["state"] not in ("quarantined", "duplicate") or receipt not in waiting:
        session.answers.say(f"{receipt} is not in quarantine; it is {found['state']}")
        return 2
    after = resubmit(session.site, found["seq"], format)
    if session.answers.json:
        session.answers.object(after)
    else:
        session.answers.line(f"{receipt}: {after['state']}" + (f"; {after['reason']}" if after["reason"] else ""))
    return int(after["state"] == "quarantined" or bool(queries.flagged(session.site.ready_store(), [found["seq"]])))
