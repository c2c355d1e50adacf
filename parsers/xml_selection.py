"""What a reader takes out of a vendor's XML, and the count of all it leaves there.

Typing software exports whole projects: beside the result stand sequences, well signals, near misses and the patient's
particulars. No schema of these exports is public, so a reader takes what it knows by name and everything else is
counted under the nearest path that holds nothing taken. Elements are known by their local names.
"""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from parsers.errors import ParseError
from parsers.records import Ignored
from parsers.xml_document import read_xml
from parsers.xml_walk import NONE, local, place

TEXT = ""
"""Stands for an element's text among the names of its attributes."""


def select_in(raw: bytes, root_name: str) -> "Selection":
    """The document with this root element, of which nothing has been taken. Raises ParseError."""
    root = read_xml(raw)
    if local(root) != root_name:
        raise ParseError("the root element is another", found=local(root), where=place(root), expected=root_name)
    return Selection(root)


class Selection:
    """One document being read: what was taken of it, and so what was not."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self._taken: dict[etree._Element, set[str]] = {}

    def all(self, element: etree._Element, path: str) -> Iterator[etree._Element]:
        """The elements at a path of local names below an element, in the order of the document."""
        name, _, rest = path.partition("/")
        for child in element.iterchildren("{*}" + name):
            yield from self.all(child, rest) if rest else (child,)

    def first(self, element: etree._Element, path: str) -> etree._Element | None:
        """The first element at a path, if there is one."""
        return next(self.all(element, path), None)

    def text(self, element: etree._Element | None, path: str = "") -> str:
        """Take the text of an element, or of the first one at a path below it; empty if there is none."""
        found = self.first(element, path) if element is not None and path else element
        if found is None:
            return ""
        self._take(found, TEXT)
        return (found.text or "").strip()

    def texts(self, element: etree._Element, path: str) -> list[str]:
        """Take the text of every element at a path, blank ones left out."""
        return [text for each in self.all(element, path) if (text := self.text(each))]

    def attribute(self, element: etree._Element | None, name: str) -> str:
        """Take an attribute of an element; empty if there is none."""
        if element is None:
            return ""
        self._take(element, name)
        return str(element.get(name, "")).strip()

    def _take(self, element: etree._Element, name: str) -> None:
        self._taken.setdefault(element, set()).add(name)

    def left(self) -> tuple[Ignored, ...]:
        """What was not taken, in the order of the paths."""
        counts: Counter[str] = Counter()
        self._count(self.root, local(self.root), self._ways(), counts)
        return tuple(Ignored(path, count) for path, count in sorted(counts.items()))

    def _ways(self) -> set[etree._Element]:
        """Every element that was taken from, and all that stand above one."""
        ways: set[etree._Element] = set()
        for element in self._taken:
            way: etree._Element | None = element
            while way is not None and way not in ways:
                ways.add(way)
                way = way.getparent()
        return ways

    def _count(self, element: etree._Element, path: str, ways: set[etree._Element], counts: Counter[str]) -> None:
        taken = self._taken.get(element, NONE)
        if TEXT not in taken and (element.text or "").strip():
            counts[f"{path}/text()"] += 1
        for name in set(element.attrib) - taken:
            counts[f"{path}/@{str(name).rpartition('}')[2]}"] += 1
        for child in element:
            below = f"{path}/{local(child)}"
            if (child.tail or "").strip():
                counts[f"{path}/text()"] += 1
            if child in ways:
                self._count(child, below, ways, counts)
            elif len(child) or child.text or child.attrib:
                counts[below] += 1


def nobody(element: etree._Element, expected: str) -> ParseError:
    """The refusal of a report that does not say whose it is."""
    return ParseError(
        "this sample has no name: nobody could tell whose typing it is",
        where=place(element),
        expected=expected,
        advice="Name the sample in the typing software, and export it again.",
    )
