"""Every cell of every line; lines have cells of their own number."""

from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    for line in raw.decode().splitlines():
        yield from ((["cell"], cell) for cell in line.split("\t") if cell not in ("-",))
