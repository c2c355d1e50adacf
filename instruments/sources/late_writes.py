"""Files that were taken and are written to all the same: a writer that had paused goes on, in the file that was moved.

Where the system lets an open file be moved, what comes later would never be seen. So what was taken is looked at again
for a while, more and more rarely, and put back where it came from once it has changed: there it has to stand still and
be whole again, and is taken once more, with everything in it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from instruments.sources.sightings import Print
from instruments.sources.taken import put_back

SOONEST: Final = 1.0
"""Seconds after which a file is looked at again at the earliest."""


class Taken(msgspec.Struct):
    """A file that was taken: where it came from, what it looked like, since when, and when to look again."""

    path: Path
    print: Print
    since: float
    look_at: float


class LateWrites:
    """The files that were taken within the last `until` seconds; the first look is after `first`. `clock` monotonic."""

    def __init__(self, *, first: float, until: float, clock: Callable[[], float]) -> None:
        self.watched: dict[Path, Taken] = {}
        """By where they are now."""
        self._first = max(first, SOONEST)
        self._until = until
        self._clock = clock

    def watch(self, path: Path, taken: Path, seen: Print) -> None:
        """From now on, a file that was moved from `path` to `taken`."""
        if self._until > 0:
            now = self._clock()
            self.watched[taken] = Taken(path, seen, now, now + min(self._first, self._until))

    def put_back(self) -> list[str]:
        """Put back what has changed; why some of it cannot be."""
        now, faults = self._clock(), []
        for place, taken in [each for each in self.watched.items() if each[1].look_at <= now]:
            try:
                if self._is_done_with(place, taken, now):
                    del self.watched[place]
            except OSError as fault:
                reason = fault.strerror or fault
                faults.append(f"a file was written to after it was taken, and cannot be put back: {reason}")
        return faults

    def _is_done_with(self, place: Path, taken: Taken, now: float) -> bool:
        """Whether a file needs no further look: it is back where it came from, has gone, or was left as it is."""
        try:
            seen = Print.of(place.lstat())
        except FileNotFoundError:
            return True
        if seen == taken.print:
            age = now - taken.since
            taken.look_at = taken.since + min(2 * age, self._until)
            return age >= self._until
        if os.path.lexists(taken.path):
            return False  # the next file of that name is taken first
        taken.path.parent.mkdir(parents=True, exist_ok=True)
        put_back(place, taken.path)
        return True
