"""Files and folders, once: into the spool, then into the store, and what became of each."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from instruments.errors import Refused
from instruments.sources.folder import printable
from instruments.sources.sightings import is_data_folder
from pipeline.errors import SiteError
from pipeline.site import Site
from pipeline.spool.spool import Spool, receipt_id
from pipeline.store import queries

BATCH_FILES = 256
BATCH_BYTES = 8 * 1024 * 1024


class Reading(msgspec.Struct, frozen=True):
    """A file on its way in: its bytes, or why it is refused."""

    file: str
    name: str
    payload: bytes = b""
    refusal: str = ""


class FileOutcome(msgspec.Struct, frozen=True):
    """What became of one file; `flagged` if something in it is flagged as an error, `unread` if the same bytes came
    before and could not be read either.
    """

    path: str
    state: str
    format: str
    reason: str
    receipt: str = ""
    flagged: bool = False
    unread: bool = False


class Summary(msgspec.Struct, frozen=True):
    """What became of all of them."""

    receipts: int
    loaded: int
    duplicates: int
    quarantined: int
    refused: int
    flagged: int
    unread: int
    files: tuple[FileOutcome, ...]


def ingest(
    paths: Iterable[Path], site: Site, *, source: str, format: str = "", progress: Callable[[str], None]
) -> Summary:
    """Take in every regular file under these paths, in the order of their names. Raises SiteError."""
    if format and format not in site.formats:
        raise SiteError(f'there is no format "{format}"; expected one of: {", ".join(site.formats)}')
    files = [found for path in paths for found in files_under(path, site.home.path, progress)]
    taken = [outcome for batch in batches(files) for outcome in take(batch, site.spool, source, format)]
    kept = sum(bool(outcome.receipt) for outcome in taken)
    progress(f"{kept} {'file is' if kept == 1 else 'files are'} on disk; reading {'it' if kept == 1 else 'them'}")
    store = site.ready_store()
    states = queries.states_of(store, [file.receipt for file in taken if file.receipt])
    flagged = queries.flagged(store, [row["seq"] for row in states.values()])
    return summary([judged(file, states, flagged) for file in taken])


def files_under(path: Path, home: Path, progress: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """The path itself, or what the folder and its subfolders hold, by name; each with the name it is taken in under.

    That name holds the folders between the file and the one that was asked for: some programs write a folder for each
    sample, and in it a file that is always called the same. A subfolder that is a link, another site's data folder or
    cannot be listed stands for what is in it: `read` says why it is not taken. Raises SiteError if the path is not
    there, or is our own data folder.
    """
    if not path.exists():
        raise SiteError(f"{path} is not there")
    if is_same(path, home):
        raise SiteError(f"{path} is the data folder itself; name files or a folder of exports")
    if not path.is_dir() or is_data_folder(path):
        yield str(path), path.name
        return
    unlisted: list[Path] = []
    for folder, subfolders, names in os.walk(path, onerror=lambda fault: unlisted.append(Path(fault.filename))):
        places = {name: Path(folder) / name for name in subfolders}
        own = {name for name, place in places.items() if is_same(place, home)}
        barred = {name for name, place in places.items() if place.is_symlink() or is_data_folder(place)} - own
        if own:
            progress(f"the data folder {home} is among what was named, and is left out")
        subfolders[:] = sorted(places.keys() - own - barred)
        within = Path(folder).relative_to(path).parts
        for name in sorted([*names, *barred]):
            yield os.path.join(folder, name), "/".join((*within, name))  # noqa: PTH118  # a Path is five times as slow
    yield from ((str(folder), folder.relative_to(path).as_posix()) for folder in unlisted)


def is_same(place: Path, home: Path) -> bool:
    """Whether a path leads to our data folder."""
    try:
        return home.exists() and place.samefile(home)
    except OSError:  # it cannot even be looked at, and `read` will say so
        return False


def batches(files: Iterable[tuple[str, str]]) -> Iterator[list[Reading]]:
    """The files read, in groups that one flush of the disk takes well."""
    group: list[Reading] = []
    size = 0
    for file, name in files:
        group.append(read(file, name))
        size += len(group[-1].payload)
        if len(group) >= BATCH_FILES or size >= BATCH_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def read(file: str, name: str) -> Reading:
    """A file's bytes, or the reason why it is not taken."""
    try:
        if refusal := refused(file, os.lstat(file).st_mode):
            return Reading(file, name, refusal=refusal)
        with open(file, "rb", buffering=0) as opened:  # noqa: PTH123  # a Path takes as long as the reading
            return Reading(file, name, opened.read())
    except OSError as fault:
        return Reading(file, name, refusal=fault.strerror or type(fault).__name__)


def refused(file: str, mode: int) -> str:
    """Why something of this mode is not to be read at all; empty for a regular file."""
    if stat.S_ISREG(mode):
        return ""
    if not stat.S_ISDIR(mode):
        return "a link, pipe or device; only regular files are taken"
    if is_data_folder(Path(file)):
        return "a data folder of Graftline; what is in it has been taken in already"
    return "a folder that cannot be listed; give the right to read it, then ingest it again"


def take(batch: list[Reading], spool: Spool, source: str, format: str) -> Iterator[FileOutcome]:
    """The receipts of files that are now in the spool, in their order; or why a file is not."""
    readable = [reading for reading in batch if not reading.refusal]
    try:
        named = [(printable(reading.name), reading.payload) for reading in readable]
        kept = iter(spool.append_messages(source, named, format=format))
    except Refused as reason:
        batch = [msgspec.structs.replace(reading, refusal=reading.refusal or str(reason)) for reading in batch]
    for reading in batch:
        receipt = "" if reading.refusal else receipt_id(next(kept))
        yield FileOutcome(reading.file, "refused", "", reading.refusal, receipt)


def judged(file: FileOutcome, states: dict[str, dict[str, Any]], flagged: set[int]) -> FileOutcome:
    """The file with what the store says of its receipt, if it has one."""
    if not file.receipt:
        return file
    row = states[file.receipt]
    doubtful = row["seq"] in flagged
    return msgspec.structs.replace(
        file, state=row["state"], format=row["format"], reason=row["reason"], flagged=doubtful, unread=row["unread"]
    )


def summary(files: list[FileOutcome]) -> Summary:
    """The files counted by what became of them; one that a later file has superseded was loaded."""
    states = [file.state for file in files]
    return Summary(
        receipts=len(files) - states.count("refused"),
        loaded=states.count("loaded") + states.count("superseded"),
        duplicates=states.count("duplicate"),
        quarantined=states.count("quarantined"),
        refused=states.count("refused"),
        flagged=sum(file.flagged for file in files),
        unread=sum(file.unread for file in files),
        files=tuple(files),
    )
