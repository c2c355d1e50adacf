"""Every cell below the header."""

from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    names, *rows = [line.split("\t") for line in raw.decode().splitlines()[1:]]
    for row in rows:
        yield from (([name], cell) for name, cell in zip(names, row, strict=True) if cell != "null")
