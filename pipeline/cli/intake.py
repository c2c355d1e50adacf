"""The command that takes files in: ingest."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipeline.cli.answers import counted
from pipeline.cli.session import FormatName, Here
from pipeline.errors import SiteError

FLAGGED = "something in it is flagged as an error; see: graftline check, or graftline show and its receipt"


def ingest(
    *paths: Annotated[Path, Parameter(required=True)],
    format_name: FormatName = "",
    source: str = "ingest",
    session: Here,
) -> int:
    """Take in files and folders, once: kept byte for byte, read, normalised and loaded.

    Parameters
    ----------
    paths
        Files, and folders with everything under them.
    format_name
        The format of all these files; found out for each if not given.
    source
        The name under which they are kept; the same bytes from the same source are a duplicate.
    """
    from pipeline.ingest import ingest as take_in  # noqa: PLC0415  # store and formats load where they are used

    answers = session.answers
    if not source.strip() or not source.isprintable():
        raise SiteError("a source needs a name of visible characters; see --source")
    session.warn_of_missing_release()
    places = [session.at(path) for path in paths]
    done = take_in(places, session.site, source=source, format=format_name, progress=answers.say)
    if answers.json:
        answers.object(done)
    else:
        shown = [file for file in done.files if file.flagged or file.state not in ("loaded", "superseded")]
        if shown:
            answers.table(
                [{"file": each.path, "state": each.state, "reason": each.reason or FLAGGED} for each in shown],
                ("file", "state", "reason"),
            )
        answers.line(
            f"{counted(done.receipts, 'receipt')}: {done.loaded} loaded, {counted(done.duplicates, 'duplicate')}, "
            f"{done.quarantined} quarantined"
            + (f"; {counted(done.refused, 'file')} refused" if done.refused else "")
            + (f"; {counted(done.flagged, 'receipt')} flagged as an error" if done.flagged else "")
            + (f"; {counted(done.unread, 'duplicate')} of what is in quarantine" if done.unread else "")
        )
    return int(done.quarantined + done.refused + done.flagged + done.unread > 0)
