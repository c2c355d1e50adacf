"""Which values of an HL7 message a record has taken, so that the others can be declared.

A path is the segment and the field (`PID-5`), or the component too (`PID-3.4`) where a record took another component
of the same field.
"""

from collections import Counter
from collections.abc import Iterable

from parsers.er7 import Segment, unescape
from parsers.records import Ignored

NONE: frozenset[int] = frozenset()
Place = tuple[int, ...]
"""Segment, field, repetition and component, each by its number."""


class Ledger:
    """Reads values out of segments and remembers which."""

    def __init__(self) -> None:
        self._taken: set[Place] = set()
        self._whole: set[tuple[int, int]] = set()

    def value(self, segment: Segment, field: int, component: int = 1, repetition: int = 1) -> str:
        """One component of a field, escapes decoded."""
        self._taken.add((segment.number, field, repetition, component))
        return segment.value(field, component, repetition)

    def part(self, segment: Segment, field: int, component: int) -> str:
        """The first subcomponent of a component, escapes decoded; what stands behind it says of what kind it is."""
        self._taken.add((segment.number, field, 1, component))
        return segment.part(field, component)

    def text(self, segment: Segment, field: int) -> str:
        """A whole field, escapes decoded and separators left standing."""
        self._whole.add((segment.number, field))
        return segment.text(field)

    def repetitions(self, segment: Segment, field: int) -> tuple[str, ...]:
        """Every repetition of a field, escapes decoded."""
        self._whole.add((segment.number, field))
        return tuple(unescape(each, segment.encoding) for each in segment.repetitions(field))

    def remainder(self, segments: Iterable[Segment]) -> Counter[str]:
        """The paths of everything that was not taken, with how often each occurred."""
        whole, touched = _by_segment(self._whole), _by_segment(self._taken)
        paths: list[str] = []
        for segment in segments:
            read, partly_read = whole.get(segment.number, NONE), touched.get(segment.number, NONE)
            for field in segment.filled():
                if field in read:
                    continue
                if field in partly_read:
                    paths += self._left_of_field(segment, field)
                elif segment.says_something(field):
                    paths.append(f"{segment.name}-{field}")
        return Counter(paths)

    def _left_of_field(self, segment: Segment, field: int) -> list[str]:
        """The components that were not taken; the field itself if none of them was."""
        held, left = 0, list[int]()
        for repetition, component, text in segment.leaves(field):
            if text.strip():
                held += 1
                if (segment.number, field, repetition, component) not in self._taken:
                    left.append(component)
        if len(left) < held:
            return [f"{segment.name}-{field}.{component}" for component in left]
        return [f"{segment.name}-{field}"] if left else []


def _by_segment(places: Iterable[Place]) -> dict[int, set[int]]:
    """The fields of these places by their segment."""
    fields: dict[int, set[int]] = {}
    for segment, field, *_ in places:
        fields.setdefault(segment, set()).add(field)
    return fields


def declared(paths: Counter[str]) -> tuple[Ignored, ...]:
    """Paths as the list a parser hands over, in the order of their names."""
    return tuple(Ignored(path, count) for path, count in sorted(paths.items()))
