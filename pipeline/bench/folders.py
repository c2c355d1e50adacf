"""How fast export folders are: one look at a very full one, and bursts of files taken in, each exactly once."""

import itertools
import tempfile
import threading
import time
from pathlib import Path

from instruments.sources.folder import Folder, FolderSettings
from instruments.sources.sightings import AT_REST_SECONDS, Sightings
from pipeline.bench.figures import Figure, seconds
from pipeline.intake import SpoolIntake
from pipeline.spool.spool import Spool


def scan(files: int) -> Figure:
    """One look at a folder full of files that cannot be moved away and have stood still for a minute."""
    with tempfile.TemporaryDirectory() as place:
        for number in range(files):
            Path(place, f"run-{number}.csv").write_bytes(b"invented")
        now = itertools.count(0.0, AT_REST_SECONDS + 1)
        sightings = Sightings(Path(place), settle=3.0, give_up=300.0, clock=lambda: next(now))
        sightings.look()
        begun = time.thread_time()
        sightings.look()
        return Figure(f"scan of {files} files", time.thread_time() - begun, "s of processor", "goal: at most 0.3")


def renamed(count: int) -> Figure:
    """From a burst of files that were written under another name to the last one kept and moved away."""
    lasted, exactly = _taken_from_a_burst(count, suffix=".tmp")
    return Figure(f"{count} renamed files claimed, {exactly}", lasted, "s", "goal: at most 30")


def written(count: int) -> Figure:
    """From a burst of files that were written in place to the last one kept and moved away."""
    lasted, exactly = _taken_from_a_burst(count, suffix=".csv")
    return Figure(f"{count} files at once taken in, {exactly}", lasted, "s", "goal: at most 180")


def _taken_from_a_burst(count: int, *, suffix: str) -> tuple[float, str]:
    """How long it took until every file was durable and moved away, and whether each was taken once."""
    with tempfile.TemporaryDirectory() as place, Spool(Path(place) / "spool") as spool:
        exports = Path(place) / "exports"
        exports.mkdir()
        folder = Folder("exports", exports, SpoolIntake(spool, "exports"), settings=FolderSettings(settle=0.0))
        for number in range(count):
            path = exports / f"run-{number}{suffix}"
            path.write_bytes(b"%d" % number)
            path.rename(path.with_suffix(".csv"))

        def take() -> None:
            stop = threading.Event()
            while folder.status.messages < count:
                folder.scan(stop)

        lasted = seconds(take)
        kept = {payload for _, payload in spool.read()}
        left = any(each.suffix == ".csv" for each in exports.iterdir())
        return lasted, "each once" if len(kept) == count == spool.last and not left else "NOT each once"
