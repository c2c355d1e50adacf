"""A walk over the elements of a report that loses nothing: what nobody takes is counted, what is odd is noted.

Paths name elements by their local names (`hml/sample/typing`), attributes with `@`; an ignored path stands for all that
is below it. A walk meets every element of every report, so what is seldom needed (a path, a line) is made when it is.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from parsers.records import Finding, Ignored, Printed

LAST_LINE = 65535
NONE: frozenset[str] = frozenset()
Fields = Callable[[str, str], str]
"""The attribute of this name, or the text to take where there is none."""


class LocalNames(dict[str, str]):
    """Tags without their namespace, each worked out once; a message repeats some twenty of them."""

    limit = 4096

    def __missing__(self, tag: str) -> str:
        name = tag.rpartition("}")[2]
        if len(self) < self.limit:
            self[tag] = name
        return name


LOCAL_NAMES = LocalNames()


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return LOCAL_NAMES[element.tag]


def place(element: etree._Element) -> str:
    """Where the element stands, for people; libxml2 counts no further than `LAST_LINE`."""
    line: int = element.sourceline  # type: ignore[assignment]  # the stubs leave its type open
    return f"line {line}" if line < LAST_LINE else f"line {LAST_LINE} or later"


class Walk:
    """One walk: the fields nobody took, the findings, and the values that have no place of their own in the record.

    `meanings` has a sentence for each code of a finding; `counted` are the paths that are left out on purpose. A walk
    that knows that no element of its report holds text beside other elements is not `mixed`, and need not look.
    """

    mixed = True

    def __init__(self, meanings: dict[str, str], counted: frozenset[str], ignored: Counter[str]) -> None:
        self.meanings = meanings
        self.counted = counted
        self.unread = ignored
        self.findings: list[Finding] = []
        self.properties: list[Printed] = []

    @property
    def ignored(self) -> tuple[Ignored, ...]:
        """What was counted and not read, in the order of the paths."""
        return tuple(Ignored(path, count) for path, count in sorted(self.unread.items()))

    def fields(self, element: etree._Element, path: str, known: frozenset[str] = NONE) -> Fields:
        """What gives the attributes of an element by name; those that are not `known` are counted as ignored."""
        names: list[str] = element.keys()  # type: ignore[assignment]  # stubs allow bytes, lxml gives str
        if not known.issuperset(names):
            self.unread.update(f"{path}/@{LOCAL_NAMES[name]}" for name in names if name not in known)
        return element.get

    def children(self, element: etree._Element, path: str) -> Iterable[etree._Element]:
        """The children of an element that should hold no text; if text stands there, it is counted."""
        children: list[etree._Element] = element[:]  # type: ignore[index,assignment]  # lxml slices, its stubs do not
        if self.mixed or (not children and element.text):
            return self.between_texts(element, path, children)
        return children

    def between_texts(
        self, element: etree._Element, path: str, children: Iterable[etree._Element]
    ) -> Iterator[etree._Element]:
        """The children of an element one by one; text between them is counted."""
        for child in children:
            if child.tail and not child.tail.isspace():
                self.unread[f"{path}/text()"] += 1
            yield child
        if element.text and not element.text.isspace():
            self.unread[f"{path}/text()"] += 1

    def text(self, element: etree._Element, path: str) -> str:
        """The text of an element that should hold nothing else, stripped at its ends."""
        if len(element) == 0:
            return (element.text or "").strip()
        for child in element:
            self.leave(child, path)
        return "".join(map(str, element.itertext())).strip()

    def leave(self, element: etree._Element, path: str) -> None:
        """Count an element, and all that is in it, as ignored; a finding if it is not left out on purpose."""
        path = f"{path}/{local(element)}"
        self.unread[path] += 1
        if path not in self.counted:
            self.note("unknown_element", element)

    def note(self, code: str, element: etree._Element, locus: str = "") -> None:
        """Keep a finding about an element, and about one locus if it is, once."""
        finding = Finding(code, self.meanings[code], place(element), locus)
        if finding not in self.findings:
            self.findings.append(finding)

    def keep(self, label: str, text: str, where: str = "") -> None:
        """Keep a value, unless it is empty, under its label."""
        if text:
            self.properties.append(Printed(label, text, where))
