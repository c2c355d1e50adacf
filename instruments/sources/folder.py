"""Export folders: files that instruments and their software leave behind.

The scan is the truth. A file is taken when its size and time stood still for `settle` seconds by our own clock (the
clock of the computer that wrote it may be years off) and, where a completeness test is given, when it is complete: a
stalled copy over a network stands still for minutes. A file that fails the test is taken all the same after `give_up`
seconds, as it is. The file is read, compared with what was seen, put on disk, and only then moved to `taken/` or
where else the site wants it: the move is the acknowledgement. A file that is written to in the `give_up` seconds after
that is put back, and taken again. Where nothing can be moved (a read-only share) the source remembers what it took.

A file's name holds the folders between it and the export folder: they may be all that says whose it is.
"""

import os
import stat
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from instruments.errors import Refused
from instruments.sources.claims import Claim, Claims, NoClaims
from instruments.sources.late_writes import LateWrites
from instruments.sources.sightings import Print, Sighting, Sightings
from instruments.sources.source import Intake, SourceStatus
from instruments.sources.taken import Shelves, put_back
from instruments.sources.wakeup import Wakeup

OPEN_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe put in the file's place must not block
    | getattr(os, "O_BINARY", 0)
)
MOST_AT_ONCE: Final = 1000
"""Files taken between two scans."""
MOST_TOGETHER: Final = 64
BYTES_TOGETHER: Final = 8 * 1024 * 1024
"""Files that are put on disk in one flush: where a flush takes milliseconds, ten thousand of them take a minute."""
SHORTEST_PAUSE: Final = 0.05


class FolderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds and bytes. `settle`: standing still; `give_up`: waiting for the rest, before a file is taken and after;
    `interval`: between scans.

    Taken files go to `taken`, if it is given; what lies in the folders `spared` is no export.
    """

    settle: float = 3.0
    give_up: float = 300.0
    interval: float = 1.0
    largest: int = 256 * 1024 * 1024
    taken: Path | None = None
    spared: tuple[Path, ...] = ()


class File(NamedTuple):
    """A file that has been read; `note` says why it is taken although it is not whole."""

    sighting: Sighting
    name: str
    payload: bytes
    note: str = ""


class Changed(Exception):
    """The file is no longer what was seen; the next scan looks again."""


def read_unchanged(path: Path, seen: Print) -> bytes:
    """The bytes of a regular file. Raises Changed if it is not what was seen, before or after; OSError."""
    with os.fdopen(os.open(path, OPEN_FLAGS), "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode) or Print.of(before) != seen:
            raise Changed
        payload = file.read(seen.size + 1)
        if len(payload) != seen.size or Print.of(os.fstat(file.fileno())) != seen:
            raise Changed
    return payload


def printable(name: str) -> str:
    """A file name as text on one line, whatever bytes it has."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def today() -> date:
    """The day under which taken files are shelved, UTC."""
    return datetime.now(UTC).date()


