"""One report that states the same thing twice, and not alike: nobody can tell which of the values holds.

The same thing is the same code under the same sub-id; a mean and its tubes, or an assay and what it is made of, are
told apart by theirs. A code of a sender's own means something together with its label only. What the sender takes back
or has no value for states nothing.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from pipeline.normalise.records import Flag, NormalObservation

NO_STATEMENT = frozenset({"no_value", "not_measured", "withdrawn_result", "value_without_result"})
Thing = tuple[str, str, str]
"""What a value is of: a code, its label where the code alone says nothing, and the sub-id."""

REPEATED = "this report states it more than once, and not alike; every value is kept"


def with_repetitions(observations: Sequence[NormalObservation]) -> tuple[NormalObservation, ...]:
    """The values of one report, with a flag on those that another one contradicts."""
    said: defaultdict[Thing, set[object]] = defaultdict(set)
    for each in observations:
        if _states(each):
            said[_thing(each)].add(_statement(each))
    return tuple([_flagged(each) if _states(each) and len(said[_thing(each)]) > 1 else each for each in observations])


def _flagged(each: NormalObservation) -> NormalObservation:
    return replace(each, flags=(*each.flags, Flag("repeated_in_receipt", each.code or each.label, REPEATED)))


def _thing(each: NormalObservation) -> Thing:
    return (each.code, each.label if each.system == "L" else "", each.sub_id)


def _states(each: NormalObservation) -> bool:
    return bool(each.value.strip()) and NO_STATEMENT.isdisjoint(flag.code for flag in each.flags)


def _statement(each: NormalObservation) -> object:
    return each.value if each.number is None else (each.number, each.comparator, each.unit)
