"""How a report differs from the version of it that came before.

A laboratory exports the same run again: because a number was corrected, because a locus was added, or because the
software was updated and prints another date. The store keeps every version. What the newest one says about the one
before it is said in flags, one per item that differs:

    conflicting_reexport    an item has another value now, or is no longer reported
    left_out_of_reexport    a locus or code is no longer reported; what was said of it stands
    extended_reexport       an item was not reported before
    reexport_same_values    nothing that is measured or called has changed
    other_report_differs    another report, which this one takes no place of, says otherwise; both stand
    preliminary_after_final a final result of the item came before; the preliminary one does not stand
    older_list              a list that was made later came before; this one does not stand
    repeated_in_receipt     one receipt reports the same item of the same run twice; both stand
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pipeline.normalise.findings import item_of
from pipeline.normalise.records import (
    Flag,
    NormalCollection,
    NormalLocus,
    NormalObservation,
    NormalObservations,
    NormalReport,
    NormalTyping,
)
from pipeline.store.run import person


class Statement(NamedTuple):
    """What is said of an item: as shown to a person, as printed, and as meant (None where nothing could be read).

    `which` tells values of one item apart, the mean from the tube.
    """

    shown: str
    printed: Any
    meant: Any
    which: str = ""


Statements = dict[str, list[Statement]]

Before = tuple[Statements, str, Sequence[Flag]]
"""What stood of an earlier version, the receipt it came with, and what of it still stands."""


def compare(now: Statements, before: Sequence[Before]) -> tuple[Flag, ...]:
    """The flags on a version, given what stood of each version before."""
    flags = [flag for earlier in before for flag in _changes(now, earlier)]
    known = {item for said, _, _ in before for item in said}
    flags += [_added(item, said, before[-1][1]) for item, said in now.items() if item not in known]
    same = Flag("reexport_same_values", "", f"the same values as in {before[-1][1]}, exported again", "info")
    return tuple(flags) or (same,)


def _changes(now: Statements, before: Before) -> Iterator[Flag]:
    said, receipt, left_out = before
    standing = {flag.token for flag in left_out}
    for item in said:
        if item in standing and item not in now:
            yield Flag("left_out_of_reexport", item, f"{item} is not reported here; what {receipt} says of it stands")
        elif flag := _changed(item, said[item], now.get(item), receipt):
            yield flag


def left_out(item: str, said: Statements, newer_receipt: str) -> Flag:
    """The flag on a locus that stands although a newer version does not report it."""
    message = f"{newer_receipt}, which exports this report again, says nothing of {item}; {_shown(said[item])} stands"
    return Flag("left_out_of_reexport", item, message)


def differing(now: Statements, before: Statements, old_receipt: str) -> Iterator[Flag]:
    """The flags on a report that stands beside an older one of which it may or may not be a correction."""
    for item in sorted(items_of(now) & items_of(before)):
        if not _all_same(now[item], before[item]):
            message = f"{item} is {_shown(now[item])} here and {_shown(before[item])} in {old_receipt}; both stand"
            yield Flag("other_report_differs", item, message)


def too_early(items: Sequence[str], final_receipt: str) -> Iterator[Flag]:
    """The flags on a report whose preliminary results came behind final ones."""
    for item in items:
        message = f"{final_receipt} has a final result of {item}; this preliminary one came later and does not stand"
        yield Flag("preliminary_after_final", item, message)


def out_of_date(made: str, later: str, later_receipt: str) -> Flag:
    """The flag on an entry of a list that came behind one that was made later."""
    message = f"this list was made at {made}, and the one of {later_receipt} at {later}; the later one stands"
    return Flag("older_list", "", message)


def repeated(earlier: Sequence[NormalReport], report: NormalReport) -> tuple[Flag, ...]:
    """The flags on a report, given those that stand before it in the same receipt and are of the same run."""
    shared = statements(earlier).keys() & statements([report]).keys()
    message = "this receipt reports it more than once for the same run; every statement is kept"
    return tuple(Flag("repeated_in_receipt", item, message) for item in sorted(shared - HEADINGS))


HEADINGS = {"subject", "quality_control", "procedure", "device", "started", "ended", "alarms"}
"""Items that belong to a report as a whole, and so stand in each of its parts."""


def items_of(said: Statements) -> frozenset[str]:
    """The loci and codes that something is said of."""
    return frozenset(said.keys() - HEADINGS)


def repeats(now: Statements, before: Statements) -> bool:
    """Whether everything that was said before of a locus or code is said again, and means the same."""
    return all(_all_same(now.get(item, []), before[item]) for item in items_of(before))


def statements(reports: Sequence[NormalReport]) -> Statements:
    """Everything these reports say, by item: a locus, a code, or a heading of the report."""
    said: Statements = defaultdict(list)
    for report in reports:
        for item, statement in _headings(report) + _values(report):
            said[item].append(statement)
    return {item: sorted(each, key=_order) for item, each in said.items()}


def _order(statement: Statement) -> tuple[int, str, str]:
    return len(statement.which), statement.which, statement.shown


def _headings(report: NormalReport) -> list[tuple[str, Statement]]:
    named: dict[str, Any] = {"subject": person(report)}
    if isinstance(report, NormalObservations):
        named["quality_control"] = "yes" if report.quality_control else ""
    if isinstance(report, NormalCollection):
        named |= {key: getattr(report, key) for key in ("procedure", "device", "started", "ended")}
        named["alarms"] = "; ".join(report.alarms)
    return [(item, Statement(text, text, text)) for item, text in named.items() if text]


def _values(report: NormalReport) -> list[tuple[str, Statement]]:
    if isinstance(report, NormalTyping):
        return [(item_of(each), _typing(each)) for each in report.loci]
    if isinstance(report, NormalObservations):
        return [(item_of(each), _measured(each)) for each in report.observations]
    finals = [(item_of(each), _measured(each)) for each in report.finals]
    readings = [_measured(each) for each in report.readings]
    shown = f"{len(readings)} readings"
    whole = Statement(shown, [each.printed for each in readings], None)
    return [*finals, ("readings", whole)] if readings else finals


def _typing(typing: NormalLocus) -> Statement:
    meant = (typing.state, typing.release, typing.glstring) if typing.glstring else None
    return Statement(typing.glstring or typing.reported or typing.state, (typing.state, typing.reported), meant)


def _measured(seen: NormalObservation) -> Statement:
    doubts = tuple((flag.code, flag.token) for flag in seen.flags)
    printed = (seen.time, seen.value, seen.unit, seen.volume_basis, doubts)
    meant = (seen.time, seen.number, seen.comparator, seen.unit, seen.volume_basis)
    shown = f"{seen.value} {seen.unit or ''}".strip()
    is_read = seen.number is not None and seen.unit is not None
    return Statement(shown, printed, meant if is_read else None, seen.sub_id)


def _changed(item: str, before: list[Statement], now: list[Statement] | None, old_receipt: str) -> Flag | None:
    old = _shown(before)
    if now is None:
        return Flag("conflicting_reexport", item, f"{item} is no longer reported; it was {old} in {old_receipt}")
    if _all_same(now, before):
        return None
    return Flag("conflicting_reexport", item, f"{item} is {_shown(now)} here; it was {old} in {old_receipt}")


def _added(item: str, now: list[Statement], old_receipt: str) -> Flag:
    return Flag("extended_reexport", item, f"{item} is {_shown(now)} here; {old_receipt} did not report it", "info")


def _all_same(now: list[Statement], before: list[Statement]) -> bool:
    return len(now) == len(before) and all(map(_same, now, before))


def _same(now: Statement, before: Statement) -> bool:
    return bool(now.printed == before.printed or (now.meant is not None and now.meant == before.meant))


def _shown(said: list[Statement]) -> str:
    return " and ".join(each.shown for each in said)