class Folder:
    """An export folder under watch. `complete` tells a whole file from a partial one by its bytes.

    What it has taken and is not done with is in `claims`.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        intake: Intake,
        *,
        settings: FolderSettings | None = None,
        complete: Callable[[bytes], bool] | None = None,
        claims: Claims | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._path = path
        self._intake = intake
        self._settings = settings or FolderSettings()
        self._complete = complete
        self._shelves = Shelves(path, self._settings.taken)
        self._sightings = Sightings(
            path,
            settle=self._settings.settle,
            give_up=self._settings.give_up,
            clock=clock,
            spared=(self._shelves.place, *self._settings.spared),
        )
        self._late_writes = LateWrites(first=self._settings.settle, until=self._settings.give_up, clock=clock)
        self._immovable: dict[Path, Print] = {}
        self._claims = claims or NoClaims()
        self._resume()
        self._status = SourceStatus()

    def _resume(self) -> None:
        """Take up what was claimed in this folder when the service stopped."""
        for claim in self._claims.standing():
            if not claim.path.is_relative_to(self._path):
                continue
            if claim.stays:
                self._immovable[claim.path] = claim.print
            else:
                self._late_writes.resume(claim)

    @property
    def name(self) -> str:
        """The instrument's name in the site file."""
        return self._name

    @property
    def status(self) -> SourceStatus:
        """How it is doing."""
        return self._status

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; the folder may come and go."""
        with Wakeup(self._path) as wakeup:
            while not stop.is_set():
                pause = self.scan(stop)
                if self._status.state == "up":
                    wakeup.watch()
                stop.wait(SHORTEST_PAUSE)
                wakeup.wait(pause, stop)
        self._status.state = "stopped"

    def scan(self, stop: threading.Event) -> float:
        """Look once and take what has settled; the seconds until the next look is due."""
        try:
            self._sightings.look()
        except OSError as fault:
            self._status.state, self._status.detail = "down", f"the folder cannot be read: {fault.strerror or fault}"
            return self._settings.interval
        self._status.state = "up"
        settled, immovable = self._settled()
        faults = self._take_all(settled[:MOST_AT_ONCE], stop)
        stay = len(immovable) - self._move(immovable[:MOST_AT_ONCE], faults)
        self._drop(self._late_writes.put_back(faults), faults)
        faults += self._carry_over()
        self._status.detail = "; ".join(dict.fromkeys([*faults, *self._notes(stay)]))
        if len(settled) > MOST_AT_ONCE:
            return 0.0
        due = self._sightings.next_due()
        return self._settings.interval if due is None else min(due, self._settings.interval)

    def _settled(self) -> tuple[list[Sighting], list[Sighting]]:
        """Files that are to be taken, and those that were and could not be moved away."""
        settled: list[Sighting] = []
        immovable: list[Sighting] = []
        for each in self._sightings.settled():
            (immovable if self._immovable.get(each.path) == each.print else settled).append(each)
        return settled, immovable

    def _move(self, immovable: list[Sighting], faults: list[str]) -> int:
        """Move away what could not be moved before, as far as that works by now; how many files it was."""
        moved: list[Claim] = []
        for sighting in immovable:
            claim = self._acknowledge(sighting)
            if claim and claim.stays:
                break
            moved += [claim] if claim else []
        self._lay(moved, faults)
        return len(moved)

    def _lay(self, claims: list[Claim], faults: list[str]) -> None:
        try:
            self._claims.lay(claims)
        except OSError as fault:
            faults.append(f"what was taken would be forgotten if the service stopped: {fault.strerror or fault}")

    def _drop(self, places: list[Path], faults: list[str]) -> None:
        try:
            self._claims.drop(places)
        except OSError as fault:
            faults.append(f"what was taken would be looked at anew if the service stopped: {fault.strerror or fault}")

    def _carry_over(self) -> list[str]:
        try:
            self._shelves.carry_over(spared=self._late_writes.watched)
        except OSError as fault:
            where = f"{self._shelves.place}: {fault.strerror or fault}"
            return [f"taken files wait in .taken, because they cannot be moved to {where}"]
        return []

    def _notes(self, stay: int) -> list[str]:
        notes = []
        if stay:
            place = self._shelves.place
            notes.append(f"{stay} files were taken but cannot be moved to {place.parent.name}/{place.name}")
        if empty := self._sightings.empty():
            notes.append(
                f"{empty} empty {'file waits' if empty == 1 else 'files wait'} in {self._path}: a failed export?"
            )
        if self._sightings.left_alone:
            notes.append(f"{self._sightings.left_alone} links, pipes or unreadable folders are left alone")
        if self._sightings.data_folders:
            notes.append(f"{self._sightings.data_folders} data folders of Graftline lie in it and are left alone")
        return notes

    def _take_all(self, settled: list[Sighting], stop: threading.Event) -> list[str]:
        """Take files in groups that share their way to the disk; what kept some of them from being taken."""
        faults: list[str] = []
        group: list[File] = []
        for sighting in settled:
            if stop.is_set():
                break
            if file := self._read(sighting, faults):
                group.append(file)
            if len(group) >= MOST_TOGETHER or sum(len(each.payload) for each in group) >= BYTES_TOGETHER:
                if not self._keep(group, faults):
                    return faults
                group = []
        self._keep(group, faults)
        return faults

    def _read(self, sighting: Sighting, faults: list[str]) -> File | None:
        """A file as it is, if it is to be taken now."""
        try:
            if sighting.print.size > self._settings.largest:
                raise OSError(f"it is larger than {self._settings.largest} bytes")
            payload = read_unchanged(sighting.path, sighting.print)
        except Changed:
            return None
        except OSError as fault:
            faults.append(f"a file cannot be read: {fault.strerror or fault}")
            return None
        name = printable(sighting.path.relative_to(self._path).as_posix())
        if not self._complete or self._complete(payload):
            return File(sighting, name, payload)
        sighting.partial = True
        if not self._sightings.has_waited(sighting):
            return None
        return File(
            sighting, name, payload, f"the file still looked incomplete after {self._settings.give_up:g} seconds"
        )

    def _keep(self, files: list[File], faults: list[str]) -> bool:
        """Put files on disk, then move them away; false if the disk does not take them."""
        whole = [each for each in files if not each.note]
        try:
            if whole:
                self._intake.keep_all([each.payload for each in whole], [each.name for each in whole])
            for each in files:
                if each.note:
                    self._intake.keep(each.payload, name=each.name, note=each.note)
        except Refused as reason:
            self._status.refusals += 1
            faults.append(str(reason))
            return False
        self._status.bytes_in += sum(len(each.payload) for each in files)
        self._status.messages += len(files)
        claims = [self._acknowledge(each.sighting) for each in files]
        self._lay([each for each in claims if each], faults)
        return True

    def _acknowledge(self, sighting: Sighting) -> Claim | None:
        """Move a file away, if that can be; None if it is no longer what was taken, and to be taken anew."""
        path, seen = sighting.path, sighting.print
        try:
            place = self._shelves.put(path, today())
        except OSError:
            self._immovable[path] = seen
            return Claim(path, path, seen)
        self._immovable.pop(path, None)
        if Print.of(place.lstat()) != seen:  # replaced between reading and moving
            put_back(place, path)
            return None
        claim = Claim(path, place, seen)
        self._late_writes.watch(claim)
        return claim
