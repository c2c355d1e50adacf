"""Commands about HLA names: nomenclature install, nomenclature list, reduce."""

import gc
import sys
from typing import Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.session import Here

Mode = Literal["G", "P", "lgx", "lg", "W", "exon", "U2", "S", "1F", "TCE"]


def install(what: str, *, session: Here) -> int:
    """Install a release of IPD-IMGT/HLA, a list of multiple allele codes, or a table of allele frequencies.

    Parameters
    ----------
    what
        A release number such as 3.58.0 (downloaded and verified), a folder or zip file of a release, or NMDP's list of
        codes (alpha.v3 or numer.v3, .txt or .zip), or a table with the columns ALLELE and TOTAL (CIWD), which takes the
        place of the one installed before.
    """
    from pipeline.normalise.nomenclature.frequencies import InstalledTable  # noqa: PLC0415
    from pipeline.normalise.nomenclature.install import install_any  # noqa: PLC0415
    from pipeline.normalise.nomenclature.mac import InstalledCodes  # noqa: PLC0415

    installed = install_any(what, session.site.made_home.nomenclature)
    if session.answers.json:
        session.answers.object(installed)
    elif isinstance(installed, InstalledCodes):
        session.answers.line(f"{installed.codes:,} multiple allele codes ({installed.title}) in {installed.file}")
    elif isinstance(installed, InstalledTable):
        session.answers.line(f"frequencies of {installed.rows:,} names in {installed.file}")
    else:
        session.answers.line(
            f"{installed.title}, {'installed in' if installed.fresh else 'already in'} {installed.folder}"
        )
        session.answers.line((installed.folder / "CITATION.txt").read_text(encoding="utf-8").strip())
    return 0


def installed(*, session: Here) -> int:
    """List the installed releases, the list of multiple allele codes, and the table of allele frequencies."""
    from pipeline.normalise.nomenclature.frequencies import list_tables  # noqa: PLC0415
    from pipeline.normalise.nomenclature.install import list_installed  # noqa: PLC0415
    from pipeline.normalise.nomenclature.mac import list_codes  # noqa: PLC0415

    nomenclature = session.site.home.nomenclature
    found = [(each.version, each.title, each.folder) for each in list_installed(nomenclature)]
    for codes in list_codes(nomenclature):
        found.append(("codes", f"{codes.codes:,} multiple allele codes, {codes.title}", codes.file))
    for table in list_tables(nomenclature):
        found.append(("frequencies", f"frequencies of {table.rows:,} names", table.file))
    rows = [{"release": name, "title": title, "folder": str(place)} for name, title, place in found]
    if not session.answers.table(rows, ("release", "title", "folder")):
        session.answers.say("no release is installed; run: graftline nomenclature install 3.58.0")
    return 0


def reduce(*, mode: Mode = "lgx", release: str = "", session: Here) -> int:
    """Reduce GL Strings from stdin, one a line, to stdout, one a line; a refused one comes out empty.

    Parameters
    ----------
    mode
        What to reduce to: G groups, P groups, the two fields of either (lgx, lg), current alleles in full (W), three
        fields (exon), two unambiguous fields (U2), serological antigens (S), first fields (1F), or the T-cell epitope
        groups of DPB1 (TCE).
    release
        The nomenclature release; the site's if not given.
    """
    from pipeline.cli.glstring_lines import answer_lines  # noqa: PLC0415
    from pipeline.normalise.bulk_reduction import Reducer  # noqa: PLC0415

    reducer = Reducer(session.site.release_named(release or None), mode)
    gc.freeze()  # the release lives as long as the process and need not be searched for garbage
    return answer_lines(reducer.reduce, sys.stdin, session.answers)


def liftover(
    *, source: Annotated[str, Parameter("--from")], target: Annotated[str, Parameter("--to")], session: Here
) -> int:
    """GL Strings from stdin, one a line, from one release's names to another's, by accession, to stdout.

    Parameters
    ----------
    source
        The release whose names the strings are written in.
    target
        The release whose names are wanted.
    """
    from pipeline.cli.glstring_lines import answer_lines  # noqa: PLC0415
    from pipeline.normalise.lifting import GLStringLifter  # noqa: PLC0415
    from pipeline.normalise.nomenclature.liftover import Lifter  # noqa: PLC0415

    lifter = Lifter(session.site.release_named(source), session.site.release_named(target))
    return answer_lines(GLStringLifter(lifter).lift, sys.stdin, session.answers)


def diff(before: str, after: str, /, *, session: Here) -> int:
    """What changed between two installed releases: names new, renamed and gone, and alleles that changed their group.

    Parameters
    ----------
    before
        One release.
    after
        The other.
    """
    from collections import Counter  # noqa: PLC0415

    from pipeline.normalise.nomenclature.diff import KINDS, changes  # noqa: PLC0415

    found = changes(session.site.release_named(before), session.site.release_named(after))
    if session.answers.json:
        for each in found:
            session.answers.object(each)
        return 0
    counts = Counter(each.change for each in found)
    session.answers.table([{"change": kind, "alleles": counts[kind]} for kind in KINDS], ("change", "alleles"))
    return 0
