"""What a run states more than once: a final value, a field of the record, whose it is.

Of an item, and of most fields, there is one value: where a log states several that differ, the first is taken, and a
finding follows it. Of two donors or two donations none is taken, for nobody here can tell whose run it is. What is not
taken is kept as it is printed.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Generic, NamedTuple, TypeVar

from parsers.identifier_forms import one_spelling
from parsers.number_notation import plain_number
from parsers.records import Finding, Printed, Quantity
from parsers.separator_layout import Identity
from parsers.separator_settings import IdentityField

WHOSE: dict[IdentityField, str] = {"sample": "donation", "subject": "donor"}

Taken = TypeVar("Taken")


class Settled(NamedTuple, Generic[Taken]):
    """What is taken of the statements of a run, what differs from it, and what is to be said about that."""

    taken: Taken
    differing: tuple[Printed, ...]
    findings: tuple[Finding, ...]


def settled_finals(stated: Iterable[tuple[Quantity, str]]) -> Settled[tuple[Quantity, ...]]:
    """The final values of a run, of values each with its place."""
    finals: list[Quantity] = []
    differing: list[Printed] = []
    taken: dict[str, Quantity] = {}
    doubts: dict[str, Finding] = {}
    for value, where in stated:
        first = taken.setdefault(value.item, value)
        if (_amount(first), first.unit) == (_amount(value), value.unit):
            finals.append(value)
            continue
        differing.append(Printed(value.label, " ".join(filter(None, (value.value, value.unit))), where))
        message = f"the log states different final values for {first.label}; the first is taken, the others are kept"
        doubts.setdefault(value.item, Finding("contradiction", message, where, value.item))
    return Settled(tuple(finals), tuple(differing), tuple(doubts.values()))


def _amount(stated: Quantity) -> Decimal | str:
    """A value for comparison alone: 2.1 and 2.10 are one amount."""
    try:
        amount = Decimal(plain_number(stated.value, stated.decimal) or stated.value)
    except InvalidOperation:
        return stated.value
    return amount if amount.is_finite() else stated.value


def settled_identity(stated: Iterable[Identity]) -> Settled[dict[IdentityField, str]]:
    """The text of every field that the log fills; always of the sample."""
    by_field: dict[IdentityField, list[Identity]] = {"sample": []}
    for each in stated:
        by_field.setdefault(each.field, [])
        if each.text:
            by_field[each.field].append(each)
    settled = [_settled_field(field, found) for field, found in by_field.items()]
    return Settled(
        dict(zip(by_field, (each.taken for each in settled), strict=True)),
        tuple(printed for each in settled for printed in each.differing),
        tuple(finding for each in settled for finding in each.findings),
    )


def _settled_field(field: IdentityField, found: Sequence[Identity]) -> Settled[str]:
    """The text of one field; of an identifier the first spelling, and a placeholder only if there is nothing else."""
    kept: dict[str, Identity] = {}
    for each in found:
        kept.setdefault(_spelling(each) if field in WHOSE else each.text, each)
    first, *others = sorted(kept, key=lambda spelling: not spelling) or [""]
    if not others:
        return Settled(kept[first].text if found else "", (), ())
    if field in WHOSE and others[0]:
        message = f"the log names more than one {WHOSE[field]}, and none is taken: find out whose run it is"
        return Settled("", _printed(kept.values()), (Finding("identifiers_differ", message, kept[others[0]].where),))
    message = f"the log states {len(kept)} different values for {field}; one of them is taken"
    differing = [kept[each] for each in others]
    return Settled(kept[first].text, _printed(differing), (Finding("contradiction", message, differing[0].where),))


def _spelling(stated: Identity) -> str:
    return one_spelling(stated.text, labelled=stated.field == "sample")


def _printed(statements: Iterable[Identity]) -> tuple[Printed, ...]:
    return tuple(Printed(each.label, each.text, each.where) for each in statements)
