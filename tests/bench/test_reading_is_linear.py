"""A file ten times as long takes about ten times as long to read: no reader looks back over all that it has read."""

import time

from parsers.format import Document, Format, load_formats, load_profiles
from pipeline.bench.formats import SAMPLES
from pipeline.bench.grown_samples import Grown, grown_samples
from pipeline.home import BUNDLED

SHORT, LONG = 15_000, 150_000
TIMES_SLOWER = 4
"""A quadratic reader is ten times as slow by the byte; a busy machine may make a linear one look twice as slow."""


def grown(formats: dict[str, Format], size: int) -> dict[tuple[str, str], Grown]:
    found = grown_samples(SAMPLES, formats, size)
    return {(each.reader.name, each.document.name): each for each in found if each.times > 10}


def seconds_a_byte(reader: Format, document: Document) -> float:
    """Of this process alone, the least of three times over as many bytes, whether in one document or in many."""
    rounds, taken = max(1, LONG // len(document.raw)), []
    for _ in range(3):
        start = time.process_time()
        for _ in range(rounds):
            reader.parse(document)
        taken.append(time.process_time() - start)
    return min(taken) / rounds / len(document.raw)


def test_no_reader_is_slower_by_the_byte_in_a_long_file() -> None:
    formats = load_formats(load_profiles([BUNDLED / "profiles"]))
    short, long = grown(formats, SHORT), grown(formats, LONG)
    both = short.keys() & long.keys()
    assert len(both) > 20
    slower = {
        name: seconds_a_byte(long[name].reader, long[name].document)
        / seconds_a_byte(short[name].reader, short[name].document)
        for name in both
    }
    assert {name: round(times, 1) for name, times in slower.items() if times > TIMES_SLOWER} == {}
