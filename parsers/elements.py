"""Documents of named values, be they JSON or XML, as one tree that remembers which of its values were read.

    {"status": "final", "coding": [{"code": "A"}, {"code": "B"}]}
    <x><status value="final"/><coding><code value="A"/></coding><coding><code value="B"/></coding></x>

are the same tree: a member or a child element is an element of that name, a list is so many elements of one name, an
attribute is a child too, and the attribute `value` is the element's own text, as FHIR writes it. Numbers stay as they
were printed.

A path names the elements from the root down (`Bundle/entry/resource/Observation/status`); what no reader asked for is
counted under the nearest path below which nothing was.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator

from lxml import etree

from parsers.errors import ParseError
from parsers.records import Ignored
from parsers.text_encoding import decoded
from parsers.xml_document import read_xml
from parsers.xml_walk import local

DEEPEST = 200
WHOLE = {"expected": "whole JSON, from its first to its last bracket", "advice": "Ask the sender to export it again."}


class Element:
    """A named value: its text, or its members."""

    __slots__ = ("members", "name", "taken", "text", "where")

    def __init__(self, name: str = "", text: str = "", where: str = "") -> None:
        self.name = name
        self.text = text
        self.where = where
        self.members: list[Element] = []
        self.taken = False

    def each(self, *path: str) -> Iterator["Element"]:
        """Every element under these names, one below the other."""
        name, *below = path
        for member in self.members:
            if member.name == name:
                yield from member.each(*below) if below else (member,)

    def first(self, *path: str) -> "Element":
        """The first element under these names; an empty one if there is none."""
        name, below = path[0], path[1:]
        for member in self.members:
            if member.name == name and (found := member.first(*below) if below else member) is not NOTHING:
                return found
        return NOTHING

    def read(self, *path: str) -> str:
        """The text of the first element under these names, which is now taken; empty if there is none."""
        found = self.first(*path) if path else self
        if found is not NOTHING:
            found.taken = True
        return found.text

    def ignored(self) -> tuple[Ignored, ...]:
        """The paths of all that was not taken, with how often each occurred."""
        counts = Counter(path.removeprefix("/") for path in self._left(self.name))
        return tuple(Ignored(path, count) for path, count in sorted(counts.items()))

    def _left(self, path: str) -> Iterator[str]:
        if not self._was_read():
            if self._says_something():
                yield path
            return
        if self.text and not self.taken:
            yield f"{path}/text()"
        for member in self.members:
            yield from member._left(f"{path}/{member.name}")

    def _was_read(self) -> bool:
        return self.taken or any(member._was_read() for member in self.members)

    def _says_something(self) -> bool:
        return bool(self.text) or any(member._says_something() for member in self.members)


NOTHING = Element()


Pairs = list[tuple[str, object]]


def read_json(raw: bytes, root: str = "") -> Element:
    """The tree of a JSON object, named `root`. Raises ParseError."""
    found = _loaded(raw, _object)
    if not isinstance(found, Element):
        raise ParseError("this JSON is not an object", where="line 1", expected="an object, from { to }")
    found.name = root
    _check_depth(found)
    return found


def read_json_values(raw: bytes) -> object:
    """The plain values of a JSON document, numbers as they were printed. Raises ParseError."""
    return _loaded(raw, _named_once)


def _loaded(raw: bytes, made: Callable[[Pairs], object]) -> object:
    text = decoded(raw)
    try:
        return json.loads(text, object_pairs_hook=made, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise _broken(text, error) from None  # the cause holds the whole text
    except RecursionError:
        raise ParseError("this JSON is nested too deeply", where="the document", **WHOLE) from None


def _named_once(pairs: Pairs) -> dict[str, object]:
    """An object; what it says twice has two meanings, and readers of JSON take now the first, now the last of them."""
    if len(found := dict(pairs)) < len(pairs):
        raise _twice([name for name, _ in pairs])
    return found


def _object(pairs: Pairs) -> Element:
    made = Element()
    for name, value in _named_once(pairs).items():
        if type(value) is str:  # nearly every value is
            made.members.append(Element(name, value))
        else:
            made.members += _members(name, value)
    return made


def _twice(names: list[str]) -> ParseError:
    name = next(each for each in names if names.count(each) > 1)
    return ParseError(
        "an object of this JSON has two members of one name",
        found=name,
        where=f"member {len(names) - names[::-1].index(name)} of its object",
        expected="every name once",
        advice="Ask the sender to export it again.",
    )


def _members(name: str, value: object) -> Iterator[Element]:
    match value:
        case Element():
            value.name = name
            yield value
        case list():
            for each in value:
                yield from _members(name, each)
        case None:
            return
        case bool():
            yield Element(name, "true" if value else "false")
        case _:
            yield Element(name, str(value))


def _check_depth(element: Element, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise ParseError("this JSON is nested too deeply", where="the document", **WHOLE)
    for member in element.members:
        _check_depth(member, depth + 1)


def _broken(text: str, error: json.JSONDecodeError) -> ParseError:
    if not text[error.pos :].strip():
        return ParseError("this JSON ends in the middle", found=text[-60:], where=f"line {error.lineno}", **WHOLE)
    return ParseError(
        "this is not well-formed JSON",
        found=text[max(0, error.pos - 40) : error.pos + 20],
        where=f"line {error.lineno}, column {error.colno}",
        **WHOLE,
    )


def read_xml_elements(raw: bytes) -> Element:
    """The tree of an XML document. Raises ParseError."""
    return _of_xml(read_xml(raw))


def _of_xml(node: etree._Element) -> Element:
    value, text = str(node.get("value") or "").strip(), (node.text or "").strip()
    made = Element(local(node), value or text, f"line {node.sourceline}")
    attributes = {str(name).rpartition("}")[2]: str(each) for name, each in node.items()}
    made.members = [Element(name, each, made.where) for name, each in attributes.items() if name != "value"]
    loose = [text] if value and text else []
    for child in node:
        made.members.append(_of_xml(child))
        if child.tail and (tail := child.tail.strip()):
            loose.append(tail)
    made.members += [Element("text()", each, made.where) for each in loose]
    return made
