"""Files and folders, once: into the spool, then into the store, and what became of each."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from instruments.errors import Refused
from pipeline.errors import SiteError
from pipeline.intake import SpoolIntake
from pipeline.site import Site
from pipeline.store import queries

AT_ONCE = 8
"""Files on their way to the disk together: they share its flushes."""


class FileOutcome(msgspec.Struct, frozen=True):
    """What became of one file."""

    path: str
    state: str
    format: str
    reason: str
    receipt: str = ""


class Summary(msgspec.Struct, frozen=True):
    """What became of all of them."""

    receipts: int
    loaded: int
    duplicates: int
    quarantined: int
    refused: int
    files: tuple[FileOutcome, ...]


def ingest(
    paths: Iterable[Path], site: Site, *, source: str, format: str = "", progress: Callable[[str], None]
) -> Summary:
    """Take in every regular file under these paths, in the order of their names. Raises SiteError."""
    if format and format not in site.formats:
        raise SiteError(f'there is no format "{format}"; expected one of: {", ".join(site.formats)}')
    files = [file for path in paths for file in files_under(path)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        receipts = list(pool.map(lambda file: take(file, SpoolIntake(site.spool, source, format)), files))
    progress(f"{len(files)} files are on disk; reading them")
    store = site.ready_store()
    states = queries.states_of(store, [receipt for receipt, _ in receipts if receipt])
    return summary([outcome(file, receipt, why, states) for file, (receipt, why) in zip(files, receipts, strict=True)])


def files_under(path: Path) -> Iterator[Path]:
    """The path itself, or the files of the folder and its subfolders by name. Raises SiteError if it is not there."""
    if not path.exists():
        raise SiteError(f"{path} is not there")
    if not path.is_dir():
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        subfolders.sort()
        yield from (Path(folder) / name for name in sorted(names))


def take(file: Path, intake: SpoolIntake) -> tuple[str, str]:
    """The receipt of a file that is now in the spool, or an empty one and the reason why it is not."""
    if file.is_symlink() or not file.is_file():
        return "", "a link, pipe or device; only regular files are taken"
    try:
        name = os.fsencode(file.name).decode("utf-8", "backslashreplace")
        return intake.keep(file.read_bytes(), name=name), ""
    except (OSError, Refused) as fault:
        return "", str(fault)


def outcome(file: Path, receipt: str, why: str, states: dict[str, dict[str, str]]) -> FileOutcome:
    """What the store says of a file's receipt."""
    if not receipt:
        return FileOutcome(str(file), "refused", "", why)
    row = states[receipt]
    return FileOutcome(str(file), row["state"], row["format"], row["reason"], receipt)


def summary(files: list[FileOutcome]) -> Summary:
    """The files counted by what became of them; one that a later file has superseded was loaded."""
    states = [file.state for file in files]
    return Summary(
        receipts=len(files) - states.count("refused"),
        loaded=states.count("loaded") + states.count("superseded"),
        duplicates=states.count("duplicate"),
        quarantined=states.count("quarantined"),
        refused=states.count("refused"),
        files=tuple(files),
    )
