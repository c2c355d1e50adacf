"""Every line but the headings of genes and the numbers of types, which are the record's order."""

import re
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    for line in raw.decode().splitlines():
        if line.startswith("HLA gene"):
            yield ["gene"], line.rpartition(":")[2].strip()
        elif found := re.match(r"\[Type [0-9]+\](.*)", line):
            yield from ((["type"], word) for word in found[1].split())
        elif line:
            yield ["remark"], line
