"""Every value of an Atlas import with the paths that may declare it ignored: in small letters, lists not numbered."""

import json
import re
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    yield from of_member(json.loads(re.sub(r",(\s*[}\]])", r"\1", raw.decode("utf-8-sig"))), "")


def of_member(value, path):
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else (("", each) for each in value)
        for name, member in members:
            yield from of_member(member, f"{path}/{name.lower()}" if name else path)
    elif value is not None:
        yield [path.removeprefix("/")], str(value)
