"""Every value of a report with the paths that may declare it ignored; an attribute is named like an element."""

from collections.abc import Iterator

from lxml import etree


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    root = etree.fromstring(raw)
    yield from of_element(root, [root.tag])


def of_element(element, path):
    for name, value in element.attrib.items():
        yield upwards([*path, name]), value
    if element.text and element.text.strip():
        yield upwards(path), element.text
    for child in element:
        yield from of_element(child, [*path, child.tag])


def upwards(path: list[str]) -> list[str]:
    return ["/".join(path[:length]) for length in range(len(path), 0, -1)]
