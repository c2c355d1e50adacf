"""Every value of a FHIR document with the paths that may declare it ignored; lists are not numbered in its paths.

A GL String Code is two values: the release and the GL String.
"""

import json
from collections.abc import Iterator

from lxml import etree


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    if raw.lstrip().startswith(b"<"):
        root = etree.fromstring(raw)
        yield from of_element(root, [etree.QName(root).localname])
    else:
        root = json.loads(raw)
        yield from of_member(root, [root["resourceType"]])


def upwards(path: list[str]) -> list[str]:
    return ["/".join(path[:length]) for length in range(len(path), 0, -1)]


def of_element(element, path):
    for name, value in element.attrib.items():
        yield upwards(path if name == "value" else [*path, name]), value
    for text in (element.text, *(child.tail for child in element)):
        if text and text.strip():
            yield upwards(path), text
    for child in element:
        if isinstance(child.tag, str):
            yield from of_element(child, [*path, etree.QName(child).localname])


def of_member(value, path):
    if isinstance(value, list):
        for each in value:
            yield from of_member(each, path)
    elif isinstance(value, dict):
        path = [*path, value["resourceType"]] if path[-1] == "resource" else path
        for name, each in value.items():
            if name != "resourceType":
                yield from of_member(each, [*path, name])
    else:
        yield from ((upwards(path), part) for part in str(value).removeprefix("hla#").split("#", 1))
