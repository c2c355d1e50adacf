"""What lies in an export folder, and how long each file has stood still by our own clock.

Links, pipes and devices are left alone; so are hidden files, and the names that programs give to files they are still
writing. An empty file is never taken: its content is still to come. Folders inside the folder are looked into, except
those where its own files are put and a data folder of Graftline: taken in, a spool would be moved away from under the
service that writes it.
"""

import math
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

UNFINISHED_SUFFIXES: Final = (".tmp", ".part", ".filepart", ".crdownload")
UNFINISHED_PREFIXES: Final = ("~", ".")
AT_REST_SECONDS: Final = 60.0
LOOKS_AT_REST: Final = 4
"""A file that is whole and has stood still for so long is looked at every fourth time only, its name every time."""


class Print(NamedTuple):
    """What tells one content of a file from another without reading it."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The print of a file."""
        return cls(status.st_size, status.st_mtime_ns)


class Sighting(msgspec.Struct):
    """A file, what it looks like, and since when.

    `partial` while it is empty, and once it has failed the completeness test as it is.
    """

    path: Path
    print: Print
    first_seen: float
    since: float
    partial: bool = False


def is_unfinished(name: str) -> bool:
    """True for the names of files in the making, and for hidden ones."""
    return name.startswith(UNFINISHED_PREFIXES) or name.lower().endswith(UNFINISHED_SUFFIXES)


def is_data_folder(path: str | Path) -> bool:
    """True for a folder with a spool in it that holds segments."""
    try:
        with os.scandir(os.path.join(path, "spool")) as entries:  # noqa: PTH118  # as the scan: plain texts
            return any(entry.name.endswith(".seg") for entry in entries)
    except OSError:
        return False


class Sightings:
    """The files of one folder, updated by `look`. `settle` and `give_up` in seconds, `clock` monotonic.

    Folders that are `spared` are not looked into.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settle: float,
        give_up: float,
        clock: Callable[[], float],
        spared: Collection[Path] = (),
    ) -> None:
        self.left_alone = 0
        """Entries of the last look that are no regular files, or cannot be looked at."""
        self.data_folders = 0
        """Data folders of Graftline that the last look came upon, and did not look into."""
        self._folder = folder
        self._spared = frozenset(_inside(folder, spared))
        self._settle = settle
        self._give_up = give_up
        self._clock = clock
        self._seen: dict[str, Sighting] = {}
        self._was_mounted = False
        self._looks = 0
        self._folders: list[str] = []
        """Those that the present look goes through."""

    def look(self) -> None:
        """See what is there now. Raises OSError when the folder is not; every file must then settle again."""
        now = self._clock()
        self._looks += 1
        before, at_rest, turn = self._seen, now - AT_REST_SECONDS, self._looks % LOOKS_AT_REST
        seen: dict[str, Sighting] = {}
        try:
            for entry in self._entries():
                path = entry.path
                known = before.get(path)
                if known is None or not entry.is_file(follow_symlinks=False):
                    known = self._judged(entry, now)
                elif known.since > at_rest or known.partial or hash(path) % LOOKS_AT_REST == turn:
                    known = self._sighted(entry, known, now)
                if known is not None:
                    seen[path] = known
        except OSError:
            self._seen.clear()
            raise
        self._seen = seen

    def settled(self) -> list[Sighting]:
        """Files that stood still for long enough, the longest known first."""
        now = self._clock()
        due = [each for each in self._seen.values() if self._due(each) <= now]
        return sorted(due, key=lambda each: (each.first_seen, each.print.mtime_ns, each.path))

    def has_waited(self, sighting: Sighting) -> bool:
        """True once nobody should wait any longer for the rest of the file."""
        return self._clock() - sighting.since >= self._give_up

    def empty(self) -> int:
        """How many files have been empty for longer than anybody should wait."""
        return sum(not each.print.size and self.has_waited(each) for each in self._seen.values())

    def next_due(self) -> float | None:
        """Seconds until another file may have settled; None if there is none to wait for."""
        now = self._clock()
        return min(
            (due - now for each in self._seen.values() if now < (due := self._due(each)) < math.inf), default=None
        )

    def _due(self, sighting: Sighting) -> float:
        if not sighting.print.size:
            return math.inf
        return sighting.since + (self._give_up if sighting.partial else self._settle)

    def _judged(self, entry: "os.DirEntry[str]", now: float) -> Sighting | None:
        """A regular file that is new here; None for anything else, of which folders are looked into next."""
        if is_unfinished(entry.name) or entry.path in self._spared:
            return None
        if entry.is_file(follow_symlinks=False):
            return self._sighted(entry, None, now)
        if not entry.is_dir(follow_symlinks=False):
            self.left_alone += 1
        elif is_data_folder(entry.path):
            self.data_folders += 1
        else:
            self._folders.append(entry.path)
        return None

    def _sighted(self, entry: "os.DirEntry[str]", known: Sighting | None, now: float) -> Sighting | None:
        """What a file looks like now; None if it has gone since the folder was read."""
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            return None
        if known is None:
            return Sighting(Path(entry.path), Print.of(status), first_seen=now, since=now, partial=not status.st_size)
        if known.print != (status.st_size, status.st_mtime_ns):
            known.print, known.since, known.partial = Print.of(status), now, not status.st_size
        return known

    def _entries(self) -> "Iterator[os.DirEntry[str]]":
        """Everything in the folder, and in those that `_judged` finds meanwhile."""
        self._check_mount()
        if is_data_folder(self._folder):
            raise OSError("it is a data folder of Graftline, and never an export folder")
        self.left_alone = self.data_folders = 0
        self._folders = [os.fspath(self._folder)]
        for folder in self._folders:
            try:
                with os.scandir(folder) as entries:
                    yield from entries
            except OSError:
                if folder == self._folders[0]:
                    raise
                self.left_alone += 1

    def _check_mount(self) -> None:
        """A share that is gone leaves an empty folder behind: that is no folder without files."""
        mounted = os.path.ismount(self._folder)
        if self._was_mounted and not mounted:
            raise OSError("the share is no longer mounted here")
        self._was_mounted = mounted


def _inside(folder: Path, places: Collection[Path]) -> Iterator[str]:
    """Those of these places that lie in the folder, as a scan of it names them, whatever links lead there."""
    top = os.path.realpath(folder)
    for place in places:
        where = os.path.relpath(os.path.realpath(place), top)
        if where != os.curdir and not where.startswith(os.pardir):
            yield os.path.join(folder, where)  # noqa: PTH118  # as the scan: plain texts
