"""Commands about what the matcher reads: search, feed publish, feed changes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.cli.answers import counted
from pipeline.cli.exchange import Day
from pipeline.cli.session import Here, Session
from pipeline.errors import SiteError
from pipeline.normalise.records import NormalTyping

if TYPE_CHECKING:
    from pipeline.feed.patient import Patient


def search(
    *, patient: str, rule: str = "10/10", limit: Annotated[int, Parameter(validator=Number(gte=1))] = 20, session: Here
) -> int:
    """Find donors for a patient, best first: matched alleles at P-group level, at least and at most.

    Parameters
    ----------
    patient
        A file with one typing, or a GL String with ^ between the loci.
    rule
        n/m: donors that can reach n matched alleles of m (6, 8, 10 or 12).
    limit
        How many donors to show.
    """
    from pipeline.feed.match import Unreadable  # noqa: PLC0415
    from pipeline.feed.patient import read_patient  # noqa: PLC0415
    from pipeline.feed.search import add_flags, held_back, read_donors, read_rule  # noqa: PLC0415
    from pipeline.feed.search import search as find  # noqa: PLC0415

    store, release = session.site.ready_store(), session.site.working_release
    try:
        sought = read_patient(_typing_of(patient, session), read_rule(rule)[1])
        found = find(read_donors(store), sought.loci, release, rule, limit)
    except Unreadable as error:
        raise SiteError(str(error)) from error
    add_flags(store, found)
    _say_of(sought, session)
    rows = found.donors if session.answers.json else [_shown(donor) for donor in found.donors]
    matched = found.donors[0]["loci"] if found.donors else ()
    session.answers.table(rows, ("donor", "matched", "least", "most", *matched, "flags"))
    session.answers.say(
        f"{found.found} donors can reach {rule}, of {found.searched}; "
        f"{found.unsearchable} could not be searched (of A, B or DRB1 no allele is called)"
    )
    if held := held_back(store):
        session.answers.say(f"{counted(held, 'donor')} held back at a locus; see: graftline quarantine list")
    return 0


def _say_of(sought: "Patient", session: Session) -> None:
    """What whoever searches has to know of the patient's typing."""
    if sought.uncalled:
        named = ", ".join(f"{locus} ({reason})" for locus, reason in sought.uncalled.items())
        session.answers.say(f"not called in the patient's typing, so not compared: {named}")
    if flags := _shown_flags(sought.flagged):
        session.answers.say(f"flagged in the patient's typing: {flags}")


def _typing_of(patient: str, session: Session) -> NormalTyping:
    """The patient's typing, from a file or from the command line. Raises SiteError."""
    from parsers.errors import ParseError  # noqa: PLC0415
    from pipeline.reading import typing_in, typing_of  # noqa: PLC0415

    path, bench = session.at(Path(patient)), session.site.working_bench
    try:
        if "*" in patient:
            return typing_of(patient, bench)
        if path.is_file():
            return typing_in(path.read_bytes(), path.name, "", bench)
    except ParseError as error:
        raise SiteError(f"the patient's typing cannot be read: {error.explain()}") from error
    raise SiteError(f'"{patient}" is neither a file nor a GL String of alleles such as A*01:01+A*02:01^B*07:02+B*08:01')


def _shown(donor: dict[str, Any]) -> dict[str, Any]:
    from pipeline.feed.records import called  # noqa: PLC0415

    matches = {locus: _shown_match(match) for locus, match in donor["loci"].items()}
    flags = _shown_flags({locus: [flag["code"] for flag in match["flags"]] for locus, match in donor["loci"].items()})
    return {**donor, "donor": called(donor["donor"], donor["source"]), **matches, "flags": flags}


def _shown_flags(codes: dict[str, list[str]]) -> str:
    """Every code with the loci that it stands at: `secreted B; other_typing_differs A DRB1`."""
    found: dict[str, list[str]] = {}
    for locus, flagged in codes.items():
        for code in dict.fromkeys(flagged):
            found.setdefault(code, []).append(locus)
    return "; ".join(f"{code} {' '.join(where)}" for code, where in found.items())


def _shown_match(match: dict[str, Any]) -> str:
    epitopes = " or ".join(match.get("tce", ())).replace("_", " ")
    return f"{match['least']}-{match['most']} {match['level']}{epitopes and f', {epitopes}'}"


def publish(
    *,
    to: Path | None = None,
    form: Annotated[str, Parameter(name="--as")] = "parquet",
    organisation: str = "",
    pool: str = "",
    date: Day = "",
    session: Here,
) -> int:
    """Write a snapshot of the donors' current typings for the matcher.

    Parameters
    ----------
    to
        The folder; the site's, or the data folder's `snapshots`, if not given.
    form
        The form of the files: parquet, or atlas, wmda, hml, fhir, glsc as in `write`.
    organisation
        WMDA: the listing organisation.
    pool
        WMDA and Atlas: the donor pool.
    date
        A day (2026-11-01) for typings that print none.
    """
    from pipeline.config.export_folders import check_feed_folder  # noqa: PLC0415
    from pipeline.feed.snapshot import LEFT_OUT, Publisher  # noqa: PLC0415
    from pipeline.feed.snapshot import publish as write_snapshot  # noqa: PLC0415

    site = session.site
    configured = site.settings.feed.publish_to
    folder = session.at(to) if to else Path(configured) if configured else site.home.snapshots / "feed"
    check_feed_folder(site.settings, folder)
    publisher = Publisher(site.settings.site.name, organisation, pool, date)
    manifest = write_snapshot(site.ready_store(), folder, form, publisher)
    if session.answers.json:
        session.answers.object(manifest)
    else:
        for name, file in manifest["files"].items():
            session.answers.line(f"{folder / name}: {file['rows']} rows, {file['bytes']} bytes")
    left_out = manifest["files"].get(LEFT_OUT, {"rows": 0})["rows"]
    if left_out:
        session.answers.say(f"{counted(left_out, 'statement')} left out; the reasons stand in {folder / LEFT_OUT}")
    return int(left_out > 0)


def changes(*, since: Annotated[int, Parameter(validator=Number(gte=0))] = 0, session: Here) -> int:
    """Print the donors that have changed since a cursor, JSON Lines; the last line is the cursor to ask with next.

    Parameters
    ----------
    since
        The cursor that the last call ended with; 0 for everything.
    """
    from pipeline.feed.changes import changes as changed_since  # noqa: PLC0415

    changed = changed_since(session.site.ready_store(), since)
    session.answers.objects(changed.donors)
    session.answers.object({"cursor": changed.cursor})
    return 0
