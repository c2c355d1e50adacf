"""A loader killed at any moment loses nothing that it said was loaded, and doubles nothing when it goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.store.queries import dump
from pipeline.store.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]


def load_until_killed(path: Path, batches: int) -> int:
    """Run the loader in a process of its own and kill it after it has reported so many batches; the last one said."""
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("loading_child.py")), str(path)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    said = [int(child.stdout.readline()) for _ in range(batches)]
    child.kill()
    said += [int(line) for line in child.stdout.read().split()]
    child.stdout.close()
    child.wait()
    return said[-1]


@pytest.mark.parametrize("batches", [1, 3])
def test_what_was_said_to_be_loaded_is_there_once(path: Path, batches: int) -> None:
    for _ in range(2):
        said = load_until_killed(path, batches)
        with Store(path) as store:
            assert not store.rebuild_needed
            loaded = [row["seq"] for row in dump(store, "receipts")]
            assert loaded == list(range(1, store.last_seq + 1)), "the cursor and the rows are of one transaction"
            assert store.last_seq >= said
