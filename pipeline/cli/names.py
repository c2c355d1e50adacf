"""Commands about HLA names: nomenclature install, nomenclature list, reduce."""

import sys
from typing import Literal

from pipeline.cli.session import Here

Mode = Literal["G", "P", "lgx"]


def install(what: str, *, session: Here) -> int:
    """Install a release of IPD-IMGT/HLA: by number (downloaded and verified), or from a folder or zip file.

    Example: graftline nomenclature install 3.58.0

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
    """List the installed releases.

    Example: graftline nomenclature list
    """
    from pipeline.normalise.nomenclature.install import list_installed  # noqa: PLC0415

    releases = list_installed(session.site.home.nomenclature)
    rows = [{"release": each.version, "title": each.title, "folder": str(each.folder)} for each in releases]
    session.answers.table(rows, ("release", "title", "folder"))
    return 0


def reduce(*, mode: Mode = "lgx", release: str = "", session: Here) -> int:
    """Reduce GL Strings from stdin, one a line, to stdout, one a line; a refused one comes out empty.

    Example: graftline reduce --mode P

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
    for number, line in enumerate(sys.stdin, 1):
        reduced = reduce_glstring(line.rstrip("\r\n"), mode, names)
        refused += not reduced.output
        if session.answers.json:
            session.answers.object({"input": reduced.input, "output": reduced.output, "flags": reduced.flags})
            continue
        session.answers.line(reduced.output)
        for flag in reduced.flags:
            session.answers.say(f"line {number}: {flag.token}: {flag.message}")
    return int(refused > 0)
