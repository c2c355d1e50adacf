"""GL Strings line by line: however the bytes arrive, every line has its answer, as soon as it has arrived."""

import io
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.answers import Answers
from pipeline.cli.glstring_lines import answer_lines
from pipeline.normalise.records import Flag

REPOSITORY = Path(__file__).parents[2]


class Echo(NamedTuple):
    input: str
    output: str
    flags: tuple[Flag, ...] = ()


def echo(line: str) -> Echo:
    return Echo(line, f"<{line}>")


class Pieces(io.RawIOBase):
    """Bytes that arrive piece by piece."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:
        piece = self.pieces.pop(0) if self.pieces else b""
        into[: len(piece)] = piece
        return len(piece)


def answered(pieces: list[bytes]) -> str:
    out = io.StringIO()
    stream = io.TextIOWrapper(io.BufferedReader(Pieces(pieces)))
    assert answer_lines(echo, stream, Answers(out, io.StringIO(), json=False)) == 0
    return out.getvalue()


@given(st.text(alphabet="A*\r\n\ufeff\u00e9"), st.sets(st.integers(0, 40)))
def test_however_a_text_is_cut_its_lines_are_answered(text: str, cuts: set[int]) -> None:
    raw = text.encode()
    bounds = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    pieces = [raw[start:end] for start, end in pairwise(bounds)]
    lines = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig")
    assert answered(pieces) == "".join(f"<{line.removesuffix(chr(10))}>\n" for line in lines)


def test_a_byte_that_is_no_text_is_shown_by_its_escape() -> None:
    assert answered([b"A*01:01\xc3", b"+\xff\n"]) == "<A*01:01\\xc3+\\xff>\n"


def test_a_program_may_wait_for_each_answer(here: Path) -> None:
    """Through real pipes: one line in, its answer out, before there is another."""
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli.app", "reduce", "--mode", "lgx"],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        for line, answer in [(b"A*01:01:01:01\n", b"HLA-A*01:01\n"), (b"A*03:01:01:01\r\n", b"HLA-A*03:01\n")]:
            process.stdin.write(line)
            process.stdin.flush()
            assert process.stdout.readline() == answer
        assert process.stdin.write(b"A*02:01") and not process.stdin.close()  # without a line end
        assert process.stdout.read() == b"HLA-A*02:01\n"
    assert process.returncode == 0
