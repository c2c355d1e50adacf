"""Every cell below a summary's header, both cells of a report's line, and every value of the JSON by its names."""

import json
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    text = raw.decode()
    if text.startswith("{"):
        yield from members(json.loads(text), "")
        return
    lines = [line.split("\t") for line in text.splitlines()]
    for line in lines[1:] if lines[0][0] == "queryId" else lines:
        for cell in line:
            yield ["cell"], cell


def members(value: object, path: str) -> Iterator[tuple[list[str], str]]:
    if isinstance(value, list):
        for each in value:
            yield from members(each, path)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from members(each, f"{path}/{name}".lstrip("/"))
    elif value not in (None, ""):
        parts = path.split("/")
        yield ["/".join(parts[:length]) for length in range(len(parts), 0, -1)], str(value)
