"""A loader killed at any moment leaves a store that is whole as far as it goes, and goes on to say everything once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.store.queries import dump
from pipeline.store.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]
LAST = 60


def loader(path: Path) -> subprocess.Popen[str]:
    """The loader in a process of its own; it says how far it has come after every batch."""
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("loading_child.py")), str(path), str(LAST)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(path: Path, batches: int) -> None:
    with loader(path) as child:
        assert child.stdout is not None
        for _ in range(batches):
            assert child.stdout.readline()
        child.kill()


@pytest.mark.parametrize("batches", [(1,), (3, 0, 2)])
def test_a_killed_loader_loses_nothing_and_doubles_nothing(path: Path, batches: tuple[int, ...]) -> None:
    for count in batches:
        kill_after(path, count)
        with Store(path) as store:
            assert not store.rebuild_needed
            loaded = [row["seq"] for row in dump(store, "receipts")]
            assert loaded == list(range(1, store.last_seq + 1)), "the cursor and the rows are of one transaction"
    with loader(path) as child:
        child.communicate()
    with Store(path) as store:
        assert [row["seq"] for row in dump(store, "receipts")] == list(range(1, LAST + 1))
