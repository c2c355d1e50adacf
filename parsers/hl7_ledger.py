"""Which values of an HL7 message a record has taken, so that the others can be declared.

A path is the segment and the field (`PID-5`), or the component too (`PID-3.4`) where a record took another component
of the same field.
"""

from collections import Counter
from collections.abc import Iterable

from parsers.er7 import Segment, unescape
from parsers.records import Ignored

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
        touched = {place[:2] for place in self._taken}
        left = Counter[str]()
        for segment in segments:
            for field in segment.filled():
                place = (segment.number, field)
                if place in touched and place not in self._whole:
                    left.update(self._left_of_field(segment, field))
                elif place not in self._whole and segment.says_something(field):
                    left[f"{segment.name}-{field}"] += 1
        return left

    def _left_of_field(self, segment: Segment, field: int) -> list[str]:
        places = [(segment.number, field, *place) for *place, text in segment.leaves(field) if text.strip()]
        left = [place for place in places if place not in self._taken]
        if len(left) < len(places):
            return [f"{segment.name}-{field}.{component}" for *_, component in left]
        return [f"{segment.name}-{field}"] if left else []


def declared(paths: Counter[str]) -> tuple[Ignored, ...]:
    """Paths as the list a parser hands over, in the order of their names."""
    return tuple(Ignored(path, count) for path, count in sorted(paths.items()))
