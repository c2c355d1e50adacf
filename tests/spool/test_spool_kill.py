"""kill -9 at every call of the system that a session makes: what was acknowledged is there, once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from instruments.links.link import Part
from pipeline.intake import SpoolIntake
from pipeline.spool.frames import Kind
from pipeline.spool.reader import verify
from pipeline.spool.spool import Spool


def sessions(kill_at: Callable[..., Any], tmp_path: Path, session: Callable[..., None], **how: bool) -> Iterator[Any]:
    """The outcomes of a session killed at its first call, its second, and so on, each in a folder of its own."""
    for k in range(1, 1000):
        folder = tmp_path / f"killed-at-{k}"
        outcome = kill_at(k, lambda acknowledge, folder=folder: session(folder, acknowledge), **how)
        yield folder, outcome
        if not outcome.killed:
            assert k > 20, "the session is long enough to tell"
            return


def three_runs(folder: Path, acknowledge: Callable[[str], None]) -> None:
    """Twelve messages in three runs of the program, over several segments."""
    for run in range(3):
        with Spool(folder, segment_limit=700) as spool:
            for number in range(4):
                spool.append(Kind.MESSAGE, "invented", f"invented {run}-{number}".encode())
                acknowledge(f"invented {run}-{number}")


@pytest.mark.parametrize("halfway", [False, True])
def test_nothing_acknowledged_is_lost_or_doubled(
    kill_at: Callable[..., Any], tmp_path: Path, halfway: bool, texts: Callable[..., list[str]]
) -> None:
    everything = [f"invented {run}-{number}" for run in range(3) for number in range(4)]
    for folder, outcome in sessions(kill_at, tmp_path, three_runs, halfway=halfway):
        with Spool(folder, segment_limit=700) as spool:
            found = texts(spool)
            kept = len(outcome.acknowledged)
            assert found[:kept] == outcome.acknowledged == everything[:kept]
            assert found[kept:] in ([], everything[kept : kept + 1]), "at most the one that was under way"
            last = spool.last
            assert spool.append(Kind.MESSAGE, "invented", b"invented, after").seq > last
            assert texts(spool) == [*found, "invented, after"]
        assert all(damage.kind == "torn" for damage in verify(folder))
        assert not list(folder.glob("*.new"))


def a_message_in_parts(folder: Path, acknowledge: Callable[[str], None]) -> None:
    with Spool(folder, segment_limit=500) as spool:
        intake = SpoolIntake(spool, "line")
        for number in range(4):
            intake.put(Part(f"invented part {number}\n".encode()))()
            acknowledge(f"invented part {number}")
        intake.keep(b"invented message")
        acknowledge("invented message")


def test_every_acknowledged_part_is_handed_back_until_a_message_takes_it_up(
    kill_at: Callable[..., Any], tmp_path: Path, texts: Callable[..., list[str]]
) -> None:
    parts = [f"invented part {number}" for number in range(4)]
    for folder, outcome in sessions(kill_at, tmp_path, a_message_in_parts):
        with Spool(folder) as spool:
            found = [part.decode().strip() for part in SpoolIntake(spool, "line").parts()]
            if texts(spool):
                assert found == []
            else:
                kept = len(outcome.acknowledged)
                assert found[:kept] == outcome.acknowledged
                assert found == parts[: len(found)]
                assert len(found) - kept in (0, 1)
