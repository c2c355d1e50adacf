"""The title, the types of strips, and every cell of a row by its column."""

from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    title, *lines = raw.decode().splitlines()
    yield ["title"], title
    header: list[str] = []
    for line in lines:
        cells = line.split("\t")
        if line.startswith("Strip Type:"):
            yield ["type"], line.removeprefix("Strip Type:").strip()
        elif cells[0] == "Strip ID":
            header = cells
        else:
            for name, cell in zip(header, cells, strict=True):
                parts = cell.replace(" or ", ",").replace("+", ",").split(",") if name == "Genotype" else [cell]
                yield from (([name], part.strip()) for part in parts if part.strip())
