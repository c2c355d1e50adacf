"""A large XML document taken record by record, so that no more than two records of it are a tree at any time.

A tree takes some ten times the room of its text. A document below `WHOLE_TREE` bytes becomes one all the same: that is
quicker. Either way the children of the root come in their order, each of them whole, with the text that follows it.
"""

import io
from collections.abc import Iterable, Iterator

from lxml import etree

from parsers.xml_document import READ_SAFELY, broken, read_xml, refuse_unsafe

WHOLE_TREE = 2 * 1024 * 1024

Opened = tuple[etree._Element, Iterable[etree._Element]]
"""The root element with its attributes, and its children; a child may be looked at until the next one is taken."""


def open_xml(raw: bytes, root: str, record: str, whole_tree: int = WHOLE_TREE) -> Opened:
    """A document whose root, if all is well, has this local name and many children called `record`.

    Raises ParseError as `read_xml` does; of a large document while its children are taken.
    """
    if len(raw) <= whole_tree:
        tree = read_xml(raw)
        return tree, tree
    refuse_unsafe(raw)
    tags = (f"{{*}}{root}", f"{{*}}{record}")
    events = etree.iterparse(io.BytesIO(raw), events=("start", "end"), tag=tags, **READ_SAFELY)
    try:
        _, first = next(events)
    except (StopIteration, etree.XMLSyntaxError):
        tree = read_xml(raw)  # some other document, or none: it says what is wrong with it
        return tree, tree
    if first.getparent() is not None:
        tree = read_xml(raw)
        return tree, tree
    return first, _children(first, events, raw)


def _children(
    root: etree._Element, events: Iterator[tuple[str, etree._Element]], raw: bytes
) -> Iterator[etree._Element]:
    """Each child once all that follows it up to the next record is there; it is let go when the next is wanted."""
    try:
        for event, element in events:
            if event == "end" and element.getparent() is root:
                yield from _taken(root, until=element)
    except etree.XMLSyntaxError as error:
        raise broken(raw, error) from None  # the text of the cause may quote the report
    yield from _taken(root, until=None)


def _taken(root: etree._Element, until: etree._Element | None) -> Iterator[etree._Element]:
    while len(root) and root[0] is not until:
        child = root[0]
        yield child
        root.remove(child)
