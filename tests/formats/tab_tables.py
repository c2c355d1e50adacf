"""Values of tables by tabs, for the inventories of the tools that write them alike."""

from collections.abc import Iterator


def remarked_table(raw: bytes) -> Iterator[tuple[list[str], str]]:
    """Every cell below the header, by its column; the remark with the release."""
    lines = raw.decode().splitlines()
    yield from ((["remark"], line.removeprefix("# version: ")) for line in lines if line.startswith("#"))
    names, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    for row in rows:
        yield from (([name], cell) for name, cell in zip(names, row, strict=True) if cell != "-")
