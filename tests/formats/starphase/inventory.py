"""Every text of the document by its path, lists not numbered; genes that are no HLA genes may be ignored."""

import json
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    yield from of_member(json.loads(raw), "")


def of_member(value, path):
    if isinstance(value, dict):
        for name, member in value.items():
            yield from of_member(member, f"{path}/{name}".removeprefix("/"))
    elif isinstance(value, list):
        for member in value:
            yield from of_member(member, path)
    else:
        parts = path.split("/")
        yield ["/".join(parts[:length]) for length in range(len(parts), 0, -1)], str(value)
