"""Commands about HLA names: nomenclature install, nomenclature list, reduce."""

import io
import sys
from collections.abc import Iterable
from typing import Literal, TextIO

from pipeline.cli.session import Here

Mode = Literal["G", "P", "lgx"]


def install(what: str, *, session: Here) -> int:
    """Install a release of IPD-IMGT/HLA: by number (downloaded and verified), or from a folder or zip file.

    Parameters
    ----------
    what
        A release number such as 3.58.0, a folder, or a zip file.
    """
    from pipeline.normalise.nomenclature.install import install as install_release  # noqa: PLC0415

    installed = install_release(what, session.site.home.nomenclature)
    if session.answers.json:
        session.answers.object(installed)
    else:
        session.answers.line(
            f"{installed.title}, {'installed in' if installed.fresh else 'already in'} {installed.folder}"
        )
        session.answers.line((installed.folder / "CITATION.txt").read_text(encoding="utf-8").strip())
    return 0


def installed(*, session: Here) -> int:
    """List the installed releases."""
    from pipeline.normalise.nomenclature.install import list_installed  # noqa: PLC0415

    releases = list_installed(session.site.home.nomenclature)
    rows = [{"release": each.version, "title": each.title, "folder": str(each.folder)} for each in releases]
    if not session.answers.table(rows, ("release", "title", "folder")):
        session.answers.say("no release is installed; run: graftline nomenclature install 3.58.0")
    return 0


def reduce(*, mode: Mode = "lgx", release: str = "", session: Here) -> int:
    """Reduce GL Strings from stdin, one a line, to stdout, one a line; a refused one comes out empty.

    Parameters
    ----------
    mode
        What to reduce to: G groups, P groups, or the two fields of either (lgx).
    release
        The nomenclature release; the site's if not given.
    """
    from pipeline.normalise.reduction import reduce_glstring  # noqa: PLC0415

    names = session.site.release_named(release or None)
    refused = 0
    for number, line in enumerate(lines_of(sys.stdin), 1):
        reduced = reduce_glstring(line.rstrip("\r\n"), mode, names)
        refused += not reduced.output
        if session.answers.json:
            session.answers.object({"input": reduced.input, "output": reduced.output, "flags": reduced.flags})
            continue
        session.answers.line(reduced.output)
        for flag in reduced.flags:
            session.answers.say(f"line {number}: {flag.token}: {flag.message}")
    return int(refused > 0)


def lines_of(stream: TextIO) -> Iterable[str]:
    """Lines of UTF-8 text, whatever the system's own encoding is; what is no text is shown by its escape."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8-sig", errors="backslashreplace")
    return stream
