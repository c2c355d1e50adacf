"""Files that were taken and are written to all the same: a writer that had paused goes on, in the file that was moved.

Where the system lets an open file be moved, what comes later would never be seen. So what was taken is looked at again
for a while, more and more rarely, and put back where it came from once it has changed: there it has to stand still and
be whole again, and is taken once more, with everything in it. What was watched when the service stopped is looked at
when it starts, however long it stood, and watched for as long again.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from instruments.sources.claims import Claim
from instruments.sources.sightings import Print
from instruments.sources.taken import put_back

SOONEST: Final = 1.0
"""Seconds after which a file is looked at again at the earliest."""


class Taken(msgspec.Struct):
    """A file that was taken, since when, and when to look again."""

    claim: Claim
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

    def watch(self, claim: Claim) -> None:
        """From now on, a file that was moved away."""
        if self._until > 0:
            now = self._clock()
            self.watched[claim.place] = Taken(claim, now, now + min(self._first, self._until))

    def resume(self, claim: Claim) -> None:
        """Look at once at a file that was watched when the service stopped, and from then on."""
        now = self._clock()
        self.watched[claim.place] = Taken(claim, now, now)

    def put_back(self, faults: list[str]) -> list[Path]:
        """Put back what has changed; the places that are watched no longer. `faults`: why some of it cannot be."""
        now, over = self._clock(), []
        for place, taken in [each for each in self.watched.items() if each[1].look_at <= now]:
            try:
                if self._is_done_with(taken, now):
                    del self.watched[place]
                    over.append(place)
            except OSError as fault:
                reason = fault.strerror or fault
                faults.append(f"a file was written to after it was taken, and cannot be put back: {reason}")
        return over

    def _is_done_with(self, taken: Taken, now: float) -> bool:
        """Whether a file needs no further look: it is back where it came from, has gone, or was left as it is."""
        path, place, before = taken.claim
        try:
            seen = Print.of(place.lstat())
        except FileNotFoundError:
            return True
        if seen == before:
            age = now - taken.since
            taken.look_at = taken.since + min(max(2 * age, self._first), self._until)
            return age >= self._until
        if os.path.lexists(path):
            return False  # the next file of that name is taken first
        path.parent.mkdir(parents=True, exist_ok=True)
        put_back(place, path)
        return True
