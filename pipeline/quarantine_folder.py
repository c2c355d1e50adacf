"""Files that could not be read, put where the people of the laboratory look for them, each with its reason beside it.

The bytes come from the spool and the verdict from the store, so intake waits for nothing here. A file is on disk before
it is noted as put; after a stop in between it is found there with the same bytes, and not put a second time. Once
noted, a file that somebody has dealt with and removed does not come back.
"""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from instruments.sources.backoff import Backoff
from instruments.sources.source import Source, SourceStatus
from instruments.sources.taken import numbered
from pipeline.errors import SiteError
from pipeline.spool.spool import Spool
from pipeline.store.queries import quarantined_of
from pipeline.store.store import Store
from pipeline.whole_file import write_whole

LOOK_SECONDS: Final = 1.0
AS_THE_FOLDER: Final = 0o666
"""Who may read these files is decided where the laboratory keeps them: it is its own report that comes back."""
LONGEST_NAME: Final = 120
"""Characters of a file's name that are kept: no file system takes much longer ones with what is put behind them."""
REASON: Final = """\
{name} was taken in at {received} as receipt {receipt}, and could not be read:

{reason}

`graftline quarantine show {receipt}` tells what is known of it; when the cause is mended,
`graftline quarantine resubmit {receipt}` reads it again. Its bytes are kept in any case: this copy may be deleted.
"""


class Marks:
    """How far each instrument's quarantined files have been put, by sequence number; a file that survives a stop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def of(self, name: str) -> int:
        """The last receipt that was put for this instrument; 0 if none was. Raises OSError."""
        return self._all().get(name, 0)

    def move(self, name: str, seq: int) -> None:
        """Note that everything up to this receipt has been put. Raises OSError."""
        with self._lock:
            write_whole(self._path, msgspec.json.encode({**self._all(), name: seq}))

    def _all(self) -> dict[str, int]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, int])
        except (FileNotFoundError, msgspec.DecodeError):
            return {}  # everything is put again, and what is still there is found to be there


class QuarantineFolder:
    """Puts what one instrument sent and nobody could read into its folder `place`."""

    def __init__(self, instrument: str, place: Path, spool: Spool, store: Callable[[], Store], marks: Marks) -> None:
        self.name = f"quarantine of {instrument}"
        self.status = SourceStatus()
        self._instrument = instrument
        self._place = place
        self._spool = spool
        self._store = store
        self._marks = marks
        self._looked_at = -1
        self._backoff = Backoff()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; the folder may come and go."""
        while not stop.is_set():
            try:
                self.look()
            except SiteError:  # the store is out of reach, and the loader says so
                stop.wait(LOOK_SECONDS)
            except OSError as fault:
                self.status.state, self.status.detail = (
                    "down",
                    f"cannot write to {self._place}: {fault.strerror or fault}",
                )
                stop.wait(self._backoff.delay())
            else:
                self.status.state, self.status.detail = "up", ""
                self._backoff.reset()
                stop.wait(LOOK_SECONDS)
        self.status.state = "stopped"

    def look(self) -> None:
        """Put what has come to quarantine since the last look. Raises SiteError, OSError."""
        store = self._store()
        loaded = store.last_seq
        if loaded == self._looked_at:
            return
        for row in list(quarantined_of(store, self._instrument, self._marks.of(self._instrument))):
            self._put(row)
            self._marks.move(self._instrument, row["seq"])
            self.status.delivered += 1
        self._looked_at = loaded

    def _put(self, row: dict[str, Any]) -> None:
        payload = self._spool.payload(row["seq"])
        self._place.mkdir(parents=True, exist_ok=True)
        target = next(each for each in places(self._place, row) if free_for(each, payload))
        if not target.exists():
            reason = REASON.format(**{**row, "name": row["name"] or row["receipt"]})
            write_whole(target.with_name(f"{target.name}.reason.txt"), reason.encode(), AS_THE_FOLDER)
            write_whole(target, payload, AS_THE_FOLDER)


def places(folder: Path, row: dict[str, Any]) -> Iterator[Path]:
    """Under which names a receipt may lie in a folder: its own, then with numbers. A name leads nowhere else."""
    plain = Path(row["name"].replace("\\", "/").rsplit("/", 1)[-1].replace(":", "_") or row["receipt"])
    kept = plain.stem[: LONGEST_NAME - len(plain.suffix)] + plain.suffix[:LONGEST_NAME]
    return numbered(folder / kept)


def free_for(path: Path, payload: bytes) -> bool:
    """Whether nothing lies there, or these very bytes."""
    if not os.path.lexists(path):
        return True
    return path.is_file() and path.stat().st_size == len(payload) and path.read_bytes() == payload


_: type[Source] = QuarantineFolder
