"""Every cell below the header, by its column; the remark with the release."""

from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    lines = raw.decode().splitlines()
    yield from ((["remark"], line.removeprefix("# version: ")) for line in lines if line.startswith("#"))
    names, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    for row in rows:
        yield from (([name], cell) for name, cell in zip(names, row, strict=True) if cell != "-")
