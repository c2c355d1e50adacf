"""Every field of an EMDIS message with its name; a question mark says nothing."""

import re
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    for name, value in re.findall(r'(\w+)\s*=\s*"?([^",;\n]*)"?', raw.decode()):
        if value.strip() not in ("", "?"):
            yield [name], value
