"""The release that a report says it was made under, in words of its own: `IPD-IMGT/HLA 3.58.0`, `3.58`, `3580`."""

import re

STATED_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?|\b\d{4}\b")


def number_of(stated: str) -> str:
    """The release that words name, in full: `3.58`, `3580` and `IMGT/HLA 3.58.0` name `3.58.0`; empty if none."""
    match = STATED_VERSION.search(stated)
    if match is None:
        return ""
    number = match[0]
    if "." not in number:
        return f"{number[0]}.{number[1:3]}.{number[3]}"
    return number if number.count(".") == 2 else f"{number}.0"


def same_release(stated: str, version: str) -> bool:
    """Whether `stated`, in words of its own, names this release: `IPD-IMGT/HLA 3.58.0`, `3.58` or `3580`."""
    match = STATED_VERSION.search(stated)
    if match is None:
        return False
    return version.replace(".", "") == match[0] or f"{version}.".startswith(f"{match[0]}.")
