"""Every copy of every genotype, and the comments."""

import re
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    for line in raw.decode().splitlines():
        if line.startswith("#"):
            yield ["# comment"], line
        else:
            yield from ((["genotype"], part) for cell in line.split("\t") for part in re.split(r"[,|&]", cell) if part)
