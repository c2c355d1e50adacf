"""Names and numbers of every ranked allele; counts, the command and messages may be ignored as such."""

import re
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    for line in raw.decode().splitlines():
        text = line.strip()
        if ranked := re.search(r"ranked (\S+) \(abundance: ([0-9.]+)%\)", text):
            yield from ((["ranked"], value) for value in ranked.groups())
        elif "(count:" in text:
            yield ["counts"], text
        elif text:
            yield ["remark" if text.startswith("#") else "messages"], text
