"""Line by line from stdin to stdout, at full speed: as many answers as lines, in the same order.

What has arrived is answered at once, so a program may wait for each answer before it asks again; a file arrives in
large pieces. A refused line comes out empty, with its reason on stderr; notes go there, too. A person at a terminal
sees on stderr how far the work is.
"""

import codecs
import io
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TextIO, cast

from pipeline.cli.answers import Answers, encoded, harmless
from pipeline.normalise.records import Flag

PIECE = 1 << 17
"""Bytes that are read at once, at most."""
PATIENCE = 1.0
"""Seconds between two reports of progress."""


class Answer(Protocol):
    """What comes of a line: nothing as `output` if it is refused, and flags that say why."""

    @property
    def input(self) -> str:
        """The line."""

    @property
    def output(self) -> str:
        """What it became."""

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Every doubt."""


def answer_lines(work: Callable[[str], Answer], stream: TextIO, answers: Answers) -> int:
    """Carry out the work on every line of the stream; 1 if a line was refused, otherwise 0."""
    refused, done, progress = 0, 0, Progress(answers.err)
    for lines in _arrived(cast(io.BufferedIOBase, stream.buffer)):  # typeshed knows no read1 of it
        found = [work(line) for line in lines]
        refused += sum(not each.output for each in found)
        answers.out.write("".join([f"{encoded(each) if answers.json else each.output}\n" for each in found]))
        answers.out.flush()
        if not answers.json:
            answers.err.write("".join(_remarks(found, done)))
        done += len(found)
        progress.tell(done)
    progress.end()
    return int(refused > 0)


class Progress:
    """How many lines are done, on a terminal only, every second."""

    def __init__(self, err: TextIO) -> None:
        self.err = err
        self.shown = err.isatty()
        self.next = time.monotonic() + PATIENCE

    def tell(self, done: int) -> None:
        """Say how many, if it is time to."""
        if self.shown and time.monotonic() >= self.next:
            self.err.write(f"\r{done:,} lines")
            self.err.flush()
            self.next = time.monotonic() + PATIENCE

    def end(self) -> None:
        """Leave an empty line behind."""
        if self.shown:
            self.err.write("\r\x1b[K")
        self.err.flush()


def _remarks(found: Iterable[Answer], done: int) -> Iterator[str]:
    for number, each in enumerate(found, done + 1):
        for flag in each.flags:
            where = f" at character {flag.position}" if flag.position else ""
            yield harmless(f"line {number}: {flag.token}{where}: {flag.message}\n")


def _arrived(stream: io.BufferedIOBase) -> Iterator[list[str]]:
    """The lines that have arrived in full, as they do; what follows the last line end is the last line."""
    begun: list[str] = []
    for text in _texts(stream):
        first, *others = text.split("\n")
        begun.append(first)
        if others:
            yield ["".join(begun), *others[:-1]]
            begun = others[-1:]
    if last := "".join(begun):
        yield [last]


def _texts(stream: io.BufferedIOBase) -> Iterator[str]:
    """UTF-8, whatever the system's own encoding is; what is no text is shown by its escape."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8-sig")("backslashreplace"), translate=True
    )
    while piece := stream.read1(PIECE):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)
