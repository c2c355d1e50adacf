"""Every line: its genes, predictions and scores."""

import re
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    for line in raw.decode().splitlines():
        for part in re.split(r"[,]|Prediction #[0-9]+ - ", line.strip()):
            if part:
                yield ["line"], part
