"""A walk over the elements of a report that loses nothing: what nobody takes is counted, what is odd is noted.

Paths name elements by their local names (`hml/sample/typing`), attributes with `@`; an ignored path stands for all that
is below it.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from parsers.records import Finding, Ignored, Printed

NONE: frozenset[str] = frozenset()


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return _local(str(element.tag))


@lru_cache(maxsize=256)  # a message repeats some twenty names
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def place(element: etree._Element) -> str:
    """Where the element stands, for people."""
    return f"line {element.sourceline}"


class Walk:
    """One walk: the fields nobody took, the findings, and the values that have no place of their own in the record.

    `meanings` has a sentence for each code of a finding; `counted` are the paths that are left out on purpose.
    """

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

    def fields(self, element: etree._Element, path: str, known: frozenset[str] = NONE) -> dict[str, str]:
        """The attributes of an element; those that are not among `known` are counted as ignored."""
        fields: dict[str, str] = dict(element.items())  # type: ignore[arg-type]  # stubs allow bytes, lxml gives str
        for name in () if known.issuperset(fields) else fields.keys() - known:
            self.unread[f"{path}/@{name.rpartition('}')[2]}"] += 1
        return fields

    def children(self, element: etree._Element, path: str) -> Iterator[tuple[str, etree._Element]]:
        """The children by local name; text that stands between them is counted as ignored."""
        if element.text and not element.text.isspace():
            self.unread[f"{path}/text()"] += 1
        for child in element:
            if child.tail and not child.tail.isspace():
                self.unread[f"{path}/text()"] += 1
            yield local(child), child

    def text(self, element: etree._Element, path: str) -> str:
        """The text of an element that should hold nothing else, stripped at its ends."""
        if len(element) == 0:
            return (element.text or "").strip()
        for child in element:
            self.leave(local(child), child, path)
        return "".join(map(str, element.itertext())).strip()

    def leave(self, name: str, element: etree._Element, path: str) -> None:
        """Count an element, and all that is in it, as ignored; a finding if it is not left out on purpose."""
        path = f"{path}/{name}"
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
